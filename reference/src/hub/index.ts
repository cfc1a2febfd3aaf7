// The package's hub: many senders at once into one store, and its operator's endpoint.
export type { AdminAddress, AdminEndpoint } from './admin-endpoint.ts';
export { serveAdmin } from './admin-endpoint.ts';
export type { Refusal } from './hub.ts';
export { Hub } from './hub.ts';
export type { HubCounts, HubReadings } from './hub-metrics.ts';
export { HubMetrics } from './hub-metrics.ts';
export type {
  Arrival,
  EndedHubSession,
  HubLimits,
  HubLogRecord,
  HubOptions,
} from './hub-options.ts';
export { HUB_LIMITS } from './hub-options.ts';
export type { HubSession, HubSessionStage, Verdict } from './hub-session.ts';

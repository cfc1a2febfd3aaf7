// The protocol's messages and enums by name; the generated code hides behind this file.
export { ErrorCode, RetryClass } from './gen/fhirpeersync/v1/error.ts';
export {
  PakeSuite,
  SecretKind,
  FhirRelease,
  Initiate,
  PakeShare,
  Accept,
  Reject,
  Confirm,
  Limits,
  Capability,
} from './gen/fhirpeersync/v1/handshake.ts';
export {
  ChangeType,
  Batch,
  SyncPayload,
  ServerVersion,
  LocalChange,
  ChangeId,
} from './gen/fhirpeersync/v1/payload.ts';
export {
  SelectionMode,
  ResourceSyncParams,
  TypeParams,
  SearchParameter,
} from './gen/fhirpeersync/v1/selection.ts';
export {
  PayloadEncoding,
  CursorDisposition,
  WithheldReason,
  Outcome,
  Identity,
  Request,
  Window,
  Offer,
  TypeCount,
  WithheldCount,
  Payload,
  Ack,
  EntryOutcome,
  Complete,
  Receipt,
  OutcomeCount,
  KeepAlive,
  Abort,
} from './gen/fhirpeersync/v1/session.ts';

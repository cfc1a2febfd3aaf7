// The package's sessions: sender and receiver over one connection, the listening sender, the clock.
export type { Clock } from './clock.ts';
export { systemClock } from './clock.ts';
export type { ReceiveOptions, SendOptions } from './hand-over.ts';
export { receiveInto, sendFrom } from './hand-over.ts';
export type { LogRecord } from './log.ts';
export type {
  Agreement,
  PhaseEvent,
  ProgressEvent,
  ReceiverSessionOptions,
  SenderSessionOptions,
  SessionEvent,
  SessionIdentity,
  SessionOptions,
} from './options.ts';
export { ANNOUNCED_LIMITS } from './options.ts';
export { SyncReceiverSession } from './receiver-session.ts';
export type { SyncComplete, SyncEnded, SyncInterrupted, SyncResult } from './result.ts';
export type { ListenResult, SenderListenerOptions } from './sender-listener.ts';
export { SenderListener } from './sender-listener.ts';
export { SyncSenderSession } from './sender-session.ts';
export { VirtualClock } from './virtual-clock.ts';

// The package's main entry: what a program needs to keep resources, to send and to receive. Each
// part's own entry (`peersync/store`, …) has the rest.

// Stores.
export {
  createMemoryStore,
  createSqliteStore,
  openSqliteStore,
  StoreError,
} from './store/index.ts';
export type {
  ArchivedEntry,
  ArchiveReason,
  Decide,
  Decision,
  EntryRange,
  ImportResult,
  RecordedOutcome,
  RemoteBatch,
  ReplicaRenewal,
  MigrationProgress,
  SqliteOptions,
  SqliteStore,
  Store,
  StoredCursor,
  StoredEntry,
  StoredPayload,
  StoreFault,
  StoreSettings,
  SynthesisedChange,
  Verdict,
} from './store/index.ts';

// What is sent and received, and what is done about conflicts.
export {
  compareReports,
  customStrategy,
  Defer,
  mergeOr,
  Ours,
  resourceSyncParams,
  SyncReceiver,
  SyncSender,
  Theirs,
} from './sync/index.ts';
export type {
  BatchOptions,
  BoundedList,
  Conflict,
  ConflictReason,
  ConflictResolutionStrategy,
  DanglingReport,
  DispositionName,
  ErrorName,
  ExportPolicy,
  ModeName,
  OutcomeName,
  Resolution,
  ResourceReport,
  SyncParamsMap,
  SyncReceiverOptions,
  SyncReport,
  SyncSenderOptions,
  TypeReport,
  WithheldName,
} from './sync/index.ts';

// Sessions over one connection.
export {
  receiveInto,
  SenderListener,
  sendFrom,
  SyncReceiverSession,
  SyncSenderSession,
} from './session/index.ts';
export type {
  Agreement,
  Clock,
  ListenResult,
  LogRecord,
  PhaseEvent,
  ProgressEvent,
  ReceiveOptions,
  ReceiverSessionOptions,
  SenderListenerOptions,
  SenderSessionOptions,
  SendOptions,
  SessionEvent,
  SessionIdentity,
  SessionOptions,
  SyncComplete,
  SyncEnded,
  SyncInterrupted,
  SyncResult,
} from './session/index.ts';

// Connections.
export { dialTcp, listenTcp, memoryPair, TransportError } from './transport/index.ts';
export type {
  ByteStream,
  DialOptions,
  ListenOptions,
  MemoryOptions,
  TcpAddress,
  TcpListener,
} from './transport/index.ts';

// Codes and server identity.
export {
  canonicalServerUrl,
  codeSecret,
  formatAccessCode,
  formatQrSecret,
  generateAccessCode,
  generateQrSecret,
  generateSecret,
  parseSecret,
} from './security/index.ts';
export type {
  AccessCodeFault,
  QrSecretFault,
  RandomOctets,
  RunResult,
  Secret,
  ServerUrlFault,
} from './security/index.ts';

// The way to a FHIR server and from it.
export { download, mergeOntoServer, oursOntoServer, upload } from './upload/index.ts';
export type {
  ChangeReport,
  ConflictResult,
  DownloadOptions,
  DownloadProgress,
  DownloadReport,
  ProvenanceResult,
  ResourceUpload,
  ServerOptions,
  Squash,
  StopReason,
  UploadClock,
  UploadConflict,
  UploadOptions,
  UploadOutcome,
  UploadProgress,
  UploadReport,
} from './upload/index.ts';

// Files with resources in them.
export { resourceSlices } from './fhir/index.ts';
export type { ResourceSlice, SliceFault, SliceOptions } from './fhir/index.ts';

// The protocol's vocabulary.
export {
  ChangeType,
  CursorDisposition,
  ErrorCode,
  FhirRelease,
  Outcome,
  RetryClass,
  SecretKind,
  SelectionMode,
  UsageError,
  WithheldReason,
} from './wire/index.ts';
export type {
  ChangeId,
  EffectiveLimits,
  Identity,
  LocalChange,
  Offer,
  ResourceSyncParams,
  ServerVersion,
  SyncPayload,
} from './wire/index.ts';

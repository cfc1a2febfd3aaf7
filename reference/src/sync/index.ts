// The package's data part: what is selected, classified, resolved, stored and reported.
export type { Classification, BaseOrder, ConflictReason } from './classification.ts';
export { classify, orderOfBases } from './classification.ts';
export type { Rebased } from './classification-rebase.ts';
export type { Conflict, ConflictResolutionStrategy, Resolution } from './conflict-resolution.ts';
export { customStrategy, Defer, Ours, Theirs } from './conflict-resolution.ts';
export { mergeOr } from './merge.ts';
export { decideWith } from './decide.ts';
export type {
  BoundedList,
  DanglingReport,
  DispositionName,
  ErrorName,
  ModeName,
  OutcomeName,
  ResourceReport,
  SyncReport,
  TypeReport,
  WithheldName,
} from './report.ts';
export { compareReports } from './report-comparison.ts';
export type { SyncParamsMap } from './scope.ts';
export { resourceSyncParams, scopeOf } from './scope.ts';
export type { ExportPolicy } from './selection.ts';
export type {
  PayloadGroup,
  SyncImport,
  SyncReceiverOptions,
  SyncRequest,
} from './sync-receiver.ts';
export { SyncReceiver } from './sync-receiver.ts';
export type { BatchOptions, OutgoingBatch, SyncExport, SyncSenderOptions } from './sync-sender.ts';
export { SyncSender } from './sync-sender.ts';

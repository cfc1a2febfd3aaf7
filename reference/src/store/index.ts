// The store's public names: the interface, its implementations, and their errors.
export type {
  ArchivedEntry,
  ArchiveReason,
  Decide,
  Decision,
  EntryRange,
  ImportResult,
  RandomOctets,
  RecordedOutcome,
  RemoteBatch,
  Store,
  StoredCursor,
  StoredEntry,
  StoredPayload,
  StoreSettings,
  SynthesisedChange,
  UploadedResult,
  UploadedVersion,
  Verdict,
} from './store.ts';
export { createPostgresStore, openPostgresStore } from './postgres-store.ts';
export type { PostgresOpening, PostgresStore } from './postgres-store.ts';
export type { PostgresOptions } from './postgres-database.ts';
export { isPostgresUrl } from './postgres-target.ts';
export { createMemoryStore } from './memory-store.ts';
export type { ReplicaRenewal } from './copied-file.ts';
export { createSqliteStore, openSqliteStore } from './sqlite-store.ts';
export type { SqliteStore } from './sqlite-store.ts';
export type { SqliteOptions } from './sqlite-database.ts';
export type { MigrationProgress } from './sqlite-migration.ts';
export { checkSqliteStore } from './sqlite-check.ts';
export type { CheckListener, StoreCheck, StoreFinding } from './sqlite-check.ts';
export { rescueSqliteStore } from './sqlite-rescue.ts';
export type { StoreRescue } from './sqlite-rescue.ts';
export { StoreError } from './store-error.ts';
export type { StoreErrorOptions, StoreFault } from './store-error.ts';

// Notices that a store's file is a copy of the one it lived in, and then makes the store another
// replica (PSP-ID-3). Knows the moment of opening; not how files are told apart or replicas made.
import { compareFiles, identityOf, seeFile, type FileIdentity } from './file-identity.ts';
import { drawReplicaId, takeReplicaId } from './replica-renewal.ts';
import type { RandomOctets } from './store.ts';
import { StoreError } from './store-error.ts';
import type { Row, Tables } from './tables.ts';

/** That a store took a new replica id while it was opened, and why. */
export interface ReplicaRenewal {
  /**
   * `file-copied`: the file was copied, restored, or moved to another file system.
   * `database-moved`: the database was restored, or a replica of it became the primary.
   */
  readonly reason: 'file-copied' | 'database-moved';
  /** The id until now, 16 octets; the file that this one was copied from may have it still. */
  readonly before: Uint8Array;
  /** The id from now on, 16 octets. */
  readonly after: Uint8Array;
}

/** Tables in a file that remember which file it was. */
export interface FileTables<R extends Row> extends Tables<R> {
  /** The file at the last opening; undefined: not remembered yet. */
  fileIdentity(): FileIdentity | undefined;
  /** Only inside a write. */
  putFileIdentity(identity: FileIdentity): void;
}

/**
 * Compares the file at a path with the one that was remembered.
 *
 * A backup that was written over the very file cannot be told from an edit of it; whoever restores
 * one renews by hand.
 *
 * @returns What was done; undefined where it is the same file, or none was remembered.
 */
export function renewIfCopied<R extends Row>(
  tables: FileTables<R>,
  path: string,
  randomOctets: RandomOctets,
): ReplicaRenewal | undefined {
  const seen = seeFile(path);
  const isNews = (remembered: FileIdentity | undefined): boolean =>
    remembered === undefined || compareFiles(remembered, seen) !== 'same';
  const remembered = tables.read(() => tables.fileIdentity());
  if (!isNews(remembered)) return undefined;
  const isOther = remembered !== undefined && compareFiles(remembered, seen) === 'other';
  const write = isOther ? mandatory : optional;
  return write(() =>
    tables.write(() => {
      // Another process may have opened it a moment ago and done it all.
      const now = tables.fileIdentity();
      if (!isNews(now)) return undefined;
      tables.putFileIdentity(identityOf(seen));
      if (now === undefined || compareFiles(now, seen) !== 'other') return undefined;
      const before = tables.replicaId();
      const after = drawReplicaId(randomOctets);
      takeReplicaId(tables, after);
      return { reason: 'file-copied', before, after };
    }),
  );
}

type Write = (work: () => ReplicaRenewal | undefined) => ReplicaRenewal | undefined;

// Without it the copy could give names of changes that its origin gives too.
const mandatory: Write = (work) => work();

// To remember more of the file can wait for the next opening; reading a store must not fail by it.
const optional: Write = (work) => {
  try {
    return work();
  } catch (error) {
    if (error instanceof StoreError && ['locked', 'read-only'].includes(error.fault)) {
      return undefined;
    }
    throw error;
  }
};

// Takes what can still be read of a damaged store file into a new one. Writes nothing to the
// damaged file; what is whole is decided by its check.
import { Outcome, SyncPayload } from '../wire/messages.ts';
import { checkSqliteStore, openForCheck, type StoreCheck } from './sqlite-check.ts';
import { archiveChecksum } from './sqlite-checksum.ts';
import { damagedText, guarded } from './sqlite-faults.ts';
import { createSqliteStore } from './sqlite-store.ts';
import type {
  ArchivedEntry,
  ArchiveReason,
  RandomOctets,
  Store,
  StoredEntry,
  StoreSettings,
} from './store.ts';
import { StoreError } from './store-error.ts';

/** What a rescue came to. */
export interface StoreRescue {
  /** The check of the damaged store: what it counts is in the new one. */
  readonly check: StoreCheck;
  /** States that were put aside in conflicts, and reports, taken along. */
  readonly archived: number;
  readonly reports: number;
}

const togetherMax = 200;

/**
 * Makes a new store of every entry that is whole, with its changes under the names they have, and
 * of what was put aside in conflicts. The new store is another replica without cursors: its next
 * session with each device compares everything, and brings what a device has and the damaged file
 * lost.
 *
 * @param to - A path where nothing is.
 * @throws StoreError when the damaged store can't be opened at all or its settings can't be read,
 * or the new one can't be written.
 */
export async function rescueSqliteStore(
  from: string,
  to: string,
  randomOctets: RandomOctets,
): Promise<StoreRescue> {
  const { replicaId, settings } = readOwner(from);
  const store = createSqliteStore(to, settings, randomOctets);
  try {
    const written: Promise<unknown>[] = [];
    const batch: StoredEntry[] = [];
    const flush = (): void => {
      if (batch.length > 0) written.push(take(store, replicaId, batch.splice(0)));
    };
    const check = checkSqliteStore(from, {
      onEntry: (entry) => {
        batch.push(entry);
        if (batch.length >= togetherMax) flush();
      },
    });
    flush();
    await Promise.all(written);
    return { check, ...(await takeRest(store, from, check.hasChecksums)) };
  } finally {
    await store.close();
  }
}

interface Owner {
  readonly replicaId: Uint8Array;
  readonly settings: StoreSettings;
}

function readOwner(path: string): Owner {
  const db = openForCheck(path);
  try {
    return guarded(path, () => {
      const row = db.prepare('SELECT replica, server_url, display_name FROM store').get();
      if (row === undefined) throw new StoreError('damaged', damagedText(path));
      const serverUrl = String(row['server_url']);
      const displayName = String(row['display_name']);
      return { replicaId: row['replica'] as Uint8Array, settings: { serverUrl, displayName } };
    });
  } finally {
    db.close();
  }
}

async function take(
  store: Store,
  peer: Uint8Array,
  entries: readonly StoredEntry[],
): Promise<unknown> {
  const whole = entries.values();
  const none = new Uint8Array(0);
  const received = entries.map(({ payload }) => payload);
  const taken = { peer, scope: '', entries: received, cursor: none };
  return store.updateRemote(taken, (current, payload) => {
    const baseResource = whole.next().value?.baseResource;
    const write = { payload, baseResource, fromPeer: false };
    if (current === undefined) return { outcome: Outcome.STORED, write };
    // One was not found by its name when the other came: either may have changes of its own.
    const archive = { payload: current.payload, reason: 'displaced' } as const;
    return { outcome: Outcome.CONFLICT_THEIRS, write, archive };
  });
}

/** Row by row, each for itself: one that can't be read takes no other along. */
async function takeRest(
  store: Store,
  from: string,
  hasChecksums: boolean,
): Promise<{ readonly archived: number; readonly reports: number }> {
  const db = openForCheck(from);
  let [archived, reports] = [0, 0];
  try {
    const states = db.prepare(
      'SELECT archive.key, id, reason, payload, checksum FROM archive' +
        ' JOIN replica ON replica.key = peer ORDER BY archive.key',
    );
    for (const row of readable(() => states.iterate())) {
      const state = wholeState(row, hasChecksums);
      if (state === undefined) continue;
      const { peer, reason, payload } = state;
      const archive = { payload, reason };
      const batch = { peer, scope: '', cursor: new Uint8Array(0) };
      await store.updateRemote({ ...batch, entries: [payload] }, () => ({
        outcome: reason === 'deferred' ? Outcome.CONFLICT_DEFERRED : Outcome.CONFLICT_THEIRS,
        archive,
      }));
      archived += 1;
    }
    const texts = db.prepare('SELECT text FROM report ORDER BY key');
    for (const { text } of readable(() => texts.iterate())) {
      await store.addReport(String(text));
      reports += 1;
    }
    return { archived, reports };
  } finally {
    db.close();
  }
}

/** Rows up to the first one that can't be read; the check has named it. */
function* readable<T>(rows: () => Iterable<T>): Generator<T, void> {
  try {
    yield* rows();
  } catch {
    // The check of the same file tells of it.
  }
}

/** What was put aside, where it is what was written; the check tells of the others. */
function wholeState(
  { id, reason, payload, checksum }: Record<string, unknown>,
  hasChecksums: boolean,
): Pick<ArchivedEntry, 'peer' | 'reason' | 'payload'> | undefined {
  try {
    const [peer, why, octets] = [id as Uint8Array, String(reason), payload as Uint8Array];
    const sum = archiveChecksum(peer, why, octets);
    if (sum !== checksum && (hasChecksums || checksum !== null)) return undefined;
    return { peer, reason: why as ArchiveReason, payload: SyncPayload.decode(octets) };
  } catch {
    return undefined;
  }
}

// Compares what two stores hold, entry by entry, and counts what is lost and what is there twice.
// Reads stores as anybody does; knows nothing of how they came to be.
import { openSqliteStore } from '../src/store/index.ts';
import { type SyncPayload, SyncPayload as Payload } from '../src/wire/messages.ts';

/** What a store holds, and what of it should not be there. */
export interface Holding {
  /** Canonical octets of each entry, by its name. */
  readonly entries: ReadonlyMap<string, Buffer>;
  readonly changes: number;
  /** Entries of one name, changes of one id, and states put aside that nobody put there. */
  readonly doubled: number;
}

/** Reads a whole store, which nobody else writes meanwhile. */
export async function holdingOf(path: string): Promise<Holding> {
  const store = openSqliteStore(path);
  try {
    const entries = new Map<string, Buffer>();
    let changes = 0;
    let doubled = 0;
    const through = await store.lastSequence();
    for (let after = 0n; ;) {
      const page = await store.page({ after, through, types: undefined }, 1_000, 4_194_304);
      for (const { payload, sequence } of page) {
        const name = `${payload.resourceType}/${payload.resourceId}`;
        if (entries.has(name)) doubled += 1;
        entries.set(name, Buffer.from(Payload.encode(payload).finish()));
        changes += payload.changes.length;
        doubled += payload.changes.length - new Set(payload.changes.map(nameOf)).size;
        after = sequence;
      }
      if (page.length === 0) break;
    }
    for await (const { position } of store.archived()) doubled += Math.sign(position);
    return { entries, changes, doubled };
  } finally {
    await store.close();
  }
}

function nameOf({ id }: SyncPayload['changes'][number]): string {
  return `${Buffer.from(id?.replicaId ?? []).toString('hex')} ${id?.counter}`;
}

/** How many entries of one holding the other has exactly so. */
export function matching(from: Holding, to: Holding): number {
  let count = 0;
  for (const [name, octets] of from.entries) if (to.entries.get(name)?.equals(octets)) count += 1;
  return count;
}

/** After a complete session: what the receiver lacks, and what it has and should not have. */
export function compare(
  from: Holding,
  to: Holding,
): { readonly lost: number; readonly doubled: number } {
  const strangers = [...to.entries.keys()].filter((name) => !from.entries.has(name)).length;
  const lost = from.entries.size - matching(from, to);
  return { lost, doubled: from.doubled + to.doubled + strangers };
}

// Finds what a write of ours went over unseen at a server that does not heed preconditions. Reads
// the history; writes nothing and reports nothing.
import type { Deletion, LiveView, ServerReader } from './server-reader.ts';
import type { Held, Work } from './upload-work.ts';

/** The live version that a DELETE went over, where it is not the one that was to be deleted. */
export function overrunByDeletion(
  { entry }: Work,
  deletion: Deletion | undefined,
): string | undefined {
  const before = deletion?.before;
  if (before?.content === undefined) return undefined;
  return before.versionId === entry.payload.base?.versionId ? undefined : before.versionId;
}

/** The live version that went before the one that a creation of ours made. */
export async function overrunByCreation(
  { name }: Work,
  { versionId }: LiveView,
  reader: ServerReader,
): Promise<string | undefined> {
  return (await reader.versionBefore(name, versionId))?.versionId;
}

/**
 * The same for a write whose answer was lost, from what the server was seen to hold afterwards. It
 * may be someone else's work that was found there: a history does not say whose a write was.
 */
export async function overrunUnanswered(
  work: Work,
  held: Held,
  deletion: Deletion | undefined,
  reader: ServerReader,
): Promise<string | undefined> {
  if (held.kind === 'deleted') return overrunByDeletion(work, deletion);
  return work.step.kind === 'create' ? overrunByCreation(work, held, reader) : undefined;
}

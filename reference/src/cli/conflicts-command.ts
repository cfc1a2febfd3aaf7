// `peersync conflicts`: what waits for a decision, and how the two sides differ. Reads only.
import { diffPatch } from '../fhir/diff.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { encodePatch } from '../fhir/patch.ts';
import type { ArchivedEntry, Store, StoredEntry } from '../store/store.ts';
import { classify, type ConflictReason } from '../sync/classification.ts';
import { isServerPeer } from '../upload/server-conflicts.ts';
import { readResourceName } from './command-arguments.ts';
import { reasonTexts, renewAdvice } from './conflict-texts.ts';
import { visibleJson } from './json-print.ts';
import { formatCount } from './number-text.ts';
import type { Screen } from './screen.ts';
import { standing } from './show-command.ts';
import { type CommonOptions, withStore } from './store-access.ts';
import { nameOf, waitingConflicts } from './waiting-conflicts.ts';

/** Lists the conflicts that wait. */
export async function conflicts(
  screen: Screen,
  reference: string | undefined,
  options: CommonOptions,
): Promise<void> {
  if (reference !== undefined) readResourceName(reference);
  await withStore(options, screen, async (store) => {
    let count = 0;
    let copied = false;
    for await (const waiting of waitingConflicts(store, reference)) {
      const reason = await showConflict(screen, store, waiting);
      copied ||= reason === 'copied-store';
      count += 1;
    }
    const next = 'Settle one: peersync resolve TYPE/ID --take theirs|ours|merge';
    screen.hint(count === 0 ? 'No conflict waits.' : `${formatCount(count, 'conflict')}. ${next}`);
    if (copied) screen.hint(renewAdvice);
  });
}

/** Shows one, and gives why it is one; null where it is none any more. */
async function showConflict(
  screen: Screen,
  store: Store,
  waiting: ArchivedEntry,
): Promise<ConflictReason | null> {
  const { payload, position } = waiting;
  const { resourceType, resourceId } = payload;
  const ours = await store.get(resourceType, resourceId);
  if (ours === undefined) return null;
  const peer = Buffer.from(waiting.peer).toString('hex');
  const found = classify(ours, payload);
  const reason = found.kind === 'conflict' ? found.reason : null;
  const difference = differenceOf(ours, waiting);
  screen.emit({
    event: 'conflict',
    ...{ position, resourceType, resourceId, peer, reason },
    difference: difference ?? null,
  });
  const text = reason === null ? 'no conflict any more' : reasonTexts[reason];
  screen.print(screen.mark('bold', `${nameOf(payload)}: ${text}, at position ${position}`));
  screen.print(`    ours:   ${standing(ours)}`);
  const from = isServerPeer(waiting.peer) ? 'the FHIR server' : peer.slice(0, 8);
  screen.print(`    theirs: ${standing(waiting)}, from ${from}`);
  if (difference !== undefined) {
    screen.print(`    from ours to theirs: ${visibleJson(difference)}`);
  }
  return reason;
}

/** The patch from ours to theirs; undefined where one is deleted or no patch says it. */
function differenceOf(ours: StoredEntry, { payload }: ArchivedEntry): string | undefined {
  const [from, to] = [ours.payload.resource, payload.resource];
  if (from.length === 0 || to.length === 0) return undefined;
  const [before, after] = [parseLossless(from), parseLossless(to)];
  if (isEntryFault(before) || isEntryFault(after)) return undefined;
  try {
    return Buffer.from(encodePatch(diffPatch(before, after))).toString('utf8');
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

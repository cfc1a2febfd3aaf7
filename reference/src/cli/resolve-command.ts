// `peersync resolve`: the user's decision about a conflict that waits. What each decision leads to
// is the strategies' business, and one transaction of the store.
import type { ArchivedEntry, Store } from '../store/store.ts';
import { decideWith } from '../sync/decide.ts';
import { isServerPeer } from '../upload/server-conflicts.ts';
import { changeReport } from '../upload/upload-report.ts';
import { Outcome } from '../wire/messages.ts';
import { readCount, readResourceName } from './command-arguments.ts';
import { refusalWords, strategyOf, type Taken } from './decision.ts';
import { ExitCode } from './exit-code.ts';
import { CommandFailure, misuse } from './failure.ts';
import type { Screen } from './screen.ts';
import { existing, standing } from './show-command.ts';
import { type CommonOptions, withStore } from './store-access.ts';
import { waitingConflicts } from './waiting-conflicts.ts';

/** Options of `peersync resolve`. */
export interface ResolveOptions extends CommonOptions {
  readonly take: Taken;
  /** Which one, where several states of the resource wait. */
  readonly position?: string;
}

const outcomeNames = new Map<number, string>(
  Object.entries(Outcome).map(([name, value]) => [value, name]),
);

const outcomeTexts: Readonly<Partial<Record<number, string>>> = {
  [Outcome.CONFLICT_THEIRS]: 'Took theirs; ours is in the archive',
  [Outcome.CONFLICT_OURS]: 'Kept ours; theirs is in the archive',
  [Outcome.CONFLICT_MERGED]: 'Merged both',
  [Outcome.FAST_FORWARDED]: 'Took theirs, which contains ours by now',
  [Outcome.REBASED]: 'Took theirs, with the later changes of ours on top',
  [Outcome.STALE]: 'Kept ours, which contains theirs by now',
  [Outcome.DUPLICATE]: 'Both are the same by now',
};

/** A conflict with the server whose version is the base now. */
const onTopTexts: Readonly<Partial<Record<Taken, string>>> = {
  ours: "Put ours on top of the server's version; the changes it is made of are in the archive",
  merge: "Merged ours onto the server's version; the changes it is made of are in the archive",
};

/** Settles one conflict. */
export async function resolve(
  screen: Screen,
  reference: string,
  options: ResolveOptions,
): Promise<void> {
  const { resourceType, resourceId } = readResourceName(reference);
  const { position: given } = options;
  const asked = given === undefined ? undefined : readCount('--position', given);
  await withStore(options, screen, async (store) => {
    const { position, peer } = await theOne(store, reference, asked);
    const isServer = isServerPeer(peer);
    const { strategy, obstacle } = strategyOf(options.take, isServer);
    const { outcome, archive } = await store.settleDeferred(position, decideWith(strategy));
    if (outcome === Outcome.CONFLICT_DEFERRED) {
      const { what, next } = refusalWords(reference, options.take, obstacle());
      throw new CommandFailure(ExitCode.FAILED, what, next);
    }
    if (outcome === Outcome.REFUSED) {
      throw new CommandFailure(
        ExitCode.FAILED,
        `Their changes don't apply to ${reference} any more; ours stays.`,
        `What they are: peersync changes ${reference} --archived`,
      );
    }
    const entry = await existing(store, resourceType, resourceId);
    const name = outcomeNames.get(outcome) ?? 'UNRECOGNIZED';
    const putAside = (archive?.payload.changes ?? []).map(changeReport);
    const server = isServer ? { server: entry.payload.base?.versionId ?? null } : {};
    screen.emit({
      event: 'resolved',
      ...{ resourceType, resourceId, position, outcome: name, ...server, archived: putAside },
    });
    const isRestated = isServer && outcome === Outcome.CONFLICT_MERGED;
    const words = isRestated ? onTopTexts[options.take] : outcomeTexts[outcome];
    screen.print(`${words ?? name}. ${reference}: ${standing(entry)}.`);
    if (isRestated) screen.hint('Next: `peersync upload` sends it.');
  });
}

async function theOne(
  store: Store,
  reference: string,
  position: number | undefined,
): Promise<ArchivedEntry> {
  const waiting: ArchivedEntry[] = [];
  for await (const found of waitingConflicts(store, reference)) waiting.push(found);
  const chosen =
    position === undefined ? waiting : waiting.filter((found) => found.position === position);
  const [one, another] = chosen;
  if (one !== undefined && another === undefined) return one;
  const next = `See what waits: peersync conflicts ${reference}`;
  if (another !== undefined) {
    throw misuse(`${waiting.length} states of ${reference} wait: name one with --position.`, next);
  }
  const where = position === undefined ? '' : ` at position ${position}`;
  throw misuse(`No conflict of ${reference} waits${where}.`, next);
}

// Judges each decision that a store carried out: whether it lost a change, altered what it should
// have left, or took half of something. Sees one entry at a time; knows no network and no server.
import {
  Outcome,
  type ChangeId,
  type LocalChange,
  type SyncPayload,
} from '../src/wire/messages.ts';
import type { Coverage } from './coverage.ts';
import type { Decided } from './watched-store.ts';

/** Names of outcomes by their numbers. */
export const outcomeNames: ReadonlyMap<number, string> = new Map(
  Object.entries(Outcome).map(([name, value]) => [value, name]),
);

/** One name for one change, wherever it is. */
export function changeName(id: ChangeId | undefined): string {
  if (id === undefined) return 'none';
  return `${Buffer.from(id.replicaId).toString('hex')}/${id.counter}`;
}

const namesOf = (changes: readonly LocalChange[]): string[] =>
  changes.map(({ id }) => changeName(id));

const unmoved: readonly Outcome[] = [
  Outcome.DUPLICATE,
  Outcome.STALE,
  Outcome.CONFLICT_OURS,
  Outcome.CONFLICT_DEFERRED,
];

/**
 * Judges a decision and counts what it was.
 *
 * @throws Error where it breaks a rule of the specification.
 */
export function judgeDecision(
  { current, received, decision }: Decided,
  how: 'delivered' | 'settled',
  coverage: Coverage,
): void {
  const { outcome, write, archive } = decision;
  const outcomeName = outcomeNames.get(outcome) ?? String(outcome);
  const name = `${received.resourceType}/${received.resourceId} (${outcomeName})`;
  // Every device of the simulation is honest: nothing that it sends may be refused.
  if (outcome === Outcome.REFUSED) throw new Error(`${name}: refused with ${decision.code}`);
  const before = current?.payload;
  const after = write?.payload ?? before;
  if (after === undefined) throw new Error(`${name}: nothing was there and nothing was written`);
  count(outcomeName, how, before, received, after, coverage);
  const known = new Set([
    ...namesOf(after.changes),
    ...after.absorbed.map(changeName),
    ...namesOf(archive?.payload.changes ?? []),
    // It stays in the archive, where it was.
    ...(how === 'settled' ? namesOf(received.changes) : []),
  ]);
  // PSP-CLS-15: in force, in the server's version, or put aside; nothing else may become of it.
  for (const change of [...namesOf(before?.changes ?? []), ...namesOf(received.changes)]) {
    if (!known.has(change)) throw new Error(`${name}: change ${change} is gone without a trace`);
  }
  const isMerge = outcome === Outcome.CONFLICT_MERGED;
  if ((write?.synthesised?.length ?? 0) > 0 && !isMerge) {
    throw new Error(`${name}: a change was made that nobody made (PSP-CLS-18)`);
  }
  if (unmoved.includes(outcome) && !isSameState(before, after)) {
    throw new Error(`${name}: it was to be left as it is`);
  }
  const isUnit = outcome === Outcome.CONFLICT_THEIRS || outcome === Outcome.STORED;
  if (isUnit && !isSameState(received, after)) {
    throw new Error(`${name}: not taken as one unit (PSP-CLS-14)`);
  }
  if (isConflict(outcome) && archive === undefined) {
    throw new Error(`${name}: a conflict that put nothing aside (PSP-CLS-15)`);
  }
}

function count(
  outcomeName: string,
  how: 'delivered' | 'settled',
  before: SyncPayload | undefined,
  received: SyncPayload,
  after: SyncPayload,
  coverage: Coverage,
): void {
  const prefix = how === 'settled' ? 'resolved later' : 'outcome';
  coverage.note(`${prefix} ${outcomeName}`);
  if (received.resource.length === 0) coverage.note('tombstones delivered');
  if (outcomeName.startsWith('CONFLICT')) return;
  const inForce = new Set(namesOf(after.changes));
  const gone = namesOf(before?.changes ?? []).filter((change) => !inForce.has(change));
  coverage.note('own changes dropped as absorbed', gone.length);
  const old = namesOf(received.changes).filter((change) => !inForce.has(change));
  coverage.note('stale changes known as absorbed', old.length);
  const isTheirBase = received.base?.versionId === after.base?.versionId;
  if (outcomeName === 'REBASED' && !isTheirBase) coverage.note('theirs put on our newer base');
}

function isSameState(before: SyncPayload | undefined, after: SyncPayload): boolean {
  return (
    before !== undefined &&
    before.base?.versionId === after.base?.versionId &&
    Buffer.compare(before.resource, after.resource) === 0 &&
    namesOf(before.changes).join() === namesOf(after.changes).join()
  );
}

function isConflict(outcome: Outcome): boolean {
  return outcome >= Outcome.CONFLICT_THEIRS && outcome <= Outcome.CONFLICT_DEFERRED;
}

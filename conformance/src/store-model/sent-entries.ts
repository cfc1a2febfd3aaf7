// What a testee that sends gives away, against the seed of its store: entries as they are, all that
// were selected, and a count of what was withheld (chapters 9, 14 and 15). Search parameters are
// not evaluated; of a type that is searched only what was sent is judged.
import type { RunParams } from '../control/values.ts';
import type { Change, Entry } from '../json/entry.ts';
import { compareInstants, parseInstant } from '../json/instant.ts';
import type { StoreFinding } from '../run/judging.ts';
import { sameChange, absorbedBy, keyOf, type State } from './state.ts';
import { about } from './state-difference.ts';
import type { AskedType, SentLog } from './sent-log.ts';

/** How one entry differs from the seed: the broken sentence and what is wrong. */
function difference(seed: State, sent: Entry): readonly [string, string] | undefined {
  if (seed.base?.versionId !== sent.base?.versionId) return ['PSP-DATA-9', 'with another base'];
  if (seed.base?.lastUpdated !== sent.base?.lastUpdated) {
    return ['PSP-DATA-9', 'with another instant of its base'];
  }
  if (seed.changes.length !== sent.changes.length) {
    const told = `with ${sent.changes.length} changes, the store has ${seed.changes.length}`;
    return ['PSP-CHG-2', told];
  }
  const other = seed.changes.findIndex((change, i) => {
    const found = sent.changes[i];
    return found === undefined || !sameChange(change, found);
  });
  if (other >= 0) {
    const isThere = (change: Change): boolean =>
      sent.changes.some((one) => sameChange(one, change));
    if (seed.changes.every(isThere)) return ['PSP-CHG-3', 'with its changes in another order'];
    return ['PSP-CHG-2', `with another change at ${other}`];
  }
  if (seed.resource.length === 0 || sent.resource.length === 0) {
    const same = seed.resource.length === sent.resource.length;
    return same ? undefined : ['PSP-DATA-2', 'deleted on one side only'];
  }
  if (Buffer.compare(seed.resource, sent.resource) !== 0) {
    return ['PSP-DATA-1', 'with other octets of its resource'];
  }
  const [left, right] = [absorbedBy(seed), absorbedBy(sent)];
  const surplus = sent.base === undefined ? undefined : [...right].find((id) => !left.has(id));
  return surplus === undefined ? undefined : ['PSP-DATA-9', `with absorbed id ${surplus}`];
}

/**
 * What was sent otherwise than a store holds it; what it does not hold is not judged, nor are
 * absorbed sets, which a dump need not tell.
 */
export function unlikeFindings(held: readonly State[], sent: readonly Entry[]): StoreFinding[] {
  const byKey = new Map(held.map((state) => [keyOf(state), state]));
  return sent.flatMap((entry) => {
    const state = byKey.get(keyOf(entry));
    const wrong = state === undefined ? undefined : difference(state, { ...entry, absorbed: [] });
    return wrong === undefined ? [] : [about(wrong[0], entry, `it was sent ${wrong[1]}`)];
  });
}

const isDeleted = ({ resource }: State): boolean => resource.length === 0;

/** PSP-SEL-3. */
function isDatedIn(state: State, { lastUpdated }: AskedType): boolean {
  const [own, asked] = [parseInstant(state.base?.lastUpdated ?? ''), parseInstant(lastUpdated)];
  if (own === undefined || asked === undefined || state.changes.length > 0) return true;
  return compareInstants(own, asked) >= 0;
}

/** Whether a request selects an entry for sure; undefined where a search decides. */
function isSelected({ mode, types }: SentLog, state: State): boolean | undefined {
  const asked = types.find(({ type }) => type === state.resourceType);
  if (asked === undefined) return types.length === 0;
  if (mode === 'LAST_UPDATED' && !isDatedIn(state, asked)) return false;
  return asked.isSearched && !isDeleted(state) ? undefined : true;
}

/** Everything that a seed and a request say about what was sent. */
export function sentFindings(
  seed: readonly State[],
  log: SentLog,
  params: RunParams,
  isOpen: (key: string) => boolean,
): StoreFinding[] {
  const given = params.policy?.types;
  const isAllowed = ({ resourceType }: State): boolean => given?.includes(resourceType) ?? true;
  const bySeed = new Map(seed.map((state) => [keyOf(state), state]));
  const found = log.entries.flatMap((sent): StoreFinding[] => {
    const key = keyOf(sent);
    if (isOpen(key)) return [];
    const state = bySeed.get(key);
    if (state === undefined) return [about('PSP-DATA-1', sent, 'it was sent, the store has none')];
    if (!isAllowed(state))
      return [about('PSP-REQ-4', state, 'it was sent, the policy withholds it')];
    if (isSelected(log, state) === false) {
      return [about('PSP-SEL-28', state, 'it was sent, nobody asked for it')];
    }
    const wrong = difference(state, sent);
    return wrong === undefined ? [] : [about(wrong[0], state, `it was sent ${wrong[1]}`)];
  });
  return [...found, ...leftOut(seed, log, isAllowed, isOpen)];
}

/** What was neither sent nor counted, once Complete says that this is all. */
function leftOut(
  seed: readonly State[],
  log: SentLog,
  isAllowed: (state: State) => boolean,
  isOpen: (key: string) => boolean,
): StoreFinding[] {
  const { withheld, entries } = log;
  // What lies before a cursor only the sender knows.
  if (withheld === undefined || log.isResumed || seed.some((state) => isOpen(keyOf(state)))) {
    return [];
  }
  const sent = new Set(entries.map(keyOf));
  const wanted = seed.filter((state) => isSelected(log, state) === true);
  const missing = wanted.filter((state) => isAllowed(state) && !sent.has(keyOf(state)));
  const tooLarge = (type: string): bigint => withheld.get(`${type} TOO_LARGE`) ?? 0n;
  const found = missing.flatMap((state) => {
    const alike = missing.filter(({ resourceType }) => resourceType === state.resourceType);
    if (tooLarge(state.resourceType) === BigInt(alike.length)) return [];
    const rule = isDeleted(state) ? 'PSP-SEL-4' : `PSP-SEL-${log.mode === 'LAST_UPDATED' ? 3 : 1}`;
    return [about(rule, state, 'it was asked for, neither sent nor counted as withheld')];
  });
  return [...found, ...policyFindings(seed, log, isAllowed, withheld)];
}

function policyFindings(
  seed: readonly State[],
  { types, mode }: SentLog,
  isAllowed: (state: State) => boolean,
  withheld: ReadonlyMap<string, bigint>,
): StoreFinding[] {
  const kept = seed.filter((state) => !isAllowed(state));
  const names = [...new Set(kept.map(({ resourceType }) => resourceType))];
  return names.flatMap((name): StoreFinding[] => {
    const asked = types.find(({ type }) => type === name);
    const isAsked = types.length === 0 || asked !== undefined;
    const own = kept.filter(
      (state) =>
        state.resourceType === name &&
        (mode !== 'LAST_UPDATED' || asked === undefined || isDatedIn(state, asked)),
    );
    const [told, expected] = [withheld.get(`${name} POLICY`) ?? 0n, isAsked ? own.length : 0];
    if (told === BigInt(expected)) return [];
    const detail = `${told} of ${name} are counted as withheld by policy, ${expected} are`;
    return [{ requirement: 'PSP-REQ-5', level: 'MUST', detail }];
  });
}

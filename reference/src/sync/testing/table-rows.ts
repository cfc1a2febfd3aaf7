// The table of the specification's chapter on classification, one predicate a row, in its order
// and in its words: a second reading of the text to hold the real one to. Works on names.
import { compareInstants } from '../../fhir/instant.ts';
import { version } from './entries.ts';
import { familyAfter, type Pair } from './pairs.ts';

type Order = 'same' | 'theirs' | 'ours' | 'unknown';

/** What the predicates speak of. */
interface Terms extends Pair {
  readonly order: Order;
  /** Their list of changes. */
  readonly T: readonly string[];
  /** Our list of changes. */
  readonly O: readonly string[];
}

/** One row: its rule, whether its relation holds, and what is done. */
export interface TableRow {
  readonly row: string;
  readonly holds: (terms: Terms) => boolean;
  readonly outcome: string;
}

const isPrefix = (part: readonly string[], whole: readonly string[]): boolean =>
  part.length <= whole.length && part.every((name, index) => name === whole[index]);
const isProper = (part: readonly string[], whole: readonly string[]): boolean =>
  part.length < whole.length && isPrefix(part, whole);
const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && isPrefix(a, b);
const idOf = (name: string): string => name.replace(/^[+-]/, '').split('=')[0] ?? '';

/** Every way to cut a list in two. */
const cuts = (list: readonly string[]): [string[], string[]][] =>
  Array.from({ length: list.length + 1 }, (_, at) => [list.slice(0, at), list.slice(at)]);
const allIn = (list: readonly string[], ids: readonly string[]): boolean =>
  list.every((name) => ids.includes(idOf(name)));
const noneIn = (list: readonly string[], ids: readonly string[]): boolean =>
  list.every((name) => !ids.includes(idOf(name)));

function isRebase({ ours, theirs, known, T, O }: Terms): boolean {
  const isKnown = ours.base === undefined || (known && ours.baseFamily !== undefined);
  return (
    T.length === 0 &&
    isKnown &&
    theirs.baseFamily !== undefined &&
    cuts(O).some(
      ([prefix, rest]) =>
        allIn(prefix, theirs.absorbed) &&
        noneIn(rest, theirs.absorbed) &&
        familyAfter(prefix, ours.baseFamily) === theirs.baseFamily,
    )
  );
}

function isHomecoming({ ours, known, T, O }: Terms): boolean {
  const isKnown = (O.length === 0 || known) && ours.baseFamily !== undefined;
  return (
    T[0]?.startsWith('+') === true &&
    isKnown &&
    cuts(T).some(
      ([prefix, rest]) =>
        allIn(prefix, ours.absorbed) &&
        noneIn(rest, ours.absorbed) &&
        isPrefix(O, rest) &&
        familyAfter(prefix, undefined) === ours.baseFamily,
    )
  );
}

/** The rows but the first, which is about holding nothing. */
export const tableRows: readonly TableRow[] = [
  {
    row: 'PSP-CLS-3',
    holds: ({ order, T, O }) => order === 'same' && same(T, O),
    outcome: 'DUPLICATE',
  },
  {
    row: 'PSP-CLS-4',
    holds: ({ order, T, O }) => order === 'theirs' && same(T, O) && T.length > 0,
    outcome: 'FAST_FORWARDED',
  },
  {
    row: 'PSP-CLS-7',
    holds: ({ order, T, O }) => order === 'theirs' && same(T, O),
    outcome: 'FAST_FORWARDED',
  },
  {
    row: 'PSP-CLS-4',
    holds: ({ order, T, O }) => order === 'ours' && same(T, O) && T.length > 0,
    outcome: 'STALE',
  },
  {
    row: 'PSP-CLS-7',
    holds: ({ order, T, O }) => order === 'ours' && same(T, O),
    outcome: 'STALE',
  },
  {
    row: 'PSP-CLS-11',
    holds: ({ order, T, O }) => order === 'unknown' && same(T, O),
    outcome: 'CONFLICT',
  },
  {
    row: 'PSP-CLS-5',
    holds: ({ order, T, O }) => (order === 'same' || order === 'theirs') && isProper(O, T),
    outcome: 'FAST_FORWARDED',
  },
  {
    row: 'PSP-CLS-6',
    holds: ({ order, T, O }) => (order === 'same' || order === 'ours') && isProper(T, O),
    outcome: 'STALE',
  },
  {
    row: 'PSP-CLS-8',
    holds: ({ order, theirs, T, O }) =>
      order === 'theirs' &&
      cuts(O).some(([first, rest]) => allIn(first, theirs.absorbed) && isPrefix(rest, T)),
    outcome: 'FAST_FORWARDED',
  },
  {
    row: 'PSP-CLS-9',
    holds: ({ order, ours, T, O }) =>
      order === 'ours' &&
      cuts(T).some(([first, rest]) => allIn(first, ours.absorbed) && isPrefix(rest, O)),
    outcome: 'STALE',
  },
  {
    row: 'PSP-CLS-10',
    holds: (terms) => terms.order === 'theirs' && isRebase(terms),
    outcome: 'REBASED',
  },
  {
    row: 'PSP-CLS-25',
    holds: (terms) => terms.order === 'ours' && isHomecoming(terms),
    outcome: 'REBASED',
  },
  { row: 'PSP-CLS-11', holds: () => true, outcome: 'CONFLICT' },
];

function orderOf({ ours, theirs }: Pair): Order {
  if (ours.base === undefined) return theirs.base === undefined ? 'same' : 'theirs';
  if (theirs.base === undefined) return 'ours';
  const [mine, other] = [version(ours.base), version(theirs.base)];
  if (mine.versionId === other.versionId) return 'same';
  const order = compareInstants(mine.lastUpdated, other.lastUpdated) ?? 0;
  return order === 0 ? 'unknown' : order < 0 ? 'theirs' : 'ours';
}

/** The first row whose relation holds. */
export function rowOf(pair: Pair): TableRow {
  const terms = { ...pair, order: orderOf(pair), T: pair.theirs.changes, O: pair.ours.changes };
  const found = tableRows.find(({ holds }) => holds(terms));
  if (found === undefined) throw new Error('the table has no row for this pair');
  return found;
}

// The known-failing file: failures that a team knows of, each with its reason and an end. What it
// covers is run all the same; an entry that no longer holds is a failure itself. Pure: reading and
// writing the file is for others, and the date is an argument.
import { parse, stringify } from 'yaml';
import { deliveries, type Delivery } from '../peer/delivery.ts';
import type { CaseResult } from './results.ts';
import { isFailing } from './summary.ts';

/** One failure that is known. */
export interface KnownFailure {
  /** A case id; `*` stands for any characters. */
  readonly pattern: string;
  /** `any`, or one delivery. */
  readonly delivery: Delivery | 'any';
  /** `CaseResult.signature`, exactly; another one is another failure. */
  readonly signature: string;
  /** Why it is not repaired yet. */
  readonly reason: string;
  /** Last day on which it counts, `2027-01-31`. */
  readonly until: string;
}

/** What is wrong with a known-failing file. */
export interface KnownFileFault {
  readonly kind: 'known-file-fault';
  /** A sentence that names the entry. */
  readonly detail: string;
}

const header = `# Failures that are known. Every case below is run all the same. An entry
# that passes, fails in another way, or is past its date fails the run: repair it, or run
# \`baseline prune\`.
`;
const members = ['pattern', 'delivery', 'signature', 'reason', 'until'] as const;

function entryFault(value: unknown, index: number): string | undefined {
  const name = `entry ${index + 1}`;
  if (typeof value !== 'object' || value === null) return `${name} is no object`;
  const entry = value as Readonly<Record<string, unknown>>;
  for (const member of members) {
    if (typeof entry[member] !== 'string' || entry[member].trim() === '') {
      return `${name}: ${member} is missing, or no text (a date stands in quotes)`;
    }
  }
  const stranger = Object.keys(entry).find((key) => !members.some((member) => member === key));
  if (stranger !== undefined) return `${name}: there is no member ${stranger}`;
  if (!isDay(String(entry['until']))) return `${name}: until is a day such as "2027-01-31"`;
  const isDelivery = ['any', ...deliveries].includes(String(entry['delivery']));
  return isDelivery ? undefined : `${name}: delivery is any, ${deliveries.join(', ')}`;
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(time) && isSameDay(time, text);
}

function isSameDay(time: number, text: string): boolean {
  return new Date(time).toISOString().startsWith(text);
}

/** Reads the text of a known-failing file. */
export function readKnownFile(text: string): readonly KnownFailure[] | KnownFileFault {
  let content: unknown;
  try {
    content = parse(text, { schema: 'core' });
  } catch (error) {
    const detail =
      error instanceof Error
        ? (error.message.split('\n')[0]?.replace(/[:.]+$/, '') ?? '')
        : String(error);
    return { kind: 'known-file-fault', detail: `it is no YAML: ${detail}` };
  }
  const list: unknown =
    content === null ? [] : (content as { readonly known?: unknown } | undefined)?.known;
  if (!Array.isArray(list)) {
    return { kind: 'known-file-fault', detail: 'it has no list `known`' };
  }
  const faults = list.flatMap((entry, index) => entryFault(entry, index) ?? []);
  const [detail] = faults;
  if (detail !== undefined) return { kind: 'known-file-fault', detail };
  return list as KnownFailure[];
}

/** Tells a fault of the file from its content. */
export function isKnownFileFault(value: object): value is KnownFileFault {
  return 'kind' in value;
}

/** The text of a known-failing file. */
export function knownFileText(entries: readonly KnownFailure[]): string {
  return header + stringify({ known: entries }, { lineWidth: 0 });
}

/** Whether an id matches a pattern in which `*` stands for any characters. */
export function matchesPattern(pattern: string, id: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(id);
}

function covers(entry: KnownFailure, { id, delivery }: CaseResult): boolean {
  const isDelivery = entry.delivery === 'any' || entry.delivery === delivery;
  return isDelivery && matchesPattern(entry.pattern, id);
}

type Known = NonNullable<CaseResult['known']>;

function stateOf(entry: KnownFailure, result: CaseResult, today: string): Known['state'] {
  if (!isFailing(result.verdict)) return 'passes';
  if (result.signature !== entry.signature) return 'changed';
  return today > entry.until ? 'expired' : 'expected';
}

/** Only what was played says anything about an entry. */
function speaks({ verdict }: CaseResult): boolean {
  return isFailing(verdict) || verdict === 'pass' || verdict === 'warn';
}

/** Results with what is known of them, and the patterns that cover none. */
export interface KnownApplied {
  readonly cases: readonly CaseResult[];
  readonly unmatched: readonly string[];
}

/**
 * Marks each result that an entry covers. Of several entries the one counts that holds.
 *
 * @param today - The day of the run, `2026-11-23`.
 */
export function applyKnown(
  cases: readonly CaseResult[],
  entries: readonly KnownFailure[],
  today: string,
): KnownApplied {
  const marked = cases.map((result) => {
    if (!speaks(result)) return result;
    const found = entries
      .filter((entry) => covers(entry, result))
      .map((entry) => ({ pattern: entry.pattern, state: stateOf(entry, result, today) }));
    const known = found.find(({ state }) => state === 'expected') ?? found[0];
    return known === undefined ? result : { ...result, known };
  });
  const unmatched = entries
    .filter((entry) => !cases.some((result) => covers(entry, result)))
    .map(({ pattern }) => pattern);
  return { cases: marked, unmatched: [...new Set(unmatched)] };
}

/**
 * Of the patterns that cover no result, those that are stale for sure: in a whole run each of them,
 * in a part of one those that name no case at all.
 *
 * @param isNamed - Whether a pattern matches any case there is, played or not.
 */
export function strayPatterns(
  unmatched: readonly string[],
  isWhole: boolean,
  isNamed: (pattern: string) => boolean,
): readonly string[] {
  return isWhole ? unmatched : unmatched.filter((pattern) => !isNamed(pattern));
}

/** Entries for the failures of a run that nothing covers yet; one where all deliveries agree. */
export function entriesFor(
  cases: readonly CaseResult[],
  more: Pick<KnownFailure, 'reason' | 'until'>,
): KnownFailure[] {
  const wanted = cases.filter(({ verdict, known }) => isFailing(verdict) && !known);
  const byId = Map.groupBy(wanted, ({ id }) => id);
  return [...byId].flatMap(([pattern, results]): KnownFailure[] => {
    const all = cases.filter(({ id }) => id === pattern);
    const signatures = new Set(results.map(({ signature }) => signature ?? ''));
    const [signature] = signatures;
    if (signature !== undefined && signatures.size === 1 && all.length === results.length) {
      return [{ pattern, delivery: 'any', signature, ...more }];
    }
    return results.map(({ delivery, signature: own }) => ({
      pattern,
      delivery,
      signature: own ?? '',
      ...more,
    }));
  });
}

/**
 * The entries of a file that still hold. What the run says nothing about stays.
 *
 * @param unmatched - Patterns that no case matches; they go.
 */
export function stillHolding(
  entries: readonly KnownFailure[],
  cases: readonly CaseResult[],
  unmatched: readonly string[],
  today: string,
): KnownFailure[] {
  return entries.filter((entry) => {
    if (unmatched.includes(entry.pattern)) return false;
    const spoken = cases.filter((result) => speaks(result) && covers(entry, result));
    return spoken.every((result) => stateOf(entry, result, today) === 'expected');
  });
}

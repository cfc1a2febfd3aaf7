// What a run of mutants says: survivors in words, the counts, and the record that the coverage page
// is made from. Pure.
import type { Requirement } from '../cases/requirements.ts';
import type { MutantResult, Trial } from './mutant.ts';

/** The record of a run: nothing in it depends on the machine. */
export interface MutantRecord {
  readonly format: 'peersync-mutants/1';
  readonly mutants: readonly {
    readonly name: string;
    readonly breaks: string;
    readonly killed: boolean;
    readonly cases: readonly string[];
    /** Of the row; a result of another row says nothing. */
    readonly row: string;
    /** Why it survived. */
    readonly why?: string;
  }[];
}

const withDelivery = ({ citation: { case: one, delivery } }: Trial): string =>
  delivery === 'whole' ? one.id : `${one.id} (${delivery})`;

function missesOf({ trials, why }: MutantResult): string[] {
  const misses = trials.flatMap((trial) =>
    trial.miss === undefined ? [] : [`${withDelivery(trial)}: ${trial.miss}`],
  );
  return why === undefined ? misses : [why, ...misses];
}

/**
 * The record of results.
 *
 * @param earlier - What is known of mutants that were not played now.
 */
export function recordOf(
  results: readonly MutantResult[],
  earlier: MutantRecord['mutants'] = [],
): MutantRecord {
  const rows = results.map((result) => {
    const { name, breaks, kills, digest } = result.mutant;
    const cases = [...new Set(kills.map((kill) => kill.case.id))].sort();
    const row = { name, breaks, killed: result.isKilled, cases, row: digest };
    return result.isKilled ? row : { ...row, why: missesOf(result).join(' | ') };
  });
  const mutants = [...rows, ...earlier].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { format: 'peersync-mutants/1', mutants };
}

/** A survivor, the sentence that it leaves unproven, and what happened instead. */
export function survivorLines(
  result: MutantResult,
  sentences: ReadonlyMap<string, Requirement>,
): string[] {
  const { name, breaks, file } = result.mutant;
  const { level, text } = sentences.get(breaks) ?? { level: 'MUST', text: 'no such sentence' };
  const head = [`${name} (${file})`, `  leaves unproven ${breaks} (${level}): ${text}`];
  const happened = result.trials.flatMap(({ miss, found }) =>
    miss === undefined ? [] : found.map((line) => `    ${line}`),
  );
  return [...head, ...missesOf(result).map((line) => `  ${line}`), ...happened];
}

/** What is counted. */
export interface MutantCounts {
  readonly killed: number;
  readonly mutants: number;
  /** Sentences with a killed mutant of their own, out of those that have to have one. */
  readonly proven: number;
  readonly sentences: number;
}

/**
 * Counts mutants and sentences.
 *
 * @param sentences - Ids of those that have to have a mutant.
 */
export function countsOf(
  results: readonly MutantResult[],
  sentences: readonly string[],
): MutantCounts {
  const killed = results.filter(({ isKilled }) => isKilled);
  // One that a mutant of its own survives is not proven, whatever others of its mutants say.
  const alive = results.filter(({ isKilled }) => !isKilled).map(({ mutant }) => mutant.breaks);
  const broken = new Set(killed.map(({ mutant }) => mutant.breaks));
  const proven = sentences.filter((id) => broken.has(id) && !alive.includes(id));
  return {
    killed: killed.length,
    mutants: results.length,
    proven: proven.length,
    sentences: sentences.length,
  };
}

/** The last line of a run. */
export function countsLine({ killed, mutants, proven, sentences }: MutantCounts): string {
  const own = `${proven}/${sentences} wire-observable MUSTs proven by their own mutant`;
  return `mutants: ${killed}/${mutants} killed, ${own}`;
}

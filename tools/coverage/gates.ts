// What fails the build: a sentence without a case or an exclusion, an exclusion that a case
// overtook, too few proven sentences, mutants that name what does not exist. Each gate gives texts
// for a person, none where it is satisfied.
import type { Exclusion } from '../../conformance/src/cli/coverage-command.ts';
import type { CellCoverage } from './cells.ts';
import type { IndexEntry } from './index.ts';
import type { Mutant, MutantResult } from './mutants.ts';
import { countOf, percent, proofOf, staleResults } from './proof.ts';

/** The numbers of `thresholds.json`. */
export interface Thresholds {
  /** Share of the MUSTs with a case that have to be proven; rises to the aim, never falls. */
  readonly provenMustPercent: number;
  readonly provenMustPercentAim: number;
}

const isMust = ({ level }: IndexEntry): boolean => level.startsWith('MUST');

/** Nobody reads more lines than that. */
const shownMax = 20;

/** Texts under one heading as one fault; none where there are no texts. */
function under(head: string, lines: readonly string[], next: string): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - shownMax;
  const shown = [...lines.slice(0, shownMax), ...(more > 0 ? [`and ${more} more`] : [])];
  return [[head, ...shown.map((line) => `  ${line}`), next].join('\n')];
}

/** Every MUST and SHOULD has a case or an exclusion. */
export function openSentences(index: readonly IndexEntry[]): string[] {
  const open = index.filter(
    ({ level, observability }) => level !== 'MAY' && observability.kind === 'open',
  );
  return under(
    'These sentences have neither a case nor an exclusion:',
    open.map(({ id, level, anchor }) => `${id} (${level}), spec/v1/${anchor}`),
    'Write a case below conformance/cases that names it, or exclude it with class and reason in ' +
      'conformance/data/exclusions.json.',
  );
}

/** An exclusion is of a sentence that exists and has no case. */
export function staleExclusions(
  index: readonly IndexEntry[],
  exclusions: Readonly<Record<string, Exclusion>>,
): string[] {
  const entries = new Map(index.map((entry) => [entry.id, entry]));
  return Object.keys(exclusions).flatMap((id) => {
    const entry = entries.get(id);
    if (entry === undefined) return [`${id} is excluded and does not exist; delete the exclusion`];
    if (entry.observability.kind !== 'wire') return [];
    const names = [...entry.cases, ...entry.namedBy].slice(0, 5).join(' ');
    return [`${id} is excluded and has cases (${names}); delete the exclusion`];
  });
}

/** The MUSTs that have a case and are not proven. */
export function unproven(
  index: readonly IndexEntry[],
  results: readonly MutantResult[],
): IndexEntry[] {
  return index.filter(
    (entry) =>
      isMust(entry) && entry.observability.kind === 'wire' && proofOf(entry, results) !== 'killed',
  );
}

/** Enough of the MUSTs that a case is about are proven by a mutant of their own. */
export function tooFewProven(
  index: readonly IndexEntry[],
  results: readonly MutantResult[],
  { provenMustPercent }: Thresholds,
): string[] {
  const { proven, cased } = countOf(index.filter(isMust), results);
  const reached = percent(proven, cased);
  if (reached >= provenMustPercent) return [];
  return under(
    `${reached} % of the MUSTs with a case are proven by a mutant (${proven}/${cased}); ` +
      `tools/coverage/thresholds.json asks for ${provenMustPercent} %. Not proven:`,
    unproven(index, results).map((entry) => `${entry.id}: ${proofOf(entry, results)}`),
    'Add mutants in reference/mutants that break these, and cases that find them.',
  );
}

/** A threshold below what is reached would let proof go without a word. */
export function slackThreshold(
  index: readonly IndexEntry[],
  results: readonly MutantResult[],
  { provenMustPercent, provenMustPercentAim }: Thresholds,
): string[] {
  const { proven, cased } = countOf(index.filter(isMust), results);
  const due = Math.min(Math.floor(percent(proven, cased)), provenMustPercentAim);
  if (provenMustPercent >= due) return [];
  return [
    `${percent(proven, cased)} % of the MUSTs with a case are proven: raise provenMustPercent in ` +
      `tools/coverage/thresholds.json from ${provenMustPercent} to ${due}`,
  ];
}

/** The record is of the mutants that there are, and each of them names a case. */
export function brokenMutants(
  mutants: readonly Mutant[],
  results: readonly MutantResult[],
): string[] {
  return [
    ...mutants
      .filter(({ kills }) => kills.length === 0)
      .map(({ name }) => `mutant ${name} names no case that has to find it; add one to its kills`),
    ...under(
      'The record of the mutants is not of the mutants that there are:',
      staleResults(mutants, results),
      'Run: npx node conformance/src/cli/main.ts selftest --mutants reference/mutants --changed ' +
        '--record conformance/data/mutant-results.json',
    ),
  ];
}

/** Every cell of the state tables has a case or a reason, and no other cell is named. */
export function openCells(cells: readonly CellCoverage[]): string[] {
  return cells.flatMap(({ role, open, unknown }) => [
    ...under(
      `These cells of the ${role}'s table have no case:`,
      open,
      `Write one, or give the reason in \`untestable\` of conformance/cases/${role}/cells.yaml.`,
    ),
    ...unknown.map(
      (cell) =>
        `${role}: the cell ${cell} is named in conformance/cases/${role} and not in the table`,
    ),
  ]);
}

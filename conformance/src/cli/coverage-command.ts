// `coverage`: which sentences have a case, and which of the cases were shown to find a testee that
// breaks the sentence. Sentences that no octet shows are excluded by name, with a class and a
// reason, in `data/exclusions.json`; `data/mutant-results.json` is the last run of the mutants.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from '../cases/case.ts';
import { packageFolder } from '../cases/load.ts';
import { requirements, type Requirement } from '../cases/requirements.ts';
import type { MutantRecord } from '../mutants/mutant-report.ts';
import { allCases } from './case-choice.ts';
import type { ExitCode } from './failure.ts';
import type { Screen } from './screen.ts';

/** Why a sentence has no case. */
export interface Exclusion {
  readonly class: string;
  readonly reason: string;
}

/** One sentence and its cases. */
export interface CoverageRow {
  readonly id: string;
  readonly level: Requirement['level'];
  readonly actor: string;
  /** Cases that prove it: it stands first in their lists. */
  readonly proves: readonly string[];
  /** Further cases that name it. */
  readonly touches: readonly string[];
  readonly exclusion?: Exclusion;
  /** Faulty testees that break it and were found. */
  readonly killed: readonly string[];
  /** Faulty testees that break it and passed for right. */
  readonly survived: readonly string[];
}

type MutantResults = MutantRecord['mutants'];

/** Options of `coverage`. */
export interface CoverageOptions {
  readonly json?: boolean;
  readonly missing?: boolean;
  readonly strict?: boolean;
}

/** The sentences with their cases, in the order of the specification. */
export function coverageOf(
  sentences: Iterable<Requirement>,
  cases: readonly Case[],
  exclusions: Readonly<Record<string, Exclusion>>,
  mutants: MutantResults = [],
): CoverageRow[] {
  const playable = cases.filter(({ untestable }) => untestable === undefined);
  return Array.from(sentences, ({ id, level, actor }) => {
    const named = playable.filter((one) => one.requirements.includes(id));
    const proving = named.filter(({ requirements: [first] }) => first === id);
    const exclusion = exclusions[id];
    const broken = mutants.filter(({ breaks }) => breaks === id);
    const names = (killed: boolean): string[] =>
      broken.filter((mutant) => mutant.killed === killed).map(({ name }) => name);
    return {
      id,
      level,
      actor,
      proves: proving.map((one) => one.id),
      touches: named.filter((one) => !proving.includes(one)).map((one) => one.id),
      ...(exclusion === undefined ? {} : { exclusion }),
      killed: names(true),
      survived: names(false),
    };
  });
}

/** The exclusions of the package; none where there is no such file. */
export function readExclusions(): Readonly<Record<string, Exclusion>> {
  const path = join(packageFolder, 'data', 'exclusions.json');
  if (!existsSync(path)) return {};
  const file = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly exclusions: Readonly<Record<string, Exclusion>>;
  };
  return file.exclusions;
}

function readMutantResults(): MutantResults {
  const path = join(packageFolder, 'data', 'mutant-results.json');
  if (!existsSync(path)) return [];
  return (JSON.parse(readFileSync(path, 'utf8')) as MutantRecord).mutants;
}

const isProven = ({ killed, survived }: CoverageRow): boolean =>
  killed.length > 0 && survived.length === 0;
const isCovered = ({ proves, touches }: CoverageRow): boolean => proves.length + touches.length > 0;
const isOpen = (row: CoverageRow): boolean => !isCovered(row) && row.exclusion === undefined;

function totals(rows: readonly CoverageRow[], name: 'MUST' | 'SHOULD' | 'MAY'): string {
  const own = rows.filter(({ level }) => level.startsWith(name));
  const covered = own.filter(isCovered).length;
  const excluded = own.filter((row) => !isCovered(row) && row.exclusion !== undefined).length;
  const open = own.length - covered - excluded;
  const proven = own.filter((row) => isCovered(row) && isProven(row)).length;
  return (
    `${name}: ${covered}/${own.length} with a case, ${excluded} excluded, ${open} without; ` +
    `${proven} proven by a mutant`
  );
}

/** Prints the coverage; with `strict`, 1 where a MUST has neither case nor exclusion. */
export function coverage(screen: Screen, options: CoverageOptions): ExitCode {
  const rows = coverageOf(
    requirements().values(),
    allCases(),
    readExclusions(),
    readMutantResults(),
  );
  const shown = options.missing === true ? rows.filter(isOpen) : rows;
  if (options.json === true) {
    screen.print(JSON.stringify(shown, undefined, 2));
  } else {
    for (const { id, level, proves, touches, exclusion } of shown) {
      const cases = [...proves, ...touches.map((name) => `(${name})`)].join(' ');
      const without = exclusion === undefined ? '-' : `excluded, ${exclusion.class}`;
      screen.print(`${id.padEnd(14)}${level.padEnd(12)}${cases === '' ? without : cases}`);
    }
    for (const name of ['MUST', 'SHOULD', 'MAY'] as const) screen.print(totals(rows, name));
  }
  const isMissing = rows.some((row) => row.level.startsWith('MUST') && isOpen(row));
  return options.strict === true && isMissing ? 1 : 0;
}

// `selftest --mutants`: plays faulty testees with the cases that have to find them. What survives
// shows a sentence that nothing proves.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { faultLine } from '../cases/load.ts';
import { requirements } from '../cases/requirements.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { loadMutants } from '../mutants/mutant-file.ts';
import { countsLine, countsOf, recordOf, survivorLines } from '../mutants/mutant-report.ts';
import type { MutantRecord } from '../mutants/mutant-report.ts';
import { runMutants } from '../mutants/mutant-run.ts';
import { matchesPattern } from '../report/known-failing.ts';
import { Cancellation } from './cancellation.ts';
import { everyCase } from './case-choice.ts';
import { readExclusions } from './coverage-command.ts';
import { misuse, type ExitCode } from './failure.ts';
import type { Screen } from './screen.ts';
import { countOf } from './suite-run.ts';

/** Options of `selftest --mutants`. */
export interface MutantsOptions {
  readonly mutants?: string;
  readonly only?: readonly string[];
  readonly jobs?: string;
  readonly record?: string;
  /** Only mutants that the record does not know as killed, by the row as it is now. */
  readonly changed?: boolean;
  readonly seed?: string;
  readonly patience?: string;
  readonly deadline?: string;
}

function chosen(mutants: readonly Mutant[], only: readonly string[]): Mutant[] {
  const names = ({ name, breaks, file, kills }: Mutant): string[] => [
    name,
    breaks,
    file,
    ...kills.map((kill) => kill.case.id),
  ];
  const matches = (pattern: string, mutant: Mutant): boolean =>
    names(mutant).some((text) => matchesPattern(pattern.toLowerCase(), text.toLowerCase()));
  for (const pattern of only) {
    if (!mutants.some((mutant) => matches(pattern, mutant))) {
      throw misuse(`No mutant matches ${pattern}: name, file, requirement or cited case.`);
    }
  }
  if (only.length === 0) return [...mutants];
  return mutants.filter((mutant) => only.some((pattern) => matches(pattern, mutant)));
}

/** Sentences that octets, stores or answers show: all MUSTs that are not excluded by name. */
function sentences(): string[] {
  const excluded = readExclusions();
  const musts = [...requirements().values()].filter(({ level }) => level.startsWith('MUST'));
  return musts.map(({ id }) => id).filter((id) => excluded[id] === undefined);
}

type Rows = MutantRecord['mutants'];

function mutantsOf(path: string): readonly Mutant[] {
  const { mutants, faults } = loadMutants(path, everyCase());
  if (faults.length > 0) throw misuse(`Mutants are broken:\n${faults.map(faultLine).join('\n')}`);
  return mutants;
}

/** What a record holds of rows that are as they were; nothing where there is none yet. */
function recorded(record: string | undefined, mutants: readonly Mutant[]): Rows {
  if (record === undefined || !existsSync(record)) return [];
  let rows: Rows;
  try {
    rows = (JSON.parse(readFileSync(record, 'utf8')) as MutantRecord).mutants;
  } catch {
    throw misuse(`${record} is no record of mutants: name another file, or remove it.`);
  }
  const digests = new Map(mutants.map(({ name, digest }) => [name, digest]));
  return rows.filter(({ name, row }) => digests.get(name) === row);
}

/** Those that are to be played, and what a record says of the others. */
function toPlay(
  mutants: readonly Mutant[],
  { only = [], changed = false, record }: MutantsOptions,
): { played: Mutant[]; kept: Rows } {
  if (changed && record === undefined) {
    throw misuse('--changed is since a record: name it with --record FILE.');
  }
  const rows = changed || only.length > 0 ? recorded(record, mutants) : [];
  const killed = new Set(rows.filter((row) => row.killed).map(({ name }) => name));
  const played = chosen(mutants, only).filter(({ name }) => !changed || !killed.has(name));
  const names = new Set(played.map(({ name }) => name));
  return { played, kept: rows.filter(({ name }) => !names.has(name)) };
}

/** Plays the mutants of a file or folder; 1 where one survives, 5 where there is none. */
export async function playMutants(
  screen: Screen,
  path: string,
  options: MutantsOptions,
): Promise<ExitCode> {
  const { jobs, record, seed = 'mutant', patience, deadline } = options;
  const { played, kept } = toPlay(mutantsOf(path), options);
  if (played.length === 0 && kept.length > 0) {
    screen.print('Nothing to play: each mutant is as it was when it was killed.');
    return 0;
  }
  const cancellation = new Cancellation(screen);
  const { signal } = cancellation;
  let alive = 0;
  const results = await runMutants(played, {
    seed,
    jobs: jobs === undefined ? Math.min(4, availableParallelism()) : countOf('--jobs', jobs),
    ...(patience === undefined ? {} : { patienceMs: countOf('--patience', patience) }),
    ...(deadline === undefined ? {} : { deadlineMs: countOf('--deadline', deadline) }),
    signal,
    onProgress: ({ mutant, isKilled }, done, total) => {
      if (!isKilled) alive += 1;
      const survived = alive === 0 ? '' : `  ${alive} survived`;
      screen.liveLine(`${done}/${total} mutants${survived}  ${mutant.name}`);
    },
  }).finally(() => {
    screen.liveLine('');
    cancellation.release();
  });
  if (signal.aborted) return 130;
  for (const result of results.filter(({ isKilled }) => !isKilled)) {
    const [head = '', ...rest] = survivorLines(result, requirements());
    screen.print(`${screen.mark('red', 'SURVIVED')}  ${head}`);
    for (const line of rest) screen.print(`  ${line}`);
  }
  if (record !== undefined) {
    writeFileSync(record, `${JSON.stringify(recordOf(results, kept), undefined, 2)}\n`);
  }
  screen.print(countsLine(countsOf(results, sentences())));
  if (results.length === 0) return 5;
  return alive === 0 ? 0 : 1;
}

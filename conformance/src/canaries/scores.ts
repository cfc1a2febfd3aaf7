// What canaries must score, and where a run of the suite scored them otherwise: that is the kit's
// own fault. Reads the table; plays nothing.
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Case } from '../cases/case.ts';
import type { TesteeCommand } from '../control/child-channel.ts';
import { KitError } from '../fault.ts';
import type { Results, Verdict } from '../report/results.ts';

/** A line of `canaries/expected.yaml`, whose head says what each member means. */
export interface CanaryScore {
  readonly name: string;
  readonly program: string;
  readonly arguments?: readonly string[];
  readonly about: string;
  readonly only?: readonly string[];
  readonly deadlineMs?: number;
  readonly patienceMs?: number;
  readonly exitCode: number;
  readonly unusable?: string;
  readonly passAtMost: number;
  readonly failAtLeast: number;
  readonly never: readonly Verdict[];
  readonly verdicts?: Readonly<Record<string, Verdict>>;
  readonly says?: Readonly<Record<string, string>>;
}

/** What a run of a canary is given beside the seed: enough for a process on the same machine. */
export const canaryTimes = { patienceMs: 500, deadlineMs: 4_000 };

/**
 * The table of the package.
 *
 * @throws KitError when it is not there: the installation is broken.
 */
export function canaryScores(): readonly CanaryScore[] {
  const file = new URL('../../canaries/expected.yaml', import.meta.url);
  const read = parse(readFileSync(file, 'utf8')) as {
    readonly canaries?: Readonly<Record<string, Omit<CanaryScore, 'name'>>>;
  };
  if (read.canaries === undefined) throw new KitError('expected.yaml names no canaries');
  return Object.entries(read.canaries).map(([name, score]) => ({ name, ...score }));
}

/** How to start a canary: with the program that the kit itself runs on. */
export function commandOf(score: CanaryScore): TesteeCommand {
  // Beside this file, TypeScript in the repository and JavaScript in the package.
  const name = `./${score.program}${extname(fileURLToPath(import.meta.url))}`;
  const program = fileURLToPath(new URL(name, import.meta.url));
  return { argv: [process.execPath, program, ...(score.arguments ?? [])] };
}

/** The cases that a canary is played with, out of those given. */
export function casesFor(score: CanaryScore, cases: readonly Case[]): Case[] {
  return cases.filter(({ id }) => score.only?.includes(id) ?? true);
}

/**
 * Where a run scored a canary otherwise than it must, one sentence each; empty: rightly.
 *
 * @param isNarrowed - Whether cases were left out: then only what is said of the others holds.
 */
export function differencesFrom(
  score: CanaryScore,
  results: Results,
  isNarrowed = false,
): string[] {
  return [
    // Nothing else may be left than what the canary passes.
    ...(isNarrowed ? [] : exitDifferences(score, results)),
    ...countDifferences(isNarrowed ? { ...score, failAtLeast: 0 } : score, results),
    ...caseDifferences(score, results),
  ];
}

function exitDifferences(score: CanaryScore, { exitCode, unusable }: Results): string[] {
  const found: string[] = [];
  if (exitCode !== score.exitCode) {
    found.push(`the exit code should be ${score.exitCode}, it is ${exitCode}`);
  }
  if (score.unusable === undefined && unusable !== undefined) {
    found.push(`it should be usable, but: ${unusable}`);
  }
  if (score.unusable !== undefined && unusable?.includes(score.unusable) !== true) {
    const said = unusable ?? 'nothing';
    found.push(`it should be unusable because of "${score.unusable}", the kit said: ${said}`);
  }
  return found;
}

function countDifferences(score: CanaryScore, { cases }: Results): string[] {
  const idsOf = (...verdicts: Verdict[]): string[] =>
    cases.filter(({ verdict }) => verdicts.includes(verdict)).map(({ id }) => id);
  const passed = idsOf('pass', 'warn');
  const failed = idsOf('fail');
  const found: string[] = [];
  if (passed.length > score.passAtMost) {
    const ids = passed.join(', ');
    found.push(`at most ${score.passAtMost} cases may pass, ${passed.length} do: ${ids}`);
  }
  if (failed.length < score.failAtLeast) {
    found.push(`at least ${score.failAtLeast} cases have to fail, ${failed.length} do`);
  }
  for (const verdict of score.never) {
    const ids = idsOf(verdict);
    if (ids.length > 0) found.push(`no case may have the verdict ${verdict}: ${ids.join(', ')}`);
  }
  return found;
}

function caseDifferences({ verdicts = {}, says = {} }: CanaryScore, results: Results): string[] {
  return results.cases.flatMap(({ id, verdict, observed = '', store = [] }) => {
    const said = [observed, ...store].filter((text) => text !== '').join(' ');
    const awaited = verdicts[id] ?? verdict;
    const words = says[id] ?? '';
    const found: string[] = [];
    if (verdict !== awaited) found.push(`${id} should be ${awaited}, it is ${verdict}`);
    if (!said.includes(words)) {
      found.push(`${id} should say "${words}", it says: ${said === '' ? 'nothing' : said}`);
    }
    return found;
  });
}

// Plays mutants, each as processes of its own, with the cases that they cite. First the same cases
// on the testee without a fault: what fails there proves nothing.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { TesteeCommand } from '../control/child-channel.ts';
import type { Delivery } from '../peer/delivery.ts';
import { OwnFolder } from '../run/own-folder.ts';
import { runSuite } from '../run/suite.ts';
import type { CaseResult, SuiteResult } from '../run/verdict.ts';
import { foundIn, missOf } from './kill.ts';
import type { Citation, Mutant, MutantResult, Trial } from './mutant.ts';

/** Options of {@link runMutants}. */
export interface MutantRunOptions {
  /** Everything that the kit draws follows from it. */
  readonly seed: string;
  /** Mutants at a time. */
  readonly jobs: number;
  /** In milliseconds; default 2 000: a mutant that says nothing is waited for that long. */
  readonly patienceMs?: number;
  /** What each session may take, in milliseconds; default 8 000. */
  readonly deadlineMs?: number;
  readonly onProgress?: (result: MutantResult, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

type ByDelivery = ReadonlyMap<Delivery, readonly Citation[]>;

function byDelivery(citations: readonly Citation[]): ByDelivery {
  return Map.groupBy(citations, ({ delivery }) => delivery);
}

const keyOf = ({ case: { id }, delivery }: Citation): string => `${id} ${delivery}`;

/** Plays cases on one command, and has a folder of its own for what is played at once. */
class Stage {
  readonly #folder = new OwnFolder('mutants');
  readonly #options: MutantRunOptions;

  constructor(options: MutantRunOptions) {
    this.#options = options;
  }

  async play(
    command: TesteeCommand,
    citations: readonly Citation[],
    jobs: number,
  ): Promise<Map<string, CaseResult> | string> {
    const found = new Map<string, CaseResult>();
    for (const [delivery, cited] of byDelivery(citations)) {
      const cases = [...new Set(cited.map((citation) => citation.case))];
      const suite = await this.#suite(command, { cases, deliveries: [delivery], jobs });
      if (suite.unusable !== undefined) return suite.unusable;
      for (const result of suite.results) found.set(keyOf(result), result);
    }
    return found;
  }

  close(): void {
    this.#folder.close();
  }

  #suite(
    { argv, ...command }: TesteeCommand,
    what: Pick<Parameters<typeof runSuite>[0], 'cases' | 'deliveries' | 'jobs'>,
  ): Promise<SuiteResult> {
    const { seed, patienceMs = 2_000, deadlineMs = 8_000, signal } = this.#options;
    const needsScratch = argv.some((word) => word.includes('$SCRATCH'));
    const scratch = needsScratch ? mkdtempSync(join(this.#folder.path, 'scratch-')) : '';
    const words = argv.map((word) => word.replaceAll('$SCRATCH', scratch));
    // All of them load the same program but for one file.
    const env = { NODE_COMPILE_CACHE: join(this.#folder.path, 'compiled'), ...command.env };
    return runSuite({
      ...what,
      testee: { kind: 'command', command: { ...command, argv: words, env } },
      seed,
      profile: 'full',
      patienceMs,
      deadlineMs,
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** Cited cases that the faultless testee does not pass, by baseline, case and delivery. */
type Unsound = ReadonlyMap<string, string>;

const baselineKey = ({ argv, cwd }: TesteeCommand): string => JSON.stringify([cwd, argv]);

async function unsoundOf(stage: Stage, mutants: readonly Mutant[], jobs: number): Promise<Unsound> {
  const unsound = new Map<string, string>();
  const groups = Map.groupBy(mutants, ({ baseline }) => baselineKey(baseline));
  for (const [key, [first, ...others]] of groups) {
    if (first === undefined) continue;
    const citations = [first, ...others].flatMap(({ kills }) => kills);
    const played = await stage.play(first.baseline, citations, jobs);
    for (const citation of citations) {
      const result = typeof played === 'string' ? undefined : played.get(keyOf(citation));
      if (result?.verdict === 'pass' || result?.verdict === 'warn') continue;
      const said = typeof played === 'string' ? played : wordsOf(result);
      unsound.set(`${key} ${keyOf(citation)}`, `the faultless testee does not pass it: ${said}`);
    }
  }
  return unsound;
}

function wordsOf(result: CaseResult | undefined): string {
  return result === undefined ? 'it was not played' : foundIn(result).join(' | ');
}

async function resultOf(stage: Stage, mutant: Mutant, unsound: Unsound): Promise<MutantResult> {
  if (mutant.kills.length === 0) {
    return { mutant, isKilled: false, trials: [], why: 'it cites no case' };
  }
  const played = await stage.play(mutant.command, mutant.kills, 1);
  if (typeof played === 'string') {
    return { mutant, isKilled: false, trials: [], why: `it cannot be used: ${played}` };
  }
  const trials = mutant.kills.map((citation): Trial => {
    const result = played.get(keyOf(citation));
    const doubt = unsound.get(`${baselineKey(mutant.baseline)} ${keyOf(citation)}`);
    if (result === undefined) return { citation, miss: 'it was not played', found: [] };
    const miss = doubt ?? missOf(mutant, citation, result);
    const found = foundIn(result);
    const { verdict } = result;
    return { citation, verdict, found, ...(miss === undefined ? {} : { miss }) };
  });
  return { mutant, isKilled: trials.every(({ miss }) => miss === undefined), trials };
}

/**
 * Plays every mutant; results are in the order of the mutants.
 *
 * @throws whatever the system says when it gives no port or no temporary folder.
 */
export async function runMutants(
  mutants: readonly Mutant[],
  options: MutantRunOptions,
): Promise<MutantResult[]> {
  const { jobs, onProgress, signal } = options;
  const stage = new Stage(options);
  const results = new Map<Mutant, MutantResult>();
  const waiting = mutants.values();
  const isStopped = (): boolean => signal?.aborted === true;
  try {
    const unsound = await unsoundOf(stage, mutants, jobs);
    const work = async (): Promise<void> => {
      for (const mutant of waiting) {
        if (isStopped()) return;
        const result = await resultOf(stage, mutant, unsound);
        if (isStopped()) return;
        results.set(mutant, result);
        onProgress?.(result, results.size, mutants.length);
      }
    };
    await Promise.all(Array.from({ length: jobs }, work));
    return mutants.flatMap((mutant) => results.get(mutant) ?? []);
  } finally {
    stage.close();
  }
}

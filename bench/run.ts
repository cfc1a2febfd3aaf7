// Runs scenarios interleaved, one repetition of each after the other, so that a machine that slows
// down slows all of them. Knows no scenario by name.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sample, Scenario } from './scenario.ts';
import { seedStore } from './stores.ts';

/** What is run. */
export interface RunOptions {
  readonly scenarios: readonly Scenario[];
  /** Resources, where the scenario does not say. */
  readonly count: number;
  /** True: the count holds for every scenario. */
  readonly isCountGiven: boolean;
  readonly repetitions: number;
  /** Where stores are made; must be a disk, for commits are durable. */
  readonly scratch?: string | undefined;
  /** Where the stores that are handed over are kept for the next run; absent: they are not. */
  readonly stores?: string | undefined;
  readonly profiles?: string | undefined;
  readonly say: (line: string) => void;
}

/** The repetitions of one scenario. */
export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly count: number;
  readonly samples: readonly Sample[];
  /** The machine's load over a minute, before each repetition. */
  readonly loads: readonly number[];
  /** Why there is no sample. */
  readonly fault?: string;
}

/** Runs every repetition of every scenario; a scenario that fails does not end the others. */
export async function runScenarios(options: RunOptions): Promise<ScenarioRun[]> {
  const { scenarios, say } = options;
  const { scratch = tmpdir(), stores } = options;
  for (const folder of [scratch, stores]) if (folder) await mkdir(folder, { recursive: true });
  const root = await mkdtemp(join(scratch, 'peersync-bench-'));
  const seeded = seeds(stores ?? root, say);
  const runs = scenarios.map((scenario) => ({
    scenario,
    count: options.isCountGiven ? options.count : (scenario.count ?? options.count),
    samples: [] as Sample[],
    loads: [] as number[],
  }));
  const faults = new Map<Scenario, string>();
  try {
    for (let round = 0; round < options.repetitions; round += 1) {
      for (const { scenario, count, samples, loads } of runs) {
        if (round >= (scenario.repetitionsMax ?? Infinity) || faults.has(scenario)) continue;
        const folder = join(root, `${scenario.name}-${round}`);
        await mkdir(folder);
        const load = loadavg()[0] ?? 0;
        const startedMs = performance.now();
        const { profiles } = options;
        try {
          samples.push(await scenario.run({ count, folder, seeded, profiles }));
          loads.push(load);
        } catch (error) {
          faults.set(scenario, error instanceof Error ? error.message : String(error));
        }
        await rm(folder, { recursive: true, force: true });
        const took = `${((performance.now() - startedMs) / 1_000).toFixed(1)} s`;
        const word = faults.get(scenario) ?? took;
        say(`[${round + 1}/${options.repetitions}] ${scenario.name} (${count}): ${word}`);
      }
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return runs.map((run) => {
    const fault = faults.get(run.scenario);
    return fault === undefined ? run : { ...run, fault };
  });
}

function seeds(folder: string, say: (line: string) => void): (count: number) => Promise<string> {
  return async (count) => {
    const path = join(folder, `from-${count}.db`);
    if (existsSync(path)) return path;
    say(`making a store of ${count} resources`);
    // Under another name until it is whole: whoever stops a run leaves no half of one.
    const unfinished = `${path}.part`;
    for (const end of ['', '-wal', '-shm']) await rm(`${unfinished}${end}`, { force: true });
    await seedStore(unfinished, count);
    await rename(unfinished, path);
    return path;
  };
}

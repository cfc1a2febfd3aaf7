// That every scenario hands over what it says, in its smallest form: nothing here looks at time.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SyncPayload } from '../reference/src/wire/messages.ts';
import { checkEntry } from '../reference/src/fhir/index.ts';
import { entries } from './entries.ts';
import { haveLibraries } from './libraries.ts';
import { RoleProcess } from './processes.ts';
import { pageOf, writeReport } from './report.ts';
import { runScenarios, type ScenarioRun } from './run.ts';
import { metrics } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { figureOf, ratioOf } from './statistics.ts';
import { verdictsOf } from './targets.ts';

const count = 40;
const replicaId = new Uint8Array(16).fill(7);
// The same steps as a scenario that is run, with other numbers.
const alike = /^(protocol-identity|memory-.*|ndjson-500|frame-64k|pairs-.*|link-.*)$/;
const isRun = (name: string): boolean => !alike.test(name) || name === 'link-20-mbit-lossy';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peersync-bench-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('benchmarks: the data', () => {
  it('is the same each time, and every entry may be stored', () => {
    const all = [...entries(3, 300, replicaId)].map(({ payload }) => payload);
    const again = [...entries(3, 300, replicaId)].map(({ payload }) => payload);
    expect(all).toEqual(again);
    expect(new Set(all.map((one) => `${one.resourceType}/${one.resourceId}`)).size).toBe(300);
    for (const payload of all) expect(checkEntry(payload)).toBeUndefined();
    expect(new Set(all.map(({ changes }) => changes.length))).toEqual(new Set([1, 2, 3]));
    const mean = all.reduce((sum, { resource }) => sum + resource.length, 0) / all.length;
    expect(mean).toBeGreaterThan(1_350);
    expect(mean).toBeLessThan(1_900);
  });

  it('goes on where it was with a later visit', () => {
    const [before] = entries(3, 1, replicaId);
    const [after] = entries(3, 1, replicaId, 1);
    const changes = before?.payload.changes ?? [];
    expect(after?.payload.changes.slice(0, changes.length)).toEqual(changes);
    expect(after?.payload.changes).toHaveLength(changes.length + 1);
    expect(checkEntry(after?.payload ?? SyncPayload.decode(new Uint8Array(0)))).toBeUndefined();
  });
});

describe('benchmarks: a measured process', () => {
  const running = (): number =>
    process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap').length;

  it('that cannot start is told of, and ended: nobody else knows of it', async () => {
    const before = running();
    const path = join(folder, 'nowhere.db');
    const starting = RoleProcess.start('protocol-sender', { path }, {});
    expect(running()).toBe(before + 1);
    await expect(starting).rejects.toThrow(`there is no store at ${path}`);
    await expect.poll(running, { timeout: 10_000 }).toBe(before);
  });
});

describe('benchmarks: every scenario', () => {
  it('hands over all of it, once, and gives figures that have a name', async () => {
    const ready = haveLibraries();
    if (!ready) process.stderr.write('notice: gRPC and PouchDB are not installed, not compared.\n');
    const run = scenarios.filter(
      ({ name, needsLibraries }) => isRun(name) && (ready || needsLibraries !== true),
    );
    const options = { scenarios: run, count, isCountGiven: true, repetitions: 1 };
    const runs = await runScenarios({ ...options, scratch: folder, say: () => undefined });
    expect(runs.map(({ fault }) => fault)).toEqual(run.map(() => undefined));
    for (const { samples } of runs) {
      expect(samples).toHaveLength(1);
      for (const [name, value] of Object.entries(samples[0] ?? {})) {
        expect(Object.keys(metrics)).toContain(name);
        expect(Number.isFinite(value)).toBe(true);
      }
    }
    expect(runs.find(({ scenario }) => scenario.name === 'resume')?.samples[0]).toMatchObject({
      deliveredTwice: 0,
    });
    await writeReport(runs, folder);
    const report = JSON.parse(await readFile(join(folder, 'latest.json'), 'utf8')) as {
      readonly scenarios: readonly { readonly name: string }[];
    };
    expect(report.scenarios.map(({ name }) => name)).toEqual(run.map(({ name }) => name));
    expect(await readFile(join(folder, 'latest.svg'), 'utf8')).toContain('protocol, sealed');
  }, 240_000);

  it('fails where something is lost, and does not take the others along', async () => {
    const [first] = scenarios;
    if (first === undefined) throw new Error('there are scenarios');
    const broken = { ...first, name: 'broken', run: () => Promise.reject(new Error('39 of 40')) };
    const sound = { ...first, name: 'sound', run: () => Promise.resolve({ seconds: 1 }) };
    const options = { scenarios: [broken, sound], count, isCountGiven: true, repetitions: 2 };
    const runs = await runScenarios({ ...options, scratch: folder, say: () => undefined });
    expect(runs.map(({ fault }) => fault)).toEqual(['39 of 40', undefined]);
    expect(runs.map(({ samples }) => samples.length)).toEqual([0, 2]);
    expect(pageOf(runs, 'today')).toContain('broken was not measured: 39 of 40');
  });
});

describe('benchmarks: statistics', () => {
  const runOf = (name: string, values: readonly number[]): ScenarioRun => {
    const scenario = scenarios.find((one) => one.name === name);
    if (scenario === undefined) throw new Error(`no scenario ${name}`);
    const samples = values.map((resourcesPerSecond) => ({ resourcesPerSecond }));
    return { scenario, count, samples, loads: values.map(() => 0) };
  };

  it('medians have their spread, and nothing has none', () => {
    expect(figureOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
    expect(figureOf([4, 1, 2, 3])).toEqual({ median: 2.5, least: 1, most: 4 });
    expect(figureOf([])).toBeUndefined();
  });

  it('ratios are of the same rounds, and tell whether a target is met', () => {
    const runs = [runOf('protocol', [80, 20, 60]), runOf('sqlite', [100, 100])];
    const [over, under] = runs as [ScenarioRun, ScenarioRun];
    expect(ratioOf(over, under, 'resourcesPerSecond')).toEqual({
      median: 0.5,
      least: 0.2,
      most: 0.8,
    });
    expect(verdictsOf(runs)).toMatchObject([{ wanted: '≥ 0.8', isMet: false }]);
    const fast = [runOf('protocol', [900]), runOf('ndjson', [100])];
    expect(verdictsOf(fast)).toMatchObject([{ wanted: '≥ 8', isMet: true }]);
  });
});

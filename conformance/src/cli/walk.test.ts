// Walks against real testees, as processes: the reference survives them, a testee with a mistake is
// caught, and what was shrunk plays again to the same end, or to a pass where nothing is wrong.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readResults } from '../report/results-file.ts';
import type { Results } from '../report/results.ts';
import { changedReference, type SourceChange } from '../walks/testing/changed-reference.ts';
import { walkFileOf, type WalkFile } from '../walks/walk-file.ts';
import { program, referenceTestee, smallTestee, testFolder } from './testing/program-run.ts';

// Testees are processes, and other suites may run beside.
const minuteMs = 60_000;

/** Takes the older of two server versions for the newer one. */
const olderIsNewer: SourceChange = {
  file: 'src/sync/classification.ts',
  find: "return order < 0 ? 'theirs-newer' : 'ours-newer';",
  put: "return order > 0 ? 'theirs-newer' : 'ours-newer';",
};

function savedIn(folder: string): { path: string; walk: WalkFile }[] {
  const walks = join(folder, 'walks');
  return readdirSync(walks).map((name) => {
    const path = join(walks, name);
    return { path, walk: walkFileOf(JSON.parse(readFileSync(path, 'utf8')), path) };
  });
}

const timeless = ({ cases, run, ...rest }: Results): unknown => ({
  ...rest,
  run: { ...run, startedAt: '', durationMs: 0 },
  cases: cases.map((one) => ({ ...one, durationMs: 0 })),
});

describe('walk', { timeout: 4 * minuteMs }, () => {
  it('kit: the reference survives walks, the same ones for the same seed', async () => {
    const paths = ['one', 'two'].map((name) => join(testFolder(), `${name}.json`));
    for (const path of paths) {
      const args = ['walk', '--count', '30', '--seed', 'fixed', '--json', path];
      const { status, stdout, stderr } = await program([...args, '--', ...referenceTestee()]);
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toContain('Conforms: required 30/30 proven');
      expect(stdout).toMatch(/went through for sure: receiver \d\d of \d+, sender \d\d of \d+\./);
      expect(stdout).toContain('30 walks, seed fixed');
    }
    const [one, two] = paths.map(readResults);
    expect(timeless(two!)).toEqual(timeless(one!));
    expect(one!.cases.map(({ family }) => family)).toEqual(Array(30).fill('walk'));
  });

  it('kit: with a durable store, it survives losses of power between sessions', async () => {
    const file = join(testFolder(), 'store.db');
    const args = ['walk', '--count', '12', '--seed', 'fixed', '--role', 'receiver'];
    const words = [...referenceTestee(), '--store', 'sqlite', file];
    const { status, stdout } = await program([...args, '--', ...words]);
    expect(stdout).toContain('Conforms: required 12/12 proven');
    expect(status).toBe(0);
  });

  it('kit: a mistake is caught, shrunk to its core, and plays again', async () => {
    const folder = testFolder();
    const args = ['walk', '--count', '200', '--seed', 'fixed', '--report', folder];
    const changed = changedReference(olderIsNewer);
    const { status, stdout } = await program([...args, '--', ...changed]);
    expect(status).toBe(1);
    expect(stdout).toContain('Play one again: peersync-conformance replay FILE -- COMMAND.');
    const [saved] = savedIn(folder);
    expect(stdout).toContain(saved!.path);
    const { script, twin } = saved!.walk.case;
    // Two versions of one resource meet, in one session or in two; nothing else is left.
    expect(twin).toBeUndefined();
    expect(script.steps.filter((step) => step.do === 'again').length).toBeLessThanOrEqual(1);
    const sent = script.steps.flatMap((step) => (step.do === 'send' ? (step.entries ?? []) : []));
    expect([...script.store.entries, ...sent]).toHaveLength(2);
    expect(script.steps.length).toBeLessThanOrEqual(28);
    const again = await program(['replay', saved!.path, '--', ...changed]);
    expect(again.stdout).toContain('It ended as it did before.');
    expect(again.status).toBe(1);
    const healthy = await program(['replay', saved!.path, '--', ...referenceTestee()]);
    expect(healthy.stdout).toContain(`Before it was: ${saved!.walk.result.signature ?? ''}`);
    expect(healthy.status).toBe(0);
    const shown = await program(['replay', saved!.path]);
    expect(shown.stdout).toMatch(/^RCV-WALK-fixed-\d+ The testee receives/);
    expect(shown.stdout).toContain('kit    → Payload');
  });

  it('kit: a testee that does nothing fails in the least walk there is', async () => {
    const folder = testFolder();
    const args = ['walk', '--count', '2', '--seed', 'x', '--patience', '100', '--report', folder];
    const { status } = await program([...args, '--', ...smallTestee()]);
    expect(status).toBe(1);
    const [saved] = savedIn(folder);
    const { script } = saved!.walk.case;
    expect(script.store.entries).toEqual([]);
    expect(script.steps.length).toBeLessThanOrEqual(12);
  });

  it('kit: walks of a role that the testee lacks prove nothing; wrong words are told', async () => {
    const folder = testFolder();
    const none = ['walk', '--role', 'sender', '--report', folder, '--', ...smallTestee()];
    expect((await program(none)).status).toBe(5);
    expect(existsSync(join(folder, 'walks'))).toBe(false);
    const words = [
      ['--role', 'both'],
      ['--count', '0'],
      ['--minutes', 'some'],
    ];
    for (const wrong of words) {
      expect((await program(['walk', ...wrong, '--', ...smallTestee()])).status).toBe(2);
    }
    const silent = ['walk', '--count', '1', '--report', folder];
    expect((await program([...silent, '--', ...smallTestee({ FAULT: 'crash' })])).status).toBe(3);
  });
});

describe('walks in run', { timeout: 4 * minuteMs }, () => {
  it('kit: are played where they are asked for, and are no cases of the kit', async () => {
    const folder = testFolder();
    const only = ['--only', 'walk', '--only', 'RCV-0001', '--seed', 'x'];
    const args = ['run', ...only, '--transcripts', 'all', '--report', folder];
    expect((await program([...args, '--', ...referenceTestee()])).status).toBe(0);
    const { cases } = readResults(join(folder, 'results.json'));
    const walks = cases.filter(({ family }) => family === 'walk');
    expect([walks.length, cases.length]).toEqual([40, 41]);
    // Of a walk that passed there is a transcript, but not the steps.
    const { id, delivery } = walks[0]!;
    const path = join(folder, 'transcripts', `${id}.${delivery}.json`);
    expect((await program(['replay', path])).status).toBe(0);
    const { status, stderr } = await program(['replay', path, '--', ...referenceTestee()]);
    expect(stderr).toContain(`${id} is a walk.`);
    expect(status).toBe(2);
  });
});

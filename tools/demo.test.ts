// The demonstration runs as a newcomer would run it, and its comparison notices what differs. Its
// last part is a whole run of the conformance kit, so this is where that is held to its seed.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSqliteStore, type Store } from '../reference/src/index.ts';
import { compareStores, compareWithFiles } from './demo/comparison.ts';
import { unhurried } from './demo/suite.ts';

// Some ten seconds on an idle machine of two cores; tests share one with others.
const wholeRunMs = 300_000;

function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peersync-demo-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

interface Ran {
  readonly status: number | null;
  readonly output: string;
}

async function ran(
  args: readonly string[],
  temporary: string,
  end?: { readonly at: string; readonly signal: NodeJS.Signals },
): Promise<Ran> {
  const env = { PATH: process.env['PATH'], TMPDIR: temporary };
  const child = spawn(process.execPath, args, { env });
  let output = '';
  let isSignalled = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (end === undefined || isSignalled || !output.includes(end.at)) return;
      isSignalled = true;
      child.kill(end.signal);
    });
  }
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output };
}

interface ReportedResults {
  readonly run: Readonly<Record<string, unknown>>;
  readonly cases: readonly Readonly<Record<string, unknown>>[];
}

/** What a results file says, but for times. */
function comparable(path: string): ReportedResults {
  const results = JSON.parse(readFileSync(path, 'utf8')) as ReportedResults;
  const run = { ...results.run, startedAt: '', durationMs: 0 };
  return { ...results, run, cases: results.cases.map((one) => ({ ...one, durationMs: 0 })) };
}

describe('the demonstration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'peersync-demo-test-'));
  const report = join(folder, 'report');
  const temporary = join(folder, 'tmp');
  let demo: Ran;

  beforeAll(async () => {
    mkdirSync(temporary);
    demo = await ran(['tools/demo.ts', '--patients', '5', '--report', report], temporary);
  }, wholeRunMs);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('S30: ends well, says so, and leaves nothing behind', () => {
    expect([demo.status, demo.output]).toEqual([0, expect.stringContaining('Done in')]);
    expect(demo.output).toMatch(/^receiver │ complete: \d+ records received/m);
    expect(demo.output).toContain('octet for octet');
    expect(demo.output).toMatch(/^Stores in \S+peersync-demo-\S+, removed at the end/m);
    // Of Node's own there may be a folder for compiled code; of ours there is none.
    expect(readdirSync(temporary).filter((name) => name.includes('peersync'))).toEqual([]);
  });

  it('kit: the reference conforms, in both roles; the report is the last line', () => {
    const proven = /^Conforms: required (\d+)\/\1 proven/m.exec(demo.output);
    expect([proven, demo.output]).toEqual([expect.anything(), expect.any(String)]);
    const { cases } = comparable(join(report, 'results.json'));
    for (const role of ['sender', 'receiver']) {
      const own = cases.filter((one) => one['role'] === role);
      expect(own.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(300);
    }
    const page = join(report, 'report.html');
    expect(demo.output.trimEnd().split('\n').at(-1)).toBe(page);
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/i);
  });

  it(
    'kit: the profile core gives the same results again for its seed, but for times',
    async () => {
      const first = join(report, 'results.json');
      const second = join(folder, 'again.json');
      const { seed } = comparable(first).run;
      const options = ['--profile', 'core', ...unhurried, '--seed', String(seed)];
      const args = ['run', ...options, '--json', second];
      const testee = ['--', process.execPath, 'reference/src/testee/main.ts'];
      const again = await ran(['conformance/src/cli/main.ts', ...args, ...testee], temporary);
      expect([again.status, again.output]).toEqual([0, expect.stringContaining('Conforms')]);
      expect(comparable(second)).toEqual(comparable(first));
    },
    wholeRunMs,
  );

  it.each(['SIGTERM', 'SIGHUP'] as const)(
    '%s to it alone ends both devices and leaves nothing behind',
    async (signal) => {
      const own = testFolder();
      // A program of the first device is under way by then.
      const end = { at: 'a.db $ peersync import', signal };
      const { status, output } = await ran(['tools/demo.ts'], own, end);
      expect([status, output]).toEqual([1, expect.stringContaining('FAILED: ')]);
      expect(output).not.toContain('First session');
      expect(readdirSync(own).filter((name) => name.includes('peersync'))).toEqual([]);
    },
    wholeRunMs,
  );

  it('an option without its value is refused before anything starts', async () => {
    for (const args of [['--report'], ['--report', '--keep'], ['--patients', '0']]) {
      const { status, output } = await ran(['tools/demo.ts', ...args], temporary);
      expect([status, output]).toEqual([2, expect.stringMatching(/^--\w+ takes [^\n]+\n$/)]);
    }
  });
});

describe('the comparison of two stores', () => {
  async function store(name: string, fill: (store: Store) => Promise<unknown>): Promise<string> {
    const path = join(testFolder(), `${name}.db`);
    const made = createSqliteStore(path, { serverUrl: '', displayName: name }, randomBytes);
    await fill(made);
    await made.close();
    return path;
  }
  const version = (id: string, text: string): Uint8Array =>
    Buffer.from(`{"resourceType":"Patient","id":"${id}","meta":{"versionId":"1"},"x":${text}}`);

  it('S35: notices another octet, a missing resource and a change more', async () => {
    const a = await store('a', (made) =>
      made.importServerVersions([version('p1', '1.10'), version('p2', '1'), version('p3', '1')]),
    );
    const b = await store('b', async (made) => {
      await made.importServerVersions([version('p1', '1.1'), version('p3', '1')]);
      await made.delete('Patient', 'p3', '');
    });
    expect((await compareStores(a, a)).differences).toEqual([]);
    expect((await compareStores(a, b)).differences).toEqual([
      'Patient/p1: the resource differs',
      'Patient/p2: did not arrive',
      'Patient/p3: the resource differs',
      '3 entries there, 2 here',
    ]);
    const octets = Buffer.concat([version('p1', '1.10'), Buffer.from('\n')]);
    const exact = { resource: 'Patient/p1', octets };
    expect(await compareWithFiles(a, [exact])).toEqual([]);
    expect(await compareWithFiles(b, [exact])).toHaveLength(1);
  });
});

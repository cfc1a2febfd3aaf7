// Runs against real testees, as processes: reports, the same seed twice, replay, and a lone peer.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunParams } from '../control/values.ts';
import { startTestee } from '../control/start-testee.ts';
import { readResults, resultsFault } from '../report/results-file.ts';
import type { Results } from '../report/results.ts';
import { testeeReplica, wallClock } from '../run/surroundings.ts';
import { program, referenceTestee, smallTestee, testFolder } from './testing/program-run.ts';

const only = ['--only', 'RCV-000*', '--only', 'SND-000*'];

function comparable(path: string): unknown {
  const results = JSON.parse(readFileSync(path, 'utf8')) as Results;
  const run = { ...results.run, startedAt: '', durationMs: 0 };
  const cases = results.cases.map((one) => ({ ...one, durationMs: 0 }));
  return { ...results, run, cases };
}

describe('run', () => {
  it('against the reference: conforms, and writes every report', async () => {
    const folder = testFolder();
    const args = ['run', ...only, '--report', folder, '--transcripts', 'all', '--seed', 'a'];
    const { status, stdout, stderr } = await program([...args, '--', ...referenceTestee()]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Conforms: required (\d+)\/\1 proven/);
    expect(stdout.trim().split('\n').at(-1)).toBe(join(folder, 'report.html'));
    expect(readdirSync(folder).sort()).toEqual([
      'badge.svg',
      'capture.pcapng',
      'junit.xml',
      'report.html',
      'results.json',
      'results.tap',
      'summary.md',
      'transcripts',
    ]);
    const results = readResults(join(folder, 'results.json'));
    expect(resultsFault(results)).toBeUndefined();
    for (const one of results.cases) expect(one.transcripts?.length).toBeGreaterThan(0);
    // The file itself holds nothing random.
    expect(readFileSync(join(folder, 'results.json'), 'utf8')).not.toContain('"transcripts"');
    // Reports can be made again from what was written.
    const again = join(folder, 'again.html');
    await program(['report', join(folder, 'results.json'), '--html', again]);
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(join(folder, 'report.html'), 'utf8'));
  });

  it('the same seed twice gives the same results.json but for times', async () => {
    const folder = testFolder();
    const paths = ['one.json', 'two.json'].map((name) => join(folder, name));
    for (const path of paths) {
      const args = ['run', ...only, '--seed', 'same', '--profile', 'full', '--json', path];
      expect((await program([...args, '--', ...referenceTestee()])).status).toBe(0);
    }
    expect(comparable(paths[1]!)).toEqual(comparable(paths[0]!));
  });

  it('tells a failure with its sentence, and how to see the octets', async () => {
    const args = ['run', '--only', 'RCV-0001', '--patience', '300', '--', ...smallTestee()];
    const { status, stdout } = await program(args);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^fail RCV-0001 .*\n {5}PSP-[A-Z]+-\d+: .*\n {5}expected: /);
    expect(stdout).toContain('Does not conform: required 0/1 proven, 1 fail');
    expect(stdout).toContain('run again with --report FOLDER');
  });

  it('a testee that does not start: exit status 3, reports all the same', async () => {
    const folder = testFolder();
    const junit = join(folder, 'junit.xml');
    const args = [
      'run',
      '--only',
      'RCV-0001',
      '--junit',
      junit,
      '--',
      ...smallTestee({ FAULT: 'crash' }),
    ];
    const { status, stdout } = await program(args);
    expect(status).toBe(3);
    expect(stdout).toContain('The testee cannot be used: The process ended with exit code 7');
    expect(stdout).toContain('peersync-conformance doctor');
    expect(readFileSync(junit, 'utf8')).toContain('<failure message="The testee cannot be used');
  });

  it('nothing that applies: exit status 5', async () => {
    const { status, stdout } = await program(['run', '--only', 'SND-0001', '--', ...smallTestee()]);
    expect(stdout).toContain('Nothing proven: required 0/0 proven, 1 not applicable');
    expect(status).toBe(5);
  });

  it('draws progress on a terminal, not in a pipe or CI; colour as NO_COLOR says', async () => {
    const args = ['run', '--only', 'RCV-0001', '--patience', '300', '--', ...smallTestee()];
    const onTerminal = await program(args, { isTTY: true });
    expect(onTerminal.stderr).toContain('1/1');
    expect(onTerminal.stderr.endsWith('\r\u001b[K')).toBe(true);
    expect(onTerminal.stdout).toContain('\u001b[31mfail\u001b[39m');
    const plain = await program(args, { isTTY: true, env: { NO_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\u001b');
    for (const colour of [31, 32, 33]) expect(plain.stderr).not.toContain(`[${colour}m`);
    const dumb = await program(args, { isTTY: true, env: { TERM: 'dumb' } });
    expect(dumb.stdout + dumb.stderr).not.toContain('\u001b');
    const inCi = await program(args, { isTTY: true, env: { CI: 'true' } });
    expect(inCi.stderr).toBe('');
  });

  it('what a testee prints does not act on the terminal', async () => {
    const name = '\u001b]0;owned\u0007x';
    const args = ['matrix', '--only', 'RCV-0001', '--patience', '300'];
    const words = `${smallTestee().slice(1).join(' ')}`;
    const both = ['--testee', `env "NAME=${name}" ${words}`, '--testee', `env NAME=b ${words}`];
    const { stdout } = await program([...args, ...both], { isTTY: true });
    expect(stdout).toContain('?]0;owned?x');
    expect(stdout).not.toContain('\u0007');
  });
});

describe('replay', () => {
  it('shows a transcript, and plays it again to the same end', async () => {
    const folder = testFolder();
    const results = join(folder, 'results.json');
    const args = ['run', '--only', 'RCV-0001', '--transcripts', 'all', '--json', results];
    await program([...args, '--', ...referenceTestee()]);
    const file = join(folder, 'transcripts', 'RCV-0001.whole.json');
    const shown = await program(['replay', file]);
    expect(shown.stdout).toMatch(
      /^RCV-0001 .* \(whole\): pass\nkit {4}→ Initiate \d+ octets, clear/,
    );
    expect(shown.stdout).toMatch(/kit {4}→ Identity \d+ octets, opened[^]*display_name/);
    expect(shown.status).toBe(0);
    const again = await program(['replay', file, '--', ...referenceTestee()]);
    expect(again.stdout).toContain('It ended as it did before.');
    const other = await program(['replay', file, '--patience', '300', '--', ...smallTestee()]);
    expect(other.stdout).toContain('Before it was: pass');
    expect([again.status, other.status]).toEqual([0, 1]);
  });
});

describe('peer', () => {
  /** A person who does with an implementation what the peer prints. */
  async function visited(id: string, ...more: readonly string[]): ReturnType<typeof program> {
    const argv = referenceTestee('--store', 'sqlite', join(testFolder(), 'store.db'));
    let testee = startTestee({ argv });
    let done = Promise.resolve();
    let read = 0;
    const serverUrl = 'https://fhir.example.org/r4';
    const set = { case: id, replica: testeeReplica, now: wallClock, serverUrl };
    const run = (port: number, secret: string, params: RunParams): void => {
      const dial = { host: '127.0.0.1', port };
      const rest = { dial, secret, params, deadlineMs: 10_000 };
      void testee.ask('run', { role: 'receiver', ...rest });
    };
    const open = async (): Promise<void> => {
      testee = startTestee({ argv });
      await testee.ask('hello', { control: 1, kit: '1' });
      await testee.ask('open', { case: id, now: wallClock });
    };
    const begin = async (): Promise<void> => {
      await testee.ask('hello', { control: 1, kit: '1' });
      await testee.ask('reset', { ...set, seed: { entries: [] } });
    };
    // One thing after the other, as a person would.
    const then = (act: () => Promise<unknown>): void => {
      done = done.then(async () => void (await act()));
    };
    const ran = await program(['peer', id, '--patience', '5000', ...more], {
      onText: (text) => {
        const port = Number(/dial 127\.0\.0\.1:(\d+)\./.exec(text)?.[1]);
        const secret = /Secret: (\S+)/.exec(text)?.[1] ?? '';
        const given = /Parameters: (.+)/.exec(text)?.[1] ?? '{}';
        const params = JSON.parse(given) as RunParams;
        const news = text.slice(read);
        if (!/\n$/.test(news)) return;
        read = text.length;
        if (/^Store: /m.test(news)) then(begin);
        if (/^Store: |Start the next session/m.test(news)) {
          then(async () => Promise.resolve(run(port, secret, params)));
        }
        if (news.includes('Kill your implementation')) then(async () => testee.kill());
        if (news.includes('Start it again')) then(open);
      },
    });
    await done;
    await testee.kill();
    return ran;
  }

  it('plays a case against whoever dials, shows every message and every octet', async () => {
    const { status, stdout } = await visited('RCV-0001');
    expect(stdout).toMatch(/Your implementation: receiver. Let it dial 127\.0\.0\.1:\d+\./);
    expect(stdout).toMatch(/→ Initiate \{[^]*← Accept \{[^]*→ Payload \{[^]*← Receipt/);
    expect(stdout).toMatch(/testee ← Receipt \d+ octets, opened/);
    expect(stdout).toContain('Its octets break no rule that an observer can see.');
    expect(stdout).toContain('It did what the case asks for.');
    expect(status).toBe(0);
  });

  it('says in words what no wire can do: a loss of power, a start, the next session', async () => {
    const { status, stdout } = await visited('RCV-1009');
    expect(stdout).toMatch(/✋ Kill your implementation now[^]*✋ Start it again with the store/);
    expect(stdout).toContain('✋ Start the next session of the same store now.');
    expect(stdout.match(/^→ Initiate/gm)).toHaveLength(2);
    expect(stdout).toMatch(/Connection 2\n[^]*testee ← Receipt/);
    expect(status).toBe(0);
  });

  it('names the ending that a case asks for, and the change', async () => {
    const { status, stdout } = await visited('RCV-0006');
    expect(stdout).toMatch(/\* what follows is the change of the case\n→ Payload/);
    expect(stdout).toContain('✓ it ended: abort SEQUENCE_INVALID');
    expect(status).toBe(0);
  });
});

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { requirements } from '../cases/requirements.ts';
import { sampleCase, sampleResults } from '../report/testing/sample-results.ts';
import { canaryFaults } from './selftest-command.ts';
import { coverageOf } from './coverage-command.ts';
import { wordsOf } from './command-words.ts';
import { languages } from './init-command.ts';
import { specificationVersion } from './suite-run.ts';
import { program, smallTestee, testFolder } from './testing/program-run.ts';

const small = smallTestee();
const file = fileURLToPath(import.meta.url);

/** Put together, so that nobody takes it for a citation. */
const unknown = ['PSP', 'PAY', '99'].join('-');

describe('a command line that is not right', () => {
  it.each([
    [['run'], 'No testee is named.', 'Name it at the end, after --'],
    [['run', '--testee', 'a', '--', 'b'], 'named twice', 'Use one of'],
    [['run', '--testee', 'java "x', '--'], 'A quote is not closed', ''],
    [['run', '--only', unknown, '--', 'x'], `No case matches ${unknown}.`, 'Near: PSP-P'],
    [['run', '--profile', 'fast', '--', 'x'], 'There is no profile fast.', 'Use core'],
    [['run', '--only', 'RCV-000[12]', '--', 'x'], 'No case matches RCV-000[12].', '* alone'],
    [['run', '--delivery', 'slow', '--', 'x'], 'There is no delivery slow.', 'Use whole'],
    [['run', '--jobs', '0', '--', 'x'], '--jobs 0 is no whole number', ''],
    [['run', '--transcripts', 'some', '--', 'x'], '--transcripts some', 'Use all'],
    [['run', '--known', '/no/such', '--', 'x'], '/no/such: there is no such file', ''],
    [['run', '--control-port', '99999'], '99999 is no port.', 'from 0 to 65535'],
    [['run', '--control-port', '0', '--control-host', 'here'], 'here is no IP address', ''],
    [['run', '--control-port', '0', '--control-host', '0.0.0.0'], 'cannot dial', 'Add --host'],
    [['explain', 'RCV-9'], 'There is no case and no requirement RCV-9.', 'Ids look like'],
    [['init', '--lang', 'cobol', 'x'], 'There is no skeleton for cobol.', 'Use one of kotlin'],
    [['matrix', '--testee', 'a'], 'A matrix needs two testees', "Add --testee 'COMMAND'"],
    [['report', '/no/results.json'], 'No report is asked for.', 'Add --html'],
    [['report', '/no/results.json', '--html', 'x'], 'there is no such file', 'Name a file that'],
    [['vectors', 'verify', '/no/such'], '/no/such: there is no such file or folder', ''],
    [['peer', 'RCV-*'], 'RCV-* is not one case.', ''],
    [['replay', '/no/such'], 'there is no such file', ''],
    [['selftest', '--folder', '/no'], 'expected.json: there is no such file', ''],
    [['run', '--report', file, '--', 'x'], 'it is a file, not a folder', ''],
    [['run', '--html', `${file}/x`, '--', 'x'], 'it is a file, not a folder', ''],
    [['replay', file], 'is no JSON', 'Name a file that'],
    [['nonsense'], "unknown command 'nonsense'", 'after --'],
    [['run', '--nonsense'], "unknown option '--nonsense'", ''],
  ])('%j: one error and what to do next, exit status 2', async (args, told, next) => {
    const { status, stdout, stderr } = await program(args);
    expect(stderr).toContain(told);
    expect(stderr).toContain(next);
    expect(stderr.match(/^error:/gm)).toHaveLength(1);
    expect([status, stdout]).toEqual([2, '']);
  });
});

describe('the words of a command', () => {
  it('are cut at white space, but not in quotes or after a backslash', () => {
    expect(wordsOf(`java -jar "my testee.jar" --x='a "b"' c\\ d ""`)).toEqual([
      'java',
      '-jar',
      'my testee.jar',
      '--x=a "b"',
      'c d',
      '',
    ]);
    expect(wordsOf('C:\\\\bin\\\\testee.exe')).toEqual(['C:\\bin\\testee.exe']);
  });
});

describe('init', () => {
  it.each(Object.keys(languages))('%s: the skeleton and what to do next', async (lang) => {
    const folder = join(testFolder(), 'mine');
    const { status, stdout } = await program(['init', '--lang', lang, folder]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Next:\n {2}cd .*mine\n[^]*peersync-conformance doctor -- /);
    const skeleton = fileURLToPath(new URL(`../../skeletons/${lang}`, import.meta.url));
    expect(readdirSync(folder)).toEqual(readdirSync(skeleton));
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    const { testee = '', build = [] } = languages[lang] ?? {};
    for (const command of [`doctor -- ${testee}`, ...build]) expect(readme).toContain(command);
  });

  it('touches no folder that holds anything', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'mine.txt'), 'x');
    const { status, stderr } = await program(['init', '--lang', 'go', folder]);
    expect([status, readdirSync(folder)]).toEqual([2, ['mine.txt']]);
    expect(stderr).toContain('is not empty.');
  });
});

describe('list, explain and coverage', () => {
  it('list: cases with the sentence that they prove; as JSON too', async () => {
    const { status, stdout } = await program(['list', '--only', 'psp-pay-2']);
    expect(status).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines.at(-1)).toBe(`${lines.length - 1} cases`);
    const json = await program(['list', '--json', '--only', 'RCV-0001', '--only', 'SND-0001']);
    const rows = JSON.parse(json.stdout) as { id: string }[];
    expect(rows.map(({ id }) => id)).toEqual(['RCV-0001', 'SND-0001']);
  });

  it('explain: the sentence, the steps, the change', async () => {
    const { stdout } = await program(['explain', 'rcv-0001']);
    expect(stdout).toMatch(/^RCV-0001 .*\nThe testee is receiver/);
    expect(stdout).toMatch(/PSP-[A-Z]+-\d+ MUST/);
    expect(stdout).toMatch(/→ send Initiate[^]*← expect Accept/);
    const seeded = await program(['explain', 'SND-0001']);
    expect(seeded.stdout).toMatch(/The testee holds:\n {6}entries:\n {8}- type: [A-Z]/);
    const sentence = await program(['explain', 'psp-pay-2']);
    expect(sentence.stdout).toContain('any other sequence with Abort SEQUENCE_INVALID');
    expect(sentence.stdout).toMatch(/Proven by:\n {2}RCV-\d{4} /);
  });

  it('coverage: a row for each sentence; strict fails where a MUST is open', async () => {
    const { stdout } = await program(['coverage', '--json']);
    const rows = JSON.parse(stdout) as unknown[];
    expect(rows).toHaveLength(requirements().size);
    const [must] = [...requirements().values()].filter(({ level }) => level === 'MUST');
    const open = coverageOf([must!], [], {});
    expect(open[0]).toMatchObject({ id: must!.id, proves: [], touches: [] });
    const excluded = coverageOf([must!], [], { [must!.id]: { class: 'inside', reason: 'r' } });
    expect(excluded[0]?.exclusion?.class).toBe('inside');
    const missing = await program(['coverage', '--missing', '--strict']);
    const isOpen = /MUST: .* [1-9]\d* without/.test(missing.stdout);
    expect(missing.status).toBe(isOpen ? 1 : 0);
  });

  it('vectors verify: every area, nothing differs', async () => {
    const folder = fileURLToPath(new URL('../../../vectors/v1', import.meta.url));
    const { status, stdout } = await program(['vectors', 'verify', folder]);
    expect(stdout).toMatch(/ok frame: \d+ checked, 0 differ/);
    expect(stdout).toMatch(/\d+ vectors checked, 0 differ, \d+ skipped\n$/);
    expect(status).toBe(0);
    const broken = testFolder();
    const text = readFileSync(join(folder, 'access-code.json'), 'utf8');
    writeFileSync(
      join(broken, 'a.json'),
      text.replaceAll('"result": "valid"', '"result": "invalid"'),
    );
    expect((await program(['vectors', 'verify', broken])).status).toBe(4);
  });
});

describe('matrix', () => {
  it('shows testees side by side, and ends with the worst exit status', async () => {
    const words = (name: string): string => smallTestee({ NAME: name }).join(' ');
    const only = ['--only', 'RCV-0001', '--patience', '300', '--deadline', '1000'];
    const testees = ['--testee', words('Left'), '--testee', `${words('Right')}`];
    const { status, stdout } = await program(['matrix', ...testees, ...only]);
    expect(stdout).toMatch(/^case +Left 1 +Right 1/);
    expect(stdout).toMatch(/RCV-0001 +fail +fail /);
    expect(stdout).toContain('Left 1: Does not conform: required 0/1 proven, 1 fail');
    expect(status).toBe(1);
    const gone = await program(['matrix', '--testee', words('A'), '--testee', 'no-such', ...only]);
    expect(gone.status).toBe(3);
  });
});

describe('selftest', () => {
  it('holds what the kit says of a canary to what it has to say', async () => {
    const folder = testFolder();
    const canaries = {
      small: { argv: small, exitCode: 1, provenMax: 0, verdicts: { fail: { min: 1 } } },
    };
    writeFileSync(join(folder, 'expected.json'), JSON.stringify(canaries));
    const args = ['selftest', '--folder', folder, '--only', 'RCV-0001', '--patience', '300'];
    const right = await program(args);
    expect(right.stdout).toContain('1/1 canaries as they have to be');
    expect(right.status).toBe(0);
    const wrong = { small: { ...canaries.small, exitCode: 0 } };
    writeFileSync(join(folder, 'expected.json'), JSON.stringify(wrong));
    const { status, stdout } = await program(args);
    expect(stdout).toContain('exit code 1, it has to be 0');
    expect(status).toBe(4);
  });

  it('looks at proven cases and verdicts as well', () => {
    const results = sampleResults([
      sampleCase('RCV-0001'),
      sampleCase('RCV-0002', { verdict: 'fail' }),
    ]);
    expect(canaryFaults({ exitCode: 1, provenMin: 1, provenMax: 1 }, results)).toEqual([]);
    const faults = canaryFaults(
      { exitCode: 1, provenMax: 0, verdicts: { hang: { min: 1 } } },
      results,
    );
    expect(faults).toEqual(['1 proven, outside {"max":0}', '0 hang, outside {"min":1}']);
  });
});

describe('the package', () => {
  it('names the version of the specification that it was written for', () => {
    const path = new URL('../../../spec/v1/01-introduction.md', import.meta.url);
    expect(readFileSync(path, 'utf8')).toContain(`document version ${specificationVersion},`);
  });

  it('packs every folder that the program reads', () => {
    const root = new URL('../../', import.meta.url);
    const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
      readonly files: readonly string[];
    };
    const needed = ['cases', 'data', 'flows', 'page', 'schema', 'wireshark'];
    const skeletons = Object.keys(languages).map((lang) => `skeletons/${lang}`);
    for (const name of [...needed, ...skeletons]) {
      expect(manifest.files).toContain(name);
      expect(existsSync(new URL(name, root))).toBe(true);
    }
  });
});

describe('baseline and report', () => {
  it('the known-failing life cycle: write, known, changed, prune', async () => {
    const folder = testFolder();
    mkdirSync(join(folder, 'out'));
    const known = join(folder, 'known.yaml');
    const results = join(folder, 'out', 'results.json');
    const times = ['--patience', '300', '--deadline', '1000', '--seed', 's'];
    const only = ['--only', 'RCV-0001', '--only', 'SND-0001'];
    const play = (run: string, ...more: string[]): ReturnType<typeof program> =>
      program([
        'run',
        ...only,
        ...times,
        ...more,
        '--json',
        results,
        '--',
        ...smallTestee({ RUN: run }),
      ]);
    expect((await play('completed')).status).toBe(1);
    const both = ['--results', results, '--known', known];
    const write = ['baseline', 'write', ...both, '--until', '2999-01-31', '--reason', 'ticket 12'];
    expect((await program(write)).stdout).toContain('1 entries added, 0 kept');
    const again = await play('completed', '--known', known);
    expect(again.stdout).toContain('Nothing proven: required 0/1 proven, 1 known-failing');
    expect(again.status).toBe(5);
    const changed = await play('hang', '--known', known);
    expect(changed.stdout).toContain('but fails in another way (RCV-0001)');
    expect(changed.stdout).toContain('1 stale');
    expect(changed.status).toBe(1);
    expect((await program(['baseline', 'prune', ...both])).stdout).toContain('1 entries removed');
    expect(readFileSync(known, 'utf8')).toContain('known: []');
    for (const until of ['2020-01-01', '2999-02-30']) {
      const past = await program(['baseline', 'write', ...both, '--until', until, '--reason', 'r']);
      expect(past.status).toBe(2);
    }
  });
});

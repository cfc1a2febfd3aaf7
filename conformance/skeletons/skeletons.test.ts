// Each skeleton as a developer gets it: built with its own toolchain, started as a process, driven
// by the kit's own client. It has to be right before anybody's implementation is inside.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { checkAnswer } from '../src/control/schema.ts';
import { startTestee } from '../src/control/start-testee.ts';
import { TesteePort } from '../src/control/tcp-channel.ts';
import { Testee } from '../src/control/testee.ts';
import type { Commands, CursorValue, Entry } from '../src/control/values.ts';
import { talk } from './testing/raw-talk.ts';
import { toolchains } from './testing/toolchains.ts';

const replica = '00112233445566778899aabbccddeeff';
const other = 'ffeeddccbbaa99887766554433221100';

function reset(entries: readonly Entry[], cursors: readonly CursorValue[] = []): Commands['reset'] {
  return { case: 'RCV-0001', replica, now: '2026-03-01T08:00:00Z', seed: { entries, cursors } };
}

const exact = [
  '{"resourceType":"Patient","id":"x1","n":1.10,"big":12345678901234567890,"e":-0.0E+01}',
  '{ "resourceType" : "Patient",\r\n\t"id":"x2","t":"\\u00e9 é € 😀 \\ud83d\\ude00 \\/\\\\\\""}\n',
  '{"resourceType":"Patient","id":"x3","t":"\u2028\u2029\u0085\u007f\ufeff<>&\'"}',
];
const people = exact.map((resource, at) => ({ type: 'Patient', id: `x${at + 1}`, resource }));

const full: Entry = {
  type: 'Observation',
  id: 'A.b-1',
  resource: '{"resourceType":"Observation","id":"A.b-1"}',
  base: { versionId: '7', lastUpdated: '2026-02-01T12:00:00.000+01:00' },
  baseResource: '{"resourceType":"Observation","id":"A.b-1","meta":{"versionId":"7"}}',
  changes: [
    { replica: other, counter: 7, type: 'INSERT', payload: '{"a":1.10}' },
    {
      replica,
      counter: '18446744073709551615',
      type: 'UPDATE',
      payload: '[]',
      baseVersionId: '7',
      recordedAt: '2026-02-28T10:00:00Z',
    },
    { replica, counter: 9_007_199_254_740_991, type: 'DELETE' },
  ],
  absorbed: [
    { replica: other, counter: 10 },
    { replica: other, counter: 9 },
    { replica, counter: '9007199254740992' },
    { replica, counter: 5 },
  ],
};

/** Without what is absent or has its default, which a dump may say or leave out. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const said = Object.entries(value).filter(
    ([, member]) => member !== '' && !(Array.isArray(member) && member.length === 0),
  );
  return Object.fromEntries(said.map(([name, member]) => [name, plain(member)]));
}

for (const { language, missing } of toolchains) {
  // A suite that says nothing of what it did not run would count it as passed.
  if (missing === undefined) continue;
  process.stderr.write(`NOT TESTED: the skeleton for ${language} needs ${missing}.\n`);
}

describe.each(toolchains.map((each) => ({ ...each })))('the skeleton for $language', (skeleton) => {
  const { language, place, missing, build } = skeleton;
  if (missing !== undefined) {
    it.skip(`is not tested here: it needs ${missing}`, () => undefined);
    return;
  }
  let folder = '';
  let argv: string[] = [];
  let testee: Testee;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), `peersync-skeleton-${language}-`));
    argv = build(folder);
    // What a wrapper prints before is noise to the kit.
    testee = startTestee({ argv: ['sh', '-c', 'echo "{starting"; exec "$@"', 'sh', ...argv] });
    const hello = await testee.ask('hello', { control: 1, kit: '1' });
    expect(hello).toMatchObject({
      kind: 'answer',
      answer: { roles: ['receiver'], features: [], versions: [1] },
    });
  }, 180_000);

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await testee.kill();
  });

  async function dump(): Promise<{ entries: unknown; cursors: unknown; replica: unknown }> {
    const reply = await testee.ask('dump', {});
    if (reply.kind !== 'answer') throw new Error(JSON.stringify(reply));
    const { entries, cursors = [], replica: id } = reply.answer.store;
    return { entries: plain(entries), cursors: plain(cursors), replica: id };
  }

  it('dumps what it was seeded with: each text exact, in the canonical order', async () => {
    const deleted: Entry = { type: 'Patient', id: 'x10', resource: null, base: { versionId: '9' } };
    const seed = [...people, deleted, full].reverse();
    const cursors = [
      { replica: other, cursor: '0b' },
      { replica, cursor: '0c', types: [{ type: 'Patient' }] },
      { replica: other, cursor: '0a0b' },
    ];
    expect(await testee.ask('reset', reset(seed, cursors))).toEqual({ kind: 'answer', answer: {} });
    const absorbed = [3, 2, 1, 0].map((at) => full.absorbed?.[at]);
    const { entries, cursors: kept, replica: id } = await dump();
    const [first, second, third, fourth] = [{ ...full, absorbed }, people[0], deleted, people[1]];
    expect(entries).toEqual([first, second, third, fourth, people[2]].map(plain));
    expect(kept).toEqual([
      { replica, cursor: '0c', types: [{ type: 'Patient' }] },
      { replica: other, cursor: '0a0b' },
      { replica: other, cursor: '0b' },
    ]);
    expect(id).toBe(replica);
    expect(testee.takeMistakes()).toEqual([]);
  });

  it('dumps other seeds otherwise, and the same seed in the same way', async () => {
    const dumps = [];
    for (const seed of [people, people.slice(1), people]) {
      await testee.ask('reset', reset(seed));
      dumps.push(await dump());
    }
    expect(dumps[0]).toEqual(dumps[2]);
    expect(dumps[0]).not.toEqual(dumps[1]);
    await testee.ask('reset', reset([]));
    expect((await dump()).entries).toEqual([]);
  });

  it('takes a resource of five million octets', async () => {
    const text = JSON.stringify({ resourceType: 'Binary', id: 'b', data: '"\\é'.repeat(900_000) });
    const entry = { type: 'Binary', id: 'b', resource: text };
    await testee.ask('reset', reset([entry]));
    expect((await dump()).entries).toEqual([entry]);
  });

  it.each(['teleport', 'toString', '__proto__', 'Hello', 'main', ''])(
    'answers the invented command %j as unsupported, and lives on',
    async (verb) => {
      expect(await testee.askInvented(verb)).toMatchObject({ why: 'unsupported' });
      expect(await testee.ask('clock', { advanceMs: 1 })).toMatchObject({ why: 'unsupported' });
    },
  );

  const run = { role: 'receiver', dial: { host: '127.0.0.1', port: 9 } } as const;

  it('says where the implementation has to be called, and lives on', async () => {
    await testee.ask('reset', reset(people));
    const params = {
      release: 'R4',
      mode: 'FULL',
      strategy: 'ours',
      types: [{ type: 'Patient', parameters: [{ name: 'gender', value: 'female' }] }],
      capabilities: [],
    } as const;
    for (const secret of ['417204934', ['1', '2'], null]) {
      const members = { ...run, secret, params, deadlineMs: 5_000 };
      expect(await testee.ask('run', members)).toEqual({
        kind: 'refused',
        why: 'failed',
        message: `run is not connected to your implementation yet: see ${place}`,
      });
    }
    expect((await dump()).entries).toEqual(people);
  });

  it('refuses each parameter, value, role and connection that it does not have', async () => {
    const window = { payloads: 1, octets: 1 };
    const refusals: [Partial<Commands['run']>, string | undefined][] = [
      [{ params: { window } }, 'params.window'],
      [{ params: { strategy: 'merge' } }, 'params.strategy'],
      [{ params: { release: 'R5' } }, 'params.release'],
      [{ params: { capabilities: ['deflate'] } }, 'params.capabilities'],
      [{ params: { grease: false } }, 'params.grease'],
      [{ role: 'sender' }, 'role'],
      [{ clock: 'virtual' }, undefined],
    ];
    for (const [members, field] of refusals) {
      const command = { ...run, params: {}, deadlineMs: 5_000, ...members } as Commands['run'];
      const about = field === undefined ? {} : { field };
      expect(await testee.ask('run', command)).toMatchObject({ why: 'unsupported', ...about });
    }
    const inline: Commands['run'] = { role: 'receiver', inline: true, params: {}, deadlineMs: 9 };
    expect(await testee.ask('run', inline)).toMatchObject({ why: 'unsupported' });
  });

  it('quits with exit code 0; what came before its first answer was noise', async () => {
    expect(await testee.quit()).toMatchObject({ code: 0 });
    expect(testee.noise.lines).toContainEqual({ from: 'out', text: '{starting' });
    expect(testee.takeMistakes()).toEqual([]);
  });

  it('reads lines of Windows, null and unknown members, and skips what is no command', async () => {
    const unknown = String.raw`"new":[1.10,-2e+5,12345678901234567890,{"a":[null,"\u0041\/\b\f"]}]`;
    const entry = String.raw`{"type":"Patient","id":"p","base":null,"baseResource":null,"new":[{}],
      "changes":null,"absorbed":null,"resource":"{\"a\":1.10,\"b\":\"\u00E9\ud83d\uDE00\"}"}`;
    const who = `"replica":"${replica}","now":"2026-03-01T08:00:00Z"`;
    const lines = [
      'no command',
      '{"ev":"nothing"}',
      ` { "id" : 1 , "cmd":"hello","control":1 ,"kit":"2.0.0",${unknown}}`,
      '{"id":2,"cmd":"dump"}',
      '',
      `{"id":3,"cmd":"reset","case":"A",${who},"serverUrl":null,"displayName":null,
        "seed":{"entries":[${entry}],"cursors":null,"new":1},${unknown}}`,
      `{"id":4,"cmd":"run","role":"receiver","dial":{"host":"127.0.0.1","port":9},"secret":null,
        "clock":null,"params":{"mode":null,"window":null},"deadlineMs":10000}`,
      '{"id":5,"cmd":"dump"}',
      '{"id":6,"cmd":"reset","case":"A","replica":null,"now":"","seed":{"entries":[]}}',
      '{"id":7,"cmd":"hello","control":2,"kit":"9"}',
    ].map((line) => line.replaceAll('\n', ''));
    const { lines: answers, code } = await talk(argv, lines.join('\r\n') + '\r\n');
    const values = answers.map((line) => JSON.parse(line) as Record<string, unknown>);
    const commands = ['hello', 'dump', 'reset', 'run', 'dump', 'reset', 'hello'];
    expect(commands.flatMap((command, at) => checkAnswer(command, values[at] ?? {}))).toEqual([]);
    expect(values.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const kinds = values.map(({ ok, error }) => ok || (error as { kind: string }).kind);
    expect(kinds).toEqual([true, 'invalid', true, 'failed', true, 'invalid', 'unsupported']);
    const { entries } = values[4]?.['store'] as { entries: Entry[] };
    expect(entries.map(({ resource }) => resource)).toEqual(['{"a":1.10,"b":"é😀"}']);
    // Its input has ended, and so has it.
    expect(code).toBe(0);
  });

  it('dials the kit where that is asked for', async () => {
    const port = await TesteePort.listen(0);
    onTestFinished(() => port.close());
    const target = `${port.address.host}:${port.address.port}`;
    const child = startTestee({ argv: [...argv, '--connect', target] });
    const dialled = new Testee((await port.accept(20_000))!);
    expect(await dialled.ask('reset', reset(people))).toMatchObject({ kind: 'answer' });
    expect(await dialled.ask('dump', {})).toMatchObject({ kind: 'answer' });
    expect((await dialled.quit()).detail).toContain('closed by the testee');
    expect(await child.ended).toMatchObject({ code: 0 });
  });

  it('is one file with a way through it, and a README', () => {
    const of = (name: string): string =>
      readFileSync(join(import.meta.dirname, language, name), 'utf8');
    const text = of(place.split(' ').at(-1) ?? '');
    const steps = ['STEP 1: ', 'STEP 2: ', 'STEP 3: ', 'nothing to change below'];
    const found = steps.map((step) => text.indexOf(step));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found[0]).toBeGreaterThan(0);
    expect(of('README.md')).toContain('peersync-conformance doctor');
  });
});

// The client against processes that answer well, badly, late and never.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Channel, ChannelListener } from './channel.ts';
import { InlineStream } from './inline-stream.ts';
import { isTesteeFault, type TesteeFault } from './reply.ts';
import { startTestee } from './start-testee.ts';
import { Testee } from './testee.ts';
import { isAlive } from './testing/alive.ts';
import type { Commands } from './values.ts';

const script = new URL('./testing/line-testee.ts', import.meta.url).pathname;

function start(mode: string): Testee {
  const testee = startTestee({ argv: [process.execPath, script, mode] });
  onTestFinished(async () => void (await testee.kill()));
  return testee;
}

const run: Commands['run'] = {
  role: 'receiver',
  dial: { host: '127.0.0.1', port: 1 },
  params: {},
  deadlineMs: 8_000,
};

async function faultOf(testee: Testee, waitMs?: number): Promise<TesteeFault> {
  const reply = await testee.ask('run', run, waitMs);
  if (!isTesteeFault(reply)) throw new Error(`no fault but ${JSON.stringify(reply)}`);
  return reply;
}

describe('a testee that does as it should', () => {
  it('is greeted, asked and sent home, with defaults put in and nulls left out', async () => {
    const testee = start('good');
    expect(await testee.ask('hello', { control: 1, kit: '1' })).toMatchObject({
      kind: 'answer',
      answer: { strategies: ['theirs', 'ours'], limits: { maxBatchEntries: 1_000 } },
    });
    const answer = { result: 'interrupted' };
    expect(await testee.ask('run', run)).toEqual({ kind: 'answer', answer });
    const store = { entries: [] };
    expect(await testee.ask('dump', {})).toEqual({ kind: 'answer', answer: { store } });
    expect(await testee.quit()).toMatchObject({ code: 0 });
    expect(testee.takeMistakes()).toEqual([]);
  });

  it('refuses what does not exist, and lives on', async () => {
    const testee = start('good');
    const refused = { kind: 'refused', why: 'unsupported' };
    expect(await testee.askInvented('teleport')).toMatchObject(refused);
    expect(await testee.ask('clock', { advanceMs: 1 })).toMatchObject(refused);
    expect(await testee.ask('dump', {})).toMatchObject({ kind: 'answer' });
  });

  it('is never sent a command that breaks its schema', async () => {
    const testee = start('good');
    await expect(testee.ask('run', { ...run, deadlineMs: 0 })).rejects.toThrow('deadlineMs');
    const both = { ...run, inline: true } as Commands['run'];
    await expect(testee.ask('run', both)).rejects.toThrow('command run');
  });
});

describe('what is not an answer', () => {
  it('garbage is kept as noise and disturbs nothing', async () => {
    const testee = start('garbage');
    expect(await testee.ask('dump', {})).toMatchObject({ kind: 'answer' });
    await testee.quit();
    const out = testee.noise.lines.filter(({ from }) => from === 'out').map(({ text }) => text);
    expect(out.slice(0, 4)).toEqual([
      'Hello from a logger',
      '[1,2]',
      '{"no":"id"}',
      '{ not json }',
    ]);
    expect(testee.noise.lines).toContainEqual({ from: 'err', text: 'warning: on standard error' });
  });

  it('a line longer than is allowed is counted, not held', async () => {
    const testee = start('overlong');
    expect(await testee.ask('run', run)).toMatchObject({ kind: 'answer' });
    expect(testee.takeMistakes()).toEqual([expect.stringContaining('68157440 octets')]);
  });

  it('an answer in single octets, with line breaks of Windows, is an answer', async () => {
    const reply = await start('pieces').ask('run', run);
    expect(reply).toEqual({ kind: 'answer', answer: { result: 'failed', detail: 'ä€😀' } });
  });

  it('a huge answer is an answer', async () => {
    const reply = await start('huge').ask('dump', {});
    expect(JSON.stringify(reply).length).toBeGreaterThan(8_000_000);
    expect(reply.kind).toBe('answer');
  });

  it('a second answer is a mistake that is told', async () => {
    const testee = start('twice');
    await testee.ask('run', run);
    await testee.ask('dump', {});
    expect(testee.takeMistakes()).toEqual(['An answer has the id 1, but no command waits for it.']);
    expect(testee.takeMistakes()).toEqual([]);
  });
});

describe('a bad answer', () => {
  it('names every member that is wrong and what to do, and the testee lives on', async () => {
    const testee = start('wrong');
    const fault = await faultOf(testee);
    expect(fault.reason).toBe('bad-answer');
    expect(fault.faults?.map(({ field }) => field).sort()).toEqual([
      'report.types[0].outcomes',
      'report.types[0].transferred',
      'report.types[0].type',
      'reportt',
      'result',
    ]);
    expect(fault.detail).toContain('result: has to be one of completed, rejected');
    expect(fault.detail).toContain('reportt: this member does not exist here; check its spelling');
    expect(fault.detail).toContain('report.types[0].outcomes: is missing; add it');
    expect(await testee.ask('dump', {})).toMatchObject({ kind: 'answer' });
  });

  it('is also "yes" to everything', async () => {
    const testee = start('yes');
    expect(await testee.askInvented('teleport')).toMatchObject({ reason: 'bad-answer' });
    const hello = await testee.ask('hello', { control: 1, kit: '1' });
    expect(hello).toMatchObject({ reason: 'bad-answer', about: 'hello' });
    expect(await testee.ask('reset', reset)).toMatchObject({ kind: 'answer' });
  });

  it('is also a dump out of order', async () => {
    const reply = await start('unsorted').ask('dump', {});
    expect(reply).toMatchObject({ reason: 'bad-answer', faults: [{ field: 'store.entries[1]' }] });
  });
});

const reset: Commands['reset'] = {
  case: 'RCV-0001',
  replica: '00112233445566778899aabbccddeeff',
  now: '2026-03-01T08:00:00Z',
  seed: { entries: [] },
};

describe('a testee that ends', () => {
  it('by a signal: the fault says so, and so does every later command', async () => {
    const testee = start('crash');
    expect(await faultOf(testee)).toMatchObject({ reason: 'exited', end: { signal: 'SIGKILL' } });
    expect(await testee.ask('dump', {})).toMatchObject({ reason: 'exited', about: 'dump' });
  });

  it('by itself: with its exit code and its last words', async () => {
    const fault = await faultOf(start('exit'));
    expect(fault).toMatchObject({ reason: 'exited', end: { code: 3 } });
    expect(fault.detail).toContain('Exception in thread main: no such port');
  });

  it('in the middle of a line: the line is no answer', async () => {
    const fault = await faultOf(start('half'));
    expect(fault.reason).toBe('exited');
    expect(fault.detail).toContain('line feed');
  });

  it('after a whole object without a line feed: still no answer, and it is told why', async () => {
    const fault = await faultOf(start('no-line-feed'));
    expect(fault).toMatchObject({ reason: 'exited', end: { code: 0 } });
    expect(fault.detail).toContain('The last line has no line feed; end each line with one');
  });

  it('before it begins: no such program', async () => {
    const testee = startTestee({ argv: ['/nowhere/to-be-found'] });
    const reply = await testee.ask('hello', { control: 1, kit: '1' });
    expect(reply).toMatchObject({ reason: 'exited' });
    expect((reply as TesteeFault).detail).toContain("/nowhere/to-be-found can't be started");
  });

  it('not on quit: it is killed after its grace', async () => {
    expect(await start('stays').quit()).toMatchObject({ signal: 'SIGKILL' });
  });
});

describe('a testee that does not answer', () => {
  it('is killed with its children before the fault is returned', async () => {
    const testee = start('hang-with-child');
    const fault = await faultOf(testee, 600);
    expect(fault.reason).toBe('hang');
    expect(testee.end).toMatchObject({ signal: 'SIGKILL' });
    const line = testee.noise.lines.find(({ text }) => text.startsWith('child'));
    const pid = Number(line?.text.split(' ')[1]);
    expect(pid).toBeGreaterThan(0);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('in time is dead when its answer would have come', async () => {
    const testee = start('late');
    const fault = await faultOf(testee, 250);
    expect(fault).toMatchObject({ reason: 'hang', about: 'run' });
    expect(testee.end).toMatchObject({ signal: 'SIGKILL' });
    expect(testee.takeMistakes()).toEqual([]);
  });

  it('before it is killed: what was on its way is no answer, but its events count', async () => {
    let tell: ChannelListener | undefined;
    const say = (line: object): void => tell?.octets(Buffer.from(`${JSON.stringify(line)}\n`));
    const channel: Channel = {
      canKill: true,
      host: '127.0.0.1',
      start: (listener) => (tell = listener),
      write: () => undefined,
      finish: () => undefined,
      kill: () => {
        say({ ev: 'stored', run: 1, throughSequence: 3 });
        say({ id: 1, ok: true, result: 'completed' });
        tell?.ended({ signal: 'SIGKILL', detail: 'the process was ended by SIGKILL' });
      },
    };
    const testee = new Testee(channel);
    const asked = testee.ask('run', run);
    await testee.kill();
    expect(await asked).toMatchObject({ reason: 'exited' });
    expect(await testee.waitFor('stored')).toMatchObject({ throughSequence: 3 });
    expect(testee.takeMistakes()).toEqual([]);
  });

  it.each([
    ['string-id', 'An answer has the id "1", but ids are numbers'],
    ['pretty', 'write each object on one line'],
  ])('because of its form is told: %s', async (mode, hint) => {
    const fault = await faultOf(start(mode), 600);
    expect(fault.reason).toBe('hang');
    expect(fault.detail).toContain(hint);
  });
});

describe('events', () => {
  it('are kept until they are asked for, and checked', async () => {
    const testee = start('events');
    const stream: string[] = [];
    const inline = new InlineStream(testee, {
      octets: (octets) => stream.push(Buffer.from(octets).toString('hex')),
      end: () => stream.push('end'),
      close: () => stream.push('close'),
    });
    const ended = testee.ask('run', run);
    expect(await testee.waitFor('listening')).toEqual({ ev: 'listening', run: 1, port: 4000 });
    expect(await testee.waitFor('asked')).toMatchObject({ for: 'secret' });
    await ended;
    expect(stream).toEqual(['0a0b', 'end', 'close']);
    expect(testee.takeMistakes()).toEqual([
      'The event listening names run 2, but run 1 goes on.',
      expect.stringContaining('The event listening is not valid. port: has to be of type integer'),
    ]);
    expect(testee.noise.lines).toContainEqual({ from: 'out', text: '{"ev":"celebrated","run":1}' });
    expect(await testee.waitFor('listening')).toMatchObject({ reason: 'no-event' });
    inline.dispose();
  });

  it('that do not come are a fault when the run ends, and when time is over', async () => {
    const testee = start('hang');
    const ended = testee.ask('run', run, 700);
    expect(await testee.waitFor('code', 50)).toMatchObject({ reason: 'no-event', about: 'code' });
    const waiting = testee.waitFor('code');
    expect(await ended).toMatchObject({ reason: 'hang' });
    expect(await waiting).toMatchObject({ reason: 'no-event' });
  });
});

it('inline: more octets than a line takes go in several, and one reply tells of all', async () => {
  const testee = start('good');
  const inline = new InlineStream(testee, {
    octets: () => undefined,
    end: () => undefined,
    close: () => undefined,
  });
  const run = testee.ask('run', { role: 'receiver', inline: true, params: {}, deadlineMs: 100 });
  expect(await inline.write(new Uint8Array(200_000))).toEqual({ kind: 'answer', answer: {} });
  expect(await inline.end()).toMatchObject({ kind: 'answer' });
  expect(await inline.cut()).toMatchObject({ kind: 'answer' });
  await run;
});

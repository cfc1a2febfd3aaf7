// Runs whose stream goes through control lines, and runs on a clock that commands move.
import { describe, expect, it, onTestFinished } from 'vitest';
import { sharedTestee, type Controlled, type Line } from './testing/control-process.ts';
import { created, fromServer, replicaA, replicaB, resetTo } from './testing/seeds.ts';

const sender = sharedTestee();
const receiver = sharedTestee();
const run = { inline: true, deadlineMs: 20_000, secret: '417204934' };
const virtual = { ...run, clock: 'virtual', params: { grease: false } };

async function reset(): Promise<void> {
  const seed = [fromServer('p1'), created('p2', replicaA, 1)];
  await sender().do('reset', resetTo(replicaA, seed));
  await receiver().do('reset', resetTo(replicaB, []));
}

/** Carries octets from one inline run to the other, cut into pieces; gives what it carried. */
function relay(from: Controlled, to: Controlled, piece: number): string[] {
  const carried: string[] = [];
  const answers: Promise<unknown>[] = [];
  const stop = from.listen((event) => {
    const hex = event['ev'] === 'octets' ? String(event['hex']) : '';
    for (let at = 0; at < hex.length; at += 2 * piece) {
      carried.push(hex.slice(at, at + 2 * piece));
      answers.push(to.do('octets', { hex: carried.at(-1) }));
    }
    if (event['ev'] === 'end') answers.push(to.do('end'));
  });
  onTestFinished(async () => {
    stop();
    // No answer outlives its test: one that is missing or wrong fails it here.
    await Promise.all(answers);
  });
  return carried;
}

/** The frames that a testee wrote in its present run, in clear or sealed: one event each. */
function written(testee: Controlled, since: number): string[] {
  const events = testee.events.slice(since).filter(({ ev }) => ev === 'octets');
  return events.map(({ hex }) => String(hex));
}

describe('inline', () => {
  it.each([1, 1_000])(
    'a session goes through control lines in pieces of %i octets',
    async (piece) => {
      await reset();
      relay(sender(), receiver(), piece);
      relay(receiver(), sender(), piece);
      const ends = await Promise.all([
        receiver().do('run', { ...run, role: 'receiver', params: {} }),
        sender().do('run', { ...run, role: 'sender', params: {} }),
      ]);
      expect(ends).toMatchObject([{ result: 'completed' }, { result: 'completed' }]);
      const [ours, theirs] = [await sender().dump(), await receiver().dump()];
      expect(theirs['entries']).toEqual(ours['entries']);
      for (const testee of [sender(), receiver()]) {
        expect(testee.events.at(-1)).toMatchObject({ ev: 'close' });
      }
    },
  );

  it('what is said about a stream that is over may cross its answer', async () => {
    await reset();
    const going = receiver().do('run', { ...run, role: 'receiver', params: {} });
    await receiver().do('cut');
    await going;
    for (const [late, members] of [
      ['end', {}],
      ['cut', {}],
      ['octets', { hex: '00' }],
    ] as const) {
      expect(await receiver().do(late, members)).toMatchObject({ ok: true });
    }
    await reset();
    expect(await receiver().ask('end')).toMatchObject({ error: { kind: 'invalid' } });
  });

  it('PSP-DONE-9: a cut, and an end, are interruptions', async () => {
    await reset();
    for (const command of ['cut', 'end']) {
      const ended = sender().do('run', { ...run, role: 'sender', params: {} });
      await sender().do('octets', { hex: '00000004' });
      await sender().do(command);
      expect(await ended).toMatchObject({ result: 'interrupted' });
    }
  });
});

describe('abort before the first frame', () => {
  it('PSP-ABORT-2: a receiver that has a stream says so in a Reject', async () => {
    await reset();
    const since = receiver().events.length;
    const ended = receiver().do('run', { ...run, role: 'receiver', params: { grease: false } });
    await receiver().do('abort');
    await receiver().do('end');
    expect(await ended).toMatchObject({ result: 'cancelled', by: 'us', reason: 'CANCELLED' });
    // Reject CANCELLED (0x10), to be tried again at once (0x01).
    expect(written(receiver(), since)).toEqual(['000000050308101801']);
  });

  it('PSP-HS-1: a sender sends nothing before Initiate, so a Reject comes second', async () => {
    await reset();
    const since = sender().events.length;
    const ended = sender().do('run', { ...run, role: 'sender', params: { grease: false } });
    await sender().do('abort');
    await sender().do('end');
    expect(await ended).toMatchObject({ result: 'cancelled', by: 'us', reason: 'CANCELLED' });
    const frames = written(sender(), since);
    expect(frames).toHaveLength(2);
    expect([frames[0]?.slice(8, 10), frames[1]]).toEqual(['01', '000000050308101801']);
  });

  it('a sender that listens and serves nobody stops without a word', async () => {
    await reset();
    const since = sender().events.length;
    const listening = { role: 'sender', listen: {}, secret: '417204934', params: {} };
    const ended = sender().do('run', { ...listening, deadlineMs: 20_000 });
    await sender().do('abort');
    expect(await ended).toMatchObject({ result: 'cancelled', by: 'us' });
    expect(written(sender(), since)).toEqual([]);
    expect(await sender().ask('abort')).toMatchObject({ error: { kind: 'invalid' } });
  });
});

describe('clock', () => {
  it('PSP-TIME-2: a receiver gives up at 10 s of its clock, not before', async () => {
    await reset();
    const since = receiver().events.length;
    const ended = receiver().do('run', { ...virtual, role: 'receiver' });
    expect(await receiver().do('clock', { advanceMs: 9_999 })).toMatchObject({ nowMs: 9_999 });
    expect(receiver().events).toHaveLength(since);
    await receiver().do('clock', { advanceMs: 1 });
    // Reject TIMEOUT (0x0f), to be tried again at once (0x01).
    expect(written(receiver(), since)).toEqual(['0000000503080f1801']);
    await receiver().do('clock', { advanceMs: 2_000 });
    expect(await ended).toMatchObject({ result: 'rejected', by: 'us', reason: 'TIMEOUT' });
  });

  it('a reset ends a run whose clock stands still', async () => {
    await reset();
    const since = receiver().events.length;
    const ended = receiver().do('run', { ...virtual, role: 'receiver' });
    await receiver().do('clock', { advanceMs: 10_000 });
    // The session waits for the peer to end, by a clock that nobody moves.
    await receiver().do('reset', resetTo(replicaB, []));
    expect(await ended).toMatchObject({ reason: 'TIMEOUT' });
    const events = receiver().events.slice(since);
    expect(events.map(({ ev }) => String(ev))).toEqual(['octets', 'end', 'close']);
  });

  it('PSP-TIME-3: a sender gives up when the life of its secret is over', async () => {
    await reset();
    const ended = sender().do('run', { ...virtual, role: 'sender' });
    await sender().do('clock', { advanceMs: 122_000 });
    expect(await ended).toMatchObject({ reason: 'CODE_EXPIRED', retry: 'NOW' });
  });

  it('PSP-TIME-7: a receiver whose user types nothing gives up after 120 s', async () => {
    await reset();
    relay(sender(), receiver(), 1_000);
    const since = receiver().events.length;
    const silent = { ...virtual, secret: undefined, role: 'receiver' };
    const ended = receiver().do('run', silent);
    const sending = sender().do('run', { ...run, params: {}, role: 'sender' });
    await receiver().event('asked', (event) => receiver().events.indexOf(event) >= since);
    await receiver().do('clock', { advanceMs: 119_999 });
    expect(written(receiver(), since)).toEqual([]);
    await receiver().do('clock', { advanceMs: 2_001 });
    expect(await ended).toMatchObject({ reason: 'TIMEOUT' });
    await sender().do('cut');
    expect(await sending).toMatchObject({ result: 'interrupted' });
  });

  it('PSP-TIME-5, PSP-TIME-6: one leap is as good as many steps', async () => {
    await reset();
    relay(sender(), receiver(), 1_000);
    relay(receiver(), sender(), 1_000);
    const since = receiver().events.length;
    const params = { grease: false, offer: 'ask' };
    const ended = receiver().do('run', { ...virtual, params, role: 'receiver' });
    const sending = sender().do('run', { ...virtual, role: 'sender' });
    const isOffer = (event: Line): boolean =>
      event['for'] === 'offer' && receiver().events.indexOf(event) >= since;
    await receiver().event('asked', isOffer);
    const before = written(receiver(), since).length;
    await receiver().do('clock', { advanceMs: 29_999 });
    // KeepAlive at 10 s and at 20 s; at 30 s nothing was heard for too long.
    expect(written(receiver(), since)).toHaveLength(before + 2);
    await receiver().do('clock', { advanceMs: 1 });
    // The sender may have closed already, and the run be over: then there is no clock to move.
    await receiver().ask('clock', { advanceMs: 2_000 });
    expect(await ended).toMatchObject({ result: 'failed', by: 'us', reason: 'TIMEOUT' });
    expect(await sending).toMatchObject({ result: 'failed', by: 'peer', reason: 'TIMEOUT' });
  });
});

// Sessions between two testees that are processes, and what their users do meanwhile.
import { describe, expect, it } from 'vitest';
import { sharedTestee, type Controlled, type Line } from './testing/control-process.ts';
import { created, fromServer, patient, replicaA, replicaB, resetTo } from './testing/seeds.ts';

const deadlineMs = 20_000;
const sender = sharedTestee();
const receiver = sharedTestee();

async function reset(ours: readonly Line[], theirs: readonly Line[]): Promise<void> {
  await sender().do('reset', resetTo(replicaA, [...ours], { displayName: 'Nurse A' }));
  await receiver().do('reset', resetTo(replicaB, [...theirs]));
}

/** Starts a listening sender; gives its answer to come, and what the receiver needs. */
async function listen(params: Line = {}, secret?: unknown, more: Line = {}) {
  const run = { role: 'sender', listen: {}, params, deadlineMs, ...more };
  const ended = sender().do('run', secret === undefined ? run : { ...run, secret });
  const isNew = newEvents(sender());
  const { port } = await sender().event('listening', isNew);
  const dial = { host: '127.0.0.1', port: Number(port) };
  const code: unknown = secret ?? (await sender().event('code', isNew))['digits'];
  return { ended, dial, code: String(code) };
}

/** Tells the events of the run that comes next from those of earlier ones. */
function newEvents(testee: Controlled): (event: Line) => boolean {
  const before = Math.max(0, ...testee.events.map(({ run }) => Number(run)));
  return ({ run }) => Number(run) > before;
}

async function receive(dial: Line, secret: unknown, params: Line = {}): Promise<Line> {
  return receiver().do('run', { role: 'receiver', dial, secret, params, deadlineMs });
}

async function hold(testee: Controlled): Promise<unknown> {
  return (await testee.dump())['entries'];
}

describe('a session between two testees', () => {
  const store = [fromServer('p1'), created('p2', replicaA, 1), fromServer('p3')];

  it('S1: the receiver holds what the sender holds, and both report the same', async () => {
    await reset(store, []);
    const { ended, dial, code } = await listen();
    const received = await receive(dial, code);
    const sent = await ended;
    expect(await hold(receiver())).toEqual(await hold(sender()));
    const type = { type: 'Patient', transferred: 3, acknowledged: 3, outcomes: { STORED: 3 } };
    const report = { complete: true, mode: 'CURSOR', cursor: 'FRESH', types: [type] };
    expect(received).toMatchObject({ result: 'completed', secretsUsed: 1, report });
    expect(sent).toMatchObject({ result: 'completed', report });
    expect(received['report']).toMatchObject({
      peer: { replica: replicaA, displayName: 'Nurse A' },
    });
    const stored = receiver().events.filter(({ ev }) => ev === 'stored');
    expect(stored.at(-1)).toMatchObject({ throughSequence: 1 });
  });

  it('S22: the second goes on from the cursor that the first left, seeded or not', async () => {
    await reset(store, []);
    const first = await listen();
    await receive(first.dial, first.code);
    const before = await receiver().dump();
    const [cursor] = before['cursors'] as Line[];
    expect(cursor).toMatchObject({ replica: replicaA, types: [] });
    const second = await listen();
    expect(await receive(second.dial, second.code)).toMatchObject({
      report: { cursor: 'RESUMED', payloads: 0, types: [] },
    });
    const seed = { entries: before['entries'] as Line[], cursors: [cursor] };
    await receiver().do('reset', resetTo(replicaB, [], { seed }));
    expect(await receiver().dump()).toEqual(before);
    const third = await listen();
    expect(await receive(third.dial, third.code)).toMatchObject({
      report: { cursor: 'RESUMED', payloads: 0 },
    });
  });

  it('PSP-CODE-4: slips of the finger cost nothing; who gives up cancels', async () => {
    await reset(store, []);
    const { ended, dial, code } = await listen({}, '417204934');
    const typed = ['417204943', 'four', '٤١٧ 204-934'];
    expect(code).toBe('417204934');
    expect(await receive(dial, typed)).toMatchObject({ result: 'completed', secretsUsed: 3 });
    expect(await ended).toMatchObject({ result: 'completed' });
    const again = await listen({}, '417204934');
    expect(await receive(again.dial, ['1', '2'])).toMatchObject({
      result: 'cancelled',
      by: 'us',
      reason: 'CANCELLED',
    });
    await sender().do('abort');
    expect(await again.ended).toMatchObject({ result: 'cancelled' });
    expect(sender().events.at(-1)).toMatchObject({
      ev: 'refused',
      result: 'cancelled',
      by: 'peer',
    });
  });

  it('PSP-CODE-10: a QR secret opens a session too', async () => {
    await reset(store, []);
    const { ended, dial } = await listen();
    const { qr } = await sender().event(
      'code',
      ({ run }) => run === sender().events.at(-1)?.['run'],
    );
    expect(await receive(dial, qr)).toMatchObject({ result: 'completed' });
    await ended;
  });

  it('PSP-CODE-8: three wrong codes stop the listener', async () => {
    await reset(store, []);
    const { ended, dial, code } = await listen();
    const wrong = code === '417204934' ? '000000000' : '417204934';
    for (let run = 0; run < 3; run += 1) {
      expect(await receive(dial, wrong)).toMatchObject({ result: 'rejected', by: 'peer' });
    }
    expect(await ended).toMatchObject({ result: 'rejected', reason: 'AUTH_FAILED', stopped: true });
    const next = await listen();
    expect(await receive(next.dial, next.code)).toMatchObject({ result: 'completed' });
    await next.ended;
  });

  it('takes parameters: policy, limits, window, types, mode, no deflate, no grease', async () => {
    const seed = [fromServer('p1'), fromServer('p2'), fromServer('p3')];
    await reset(seed, []);
    const small = { maxFrameOctets: 65_536, maxBatchOctets: 65_536, maxBatchEntries: 1 };
    const both = { capabilities: [], grease: false, limits: small, release: 'R5' };
    const { ended, dial, code } = await listen({ ...both, policy: { types: ['Patient'] } });
    const params = {
      ...both,
      mode: 'FULL',
      types: [{ type: 'Patient' }, { type: 'Observation' }],
      window: { payloads: 1, octets: 1 },
    };
    expect(await receive(dial, code, params)).toMatchObject({
      report: { payloads: 3, mode: 'FULL' },
    });
    expect(await ended).toMatchObject({ result: 'completed' });
  });

  it('PSP-HS-5, PSP-HS-6: another release and another server are refused by name', async () => {
    await reset(store, []);
    const first = await listen({ release: 'R5' });
    const refused = await receive(first.dial, first.code);
    expect(refused).toMatchObject({ by: 'us', reason: 'FHIR_RELEASE_MISMATCH', retry: 'NEVER' });
    await sender().do('abort');
    await first.ended;
    const serverUrl = 'https://fhir.example.org/r4';
    await receiver().do('reset', resetTo(replicaB, [], { serverUrl }));
    const second = await listen();
    expect(await receive(second.dial, second.code)).toMatchObject({ reason: 'SERVER_MISMATCH' });
    await sender().do('abort');
    await second.ended;
  });
});

describe('what a user does', () => {
  const one = [fromServer('p1')];

  it('S30: declines an Offer, by parameter and when asked', async () => {
    await reset(one, []);
    const first = await listen();
    const declined = { result: 'declined', reason: 'DECLINED' };
    expect(await receive(first.dial, first.code, { offer: 'decline' })).toMatchObject(declined);
    expect(await first.ended).toMatchObject({ ...declined, by: 'peer' });
    const second = await listen();
    const isNew = newEvents(receiver());
    const run = receive(second.dial, second.code, { offer: 'ask' });
    await receiver().event('asked', (event) => isNew(event) && event['for'] === 'offer');
    await receiver().do('decide', { answer: 'decline' });
    expect(await run).toMatchObject(declined);
    await second.ended;
    expect(await hold(receiver())).toEqual([]);
  });

  it.each([
    ['decide', { answer: 'accept' }, { result: 'completed' }],
    ['decide', { answer: 'cancel' }, { result: 'cancelled', by: 'us' }],
    ['abort', {}, { result: 'cancelled', by: 'us' }],
  ])('S31: %s %j while the Offer is on the screen', async (cmd, members, result) => {
    await reset(one, []);
    const { ended, dial, code } = await listen();
    const isNew = newEvents(receiver());
    const run = receive(dial, code, { offer: 'ask' });
    await receiver().event('asked', (event) => isNew(event) && event['for'] === 'offer');
    // An edit may come in the middle of everything.
    const edits = [{ op: 'create', resource: patient('mine') }];
    await receiver().do('edit', { edits });
    await receiver().do(cmd, members);
    expect(await run).toMatchObject(result);
    await ended;
    expect(JSON.stringify(await hold(receiver()))).toContain('"mine"');
  });

  it('PSP-ATOM-1: a store that fails ends the session; nothing of the Payload stays', async () => {
    await reset([fromServer('p1'), fromServer('p2')], []);
    const { ended, dial, code } = await listen();
    const limits = { maxFrameOctets: 65_536, maxBatchOctets: 65_536, maxBatchEntries: 1 };
    const failed = { result: 'failed', reason: 'STORAGE_FAILED' };
    expect(await receive(dial, code, { storeFailsAt: 2, limits })).toMatchObject(failed);
    expect(await ended).toMatchObject({ ...failed, by: 'peer' });
    expect(await hold(receiver())).toMatchObject([{ id: 'p1' }]);
  });

  it.each([
    ['theirs', 'CONFLICT_THEIRS', 'displaced', 'male'],
    ['ours', 'CONFLICT_OURS', 'not-taken', 'female'],
    ['defer', 'CONFLICT_DEFERRED', 'deferred', 'female'],
  ])('PSP-CLS-13: settles a conflict as told: %s', async (strategy, outcome, reason, gender) => {
    const male = created('p', replicaA, 1, '"gender":"male"');
    const female = created('p', replicaB, 1, '"gender":"female"');
    await reset([male], [female]);
    const { ended, dial, code } = await listen();
    const named = [{ type: 'Patient', id: 'p', outcome }];
    const report = { conflicts: named };
    expect(await receive(dial, code, { strategy })).toMatchObject({ report });
    expect(await ended).toMatchObject({ report });
    const { entries, archive } = await receiver().dump();
    expect(JSON.stringify(entries)).toContain(gender);
    expect(archive).toMatchObject([{ reason, peer: replicaA }]);
  });

  it('a reset in the middle of a run ends it, and nothing of it is left', async () => {
    await reset(one, []);
    const { ended, dial, code } = await listen();
    const isNew = newEvents(receiver());
    const run = receive(dial, code, { offer: 'ask' });
    await receiver().event('asked', (event) => isNew(event) && event['for'] === 'offer');
    await receiver().do('reset', resetTo(replicaB, []));
    expect(await run).toMatchObject({ ok: true });
    await sender().do('reset', resetTo(replicaA, []));
    expect(await ended).toMatchObject({ ok: true });
    expect(await receiver().dump()).toMatchObject({ entries: [], cursors: [] });
  });
});

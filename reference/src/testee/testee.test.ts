// The reference as a testee, as a process: every command, every error, and what reset guarantees.
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { dialledTestee, sharedTestee, startTestee } from './testing/control-process.ts';
import { created, everything, fromServer, now, patient } from './testing/seeds.ts';
import { replicaA, replicaB, resetTo } from './testing/seeds.ts';

const hello = { control: 1, kit: '1.0.0' };
const receive = { role: 'receiver', params: {}, deadlineMs: 5_000, secret: '417204934' };

const unsupported = { ok: false, error: { kind: 'unsupported' } };
const invalid = { ok: false, error: { kind: 'invalid' } };

describe('hello and quit', () => {
  it('says what it is, and ends with code 0', async () => {
    const testee = startTestee();
    const answer = await testee.do('hello', hello);
    expect(answer).toMatchObject({ versions: [1], roles: ['sender', 'receiver'] });
    expect(answer['features']).not.toContain('open');
    await testee.do('quit');
    expect(await once(testee.child, 'exit')).toEqual([0, null]);
  });

  it('ends when its input ends', async () => {
    const testee = startTestee();
    await testee.do('hello', hello);
    testee.child.stdin?.end();
    expect(await once(testee.child, 'exit')).toEqual([0, null]);
  });

  it('speaks the same over a connection that it dialled', async () => {
    const testee = await dialledTestee();
    await testee.do('hello', hello);
    await testee.do('reset', resetTo(replicaA, [fromServer('p1')]));
    expect((await testee.dump())['entries']).toHaveLength(1);
    await testee.do('quit');
    expect(await once(testee.child, 'exit')).toEqual([0, null]);
  });
});

describe('reset and dump', () => {
  const shared = sharedTestee();

  it('give back what was seeded, octet for octet and in order', async () => {
    const testee = shared();
    const cursors = [{ replica: replicaB, cursor: '0a0b', types: [{ type: 'Patient' }] }];
    await testee.do(
      'reset',
      resetTo(replicaA, everything, { seed: { entries: everything, cursors } }),
    );
    const store = await testee.dump();
    expect(store['replica']).toBe(replicaA);
    expect(store['cursors']).toEqual(cursors);
    expect(store['archive']).toEqual([]);
    const names = (store['entries'] as { id: string }[]).map(({ id }) => id);
    expect(names).toEqual(['o1', 'p0', 'p1']);
    // Null, empty and absent are the same; everything else has to be there.
    for (const entry of everything) expect(store['entries']).toContainEqual(filled(entry));
  });

  it('depend on nothing but the seed: twice the same, another seed another dump', async () => {
    const testee = shared();
    const first = resetTo(replicaA, everything);
    await testee.do('reset', first);
    const edit = [{ op: 'create', resource: patient('mine') }];
    await testee.do('edit', { edits: edit });
    const before = await testee.dump();
    await testee.do('reset', resetTo(replicaB, [fromServer('x')]));
    expect(await testee.dump()).not.toEqual(before);
    await testee.do('reset', first);
    await testee.do('edit', { edits: edit });
    expect(await testee.dump()).toEqual(before);
    const other = startTestee();
    await other.do('reset', first);
    await other.do('edit', { edits: edit });
    expect(await other.dump()).toEqual(before);
  });

  it('PSP-CHG-1: counters go on after the highest of the seed, absorbed ones too', async () => {
    const testee = shared();
    const absorbed = [{ replica: replicaA, counter: 41 }];
    const entries = [{ ...fromServer('p1'), absorbed }, created('p2', replicaA, 7)];
    await testee.do('reset', resetTo(replicaA, entries));
    await testee.do('edit', { edits: [{ op: 'create', resource: patient('p3') }] });
    const { entries: held } = (await testee.dump()) as { entries: { changes: object[] }[] };
    expect(held[0]).toMatchObject({ id: 'p1', changes: [], absorbed });
    expect(held[2]?.changes).toMatchObject([{ replica: replicaA, counter: 42, recordedAt: now }]);
    await testee.do('reset', resetTo(replicaA, []));
    await testee.do('edit', { edits: [{ op: 'create', resource: patient('p3') }] });
    expect(await testee.dump()).toMatchObject({ entries: [{ changes: [{ counter: 1 }] }] });
  });

  it('PSP-SRV-3: take a URL as people write it, and refuse one without form', async () => {
    const testee = shared();
    const url = { serverUrl: 'HTTPS://FHIR.example.org:443/r4/' };
    await testee.do('reset', resetTo(replicaA, [], url));
    const wrong = resetTo(replicaA, [], { serverUrl: 'https://user@example.org/' });
    expect(await testee.ask('reset', wrong)).toMatchObject({
      ok: false,
      error: { kind: 'invalid', field: 'serverUrl' },
    });
  });
});

/** An entry with every member that a dump writes. */
function filled(entry: Record<string, unknown>): Record<string, unknown> {
  const { base, changes = [], absorbed = [] } = entry;
  const put = { baseVersionId: '', recordedAt: '' };
  return {
    ...entry,
    base: base === undefined ? null : { lastUpdated: '', ...(base as object) },
    changes: (changes as object[]).map((change) => ({ ...put, ...change })),
    absorbed,
  };
}

describe('edit', () => {
  it('makes the changes that a user makes, and stops at the first that is refused', async () => {
    const testee = startTestee();
    await testee.do('reset', resetTo(replicaA, []));
    await testee.do('edit', {
      edits: [
        { op: 'create', resource: patient('p1') },
        { op: 'update', resource: patient('p1', '"active":true') },
        { op: 'delete', type: 'Patient', id: 'p1' },
        { op: 'import', resource: patient('p2', '"meta":{"versionId":"1"}') },
      ],
    });
    const edits = [
      { op: 'create', resource: patient('p3') },
      { op: 'create', resource: patient('p3') },
    ];
    expect(await testee.ask('edit', { edits })).toMatchObject({ error: { kind: 'failed' } });
    const { entries } = (await testee.dump()) as { entries: { changes: { type: string }[] }[] };
    const types = entries.map(({ changes }) => changes.map(({ type }) => type).join());
    expect(types).toEqual(['INSERT,UPDATE,DELETE', '', 'INSERT']);
  });
});

describe('what is refused before a reset', () => {
  const shared = sharedTestee();

  it.each([
    ['dump', {}],
    ['run', { ...receive, inline: true }],
    ['edit', { edits: [] }],
    ['abort', {}],
    ['decide', { answer: 'accept' }],
    ['clock', { advanceMs: 1 }],
    ['octets', { hex: '00' }],
    ['end', {}],
    ['cut', {}],
  ])('%s before a store or a run', async (cmd, members) => {
    expect(await shared().ask(cmd, members)).toMatchObject(invalid);
  });
});

describe('what is refused', () => {
  const shared = sharedTestee();

  it.each([
    ['hello', { control: 2, kit: '1' }, 'control'],
    ['run', { ...receive, inline: true, params: { colour: 'red' } }, 'params.colour'],
    ['run', { ...receive, inline: true, params: { policy: { types: [] } } }, 'params.policy'],
    ['run', { ...receive, inline: true, params: { strategy: 'coin' } }, 'params.strategy'],
    ['run', { ...receive, inline: true, params: { mode: 'SOME' } }, 'params.mode'],
    ['run', { ...receive, inline: true, params: { capabilities: ['x'] } }, 'params.capabilities'],
    ['run', { ...receive, inline: true, role: 'observer' }, 'role'],
  ])('%s: what it does not have, by name: %j', async (cmd, members, field) => {
    const testee = shared();
    await testee.do('reset', resetTo(replicaA, []));
    const error = { kind: 'unsupported', field };
    expect(await testee.ask(cmd, members)).toMatchObject({ ok: false, error });
  });

  it.each([
    ['reset', resetTo('0011', []), 'replica'],
    ['reset', { ...resetTo(replicaA, []), seed: {} }, 'seed.entries'],
    ['reset', resetTo(replicaA, [{ type: 'Patient', id: 'p', resource: '{}' }]), 'seed.entries[0]'],
    ['run', receive, 'dial'],
    ['run', { ...receive, role: 'sender', inline: true, secret: '417204935' }, 'secret'],
    ['decode', { hex: 'xx' }, 'hex'],
    ['encode', { message: { Greeting: {} } }, 'message'],
    ['encode', { message: { Abort: { colour: 1 } } }, 'message.Abort.colour'],
  ])('%s: what contradicts the protocol, by name', async (cmd, members, field) => {
    const testee = shared();
    await testee.do('reset', resetTo(replicaA, []));
    const error = { kind: 'invalid', field };
    expect(await testee.ask(cmd, members)).toMatchObject({ ok: false, error });
    expect(await testee.do('dump')).toMatchObject({ store: { entries: [] } });
  });

  it('what does not exist, what has no file, and what can’t be dialled', async () => {
    const testee = shared();
    expect(await testee.ask('teleport')).toMatchObject(unsupported);
    expect(await testee.ask('constructor')).toMatchObject(unsupported);
    expect(await testee.ask('open', { case: 'x', now })).toMatchObject(unsupported);
    await testee.do('reset', resetTo(replicaA, []));
    const nobody = { ...receive, dial: { host: '127.0.0.1', port: 1 } };
    expect(await testee.ask('run', nobody)).toMatchObject({ error: { kind: 'failed' } });
    expect(await testee.ask('dump')).toMatchObject({ ok: true });
  });
});

describe('decode and encode', () => {
  const shared = sharedTestee();

  it('say what a body holds, and write it back', async () => {
    const testee = shared();
    const hex = '010a01011210000102030405060708090a0b0c0d0e0f18013001';
    const nonce = 'hex:000102030405060708090a0b0c0d0e0f';
    const message = {
      Ack: {
        through_sequence: '18446744073709551615',
        outcomes: [{ sequence: 1, entry_index: 2, outcome: 'REFUSED', code: 'ENTRY_INVALID' }],
        window: {},
      },
    };
    const written = await testee.do('encode', { message });
    const back = await testee.do('decode', { hex: String(written['hex']) });
    expect(back).toMatchObject({ message });
    const initiate = { versions: [1], session_nonce: nonce, pake_suite: 1, fhir_release: 'R4' };
    const refused = await testee.ask('encode', { message: { Initiate: initiate } });
    expect(refused).toMatchObject({ error: { kind: 'invalid' } });
    expect(await testee.do('decode', { hex })).toMatchObject({ fault: 'MALFORMED_MESSAGE' });
    expect(await testee.do('decode', { hex: '8b00' })).toMatchObject({
      message: { Ignorable: { type: 139 } },
    });
    expect(await testee.do('decode', { hex: '7b' })).toMatchObject({ fault: 'UNEXPECTED_MESSAGE' });
  });
});

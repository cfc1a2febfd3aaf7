// The numbered scenarios that two or three devices can show without a server, part two: selection,
// octets, and entries that are wrong.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { SelectionMode, type SyncPayload } from '../wire/messages.ts';
import { resourceSyncParams } from './scope.ts';
import { at, device, dump, entryOf, put, sync, upload } from './testing/devices.ts';
import type { SyncDone } from './testing/devices.ts';
import { change, content, entry, octets, replica, text, version } from './testing/entries.ts';

const { FULL, LAST_UPDATED } = SelectionMode;
const patients = resourceSyncParams({ Patient: {} });
let a: Store;
let b: Store;

beforeEach(() => {
  [a, b] = [device('a'), device('b')];
});

const patient = (id: string, rest = ''): Uint8Array =>
  octets(`{"resourceType":"Patient","id":"${id}"${rest}}`);
const outcomes = ({ receiver }: SyncDone): unknown => receiver.types[0]?.outcomes;
const meta = (instant: string, versionId = '1'): string =>
  `,"meta":{"versionId":"${versionId}","lastUpdated":"${instant}"}`;

describe('what is sent', () => {
  it('S21 60 rows sharing one last-updated all arrive, also after a cut', async () => {
    const instant = meta('2024-01-01T00:00:00Z');
    const rows = Array.from({ length: 60 }, (_, n) => patient(`p${n}`, instant));
    await a.importServerVersions(rows);
    const batch = { entriesMax: 7 };
    await sync(a, b, { batch, cutAfter: 3 });
    const done = await sync(a, b, { batch });
    expect(done.sent).toHaveLength(60 - 21);
    expect(await dump(b)).toEqual(await dump(a));
    // The plan's rule sends ties again rather than lose them.
    const again = await sync(a, b, { mode: LAST_UPDATED, params: patients });
    expect(again.sent).toHaveLength(60);
    expect(outcomes(again)).toEqual({ DUPLICATE: 60 });
  });

  it('S22 what a third device brought, older than the cursor, is not missed', async () => {
    await a.importServerVersion(patient('recent', meta('2024-06-01T00:00:00Z')));
    await sync(a, b);
    const c = device('c');
    await c.importServerVersion(patient('ancient', meta('1999-01-01T00:00:00Z')));
    await sync(c, a);
    expect((await sync(a, b)).sent).toEqual(['Patient/ancient']);
  });

  it('S22 LAST_UPDATED misses it, as the specification warns', async () => {
    await a.importServerVersion(patient('recent', meta('2024-06-01T00:00:00Z')));
    await sync(a, b, { mode: LAST_UPDATED, params: patients });
    await a.importServerVersion(patient('ancient', meta('1999-01-01T00:00:00Z')));
    const done = await sync(a, b, { mode: LAST_UPDATED, params: patients });
    expect(done.sent).toEqual(['Patient/recent']);
    expect((await sync(a, b, { params: patients })).sent).toContain('Patient/ancient');
  });

  it('S23 no meta: local content is selected in every mode', async () => {
    await a.create(patient('p1'), '');
    const done = await sync(a, b, { mode: LAST_UPDATED, params: patients });
    expect(outcomes(done)).toEqual({ STORED: 1 });
    const again = await sync(a, b, { mode: FULL });
    expect(outcomes(again)).toEqual({ DUPLICATE: 1 });
  });

  it('S24 edits while scanning: each state is whole, and none is lost for good', async () => {
    for (let n = 0; n < 20; n += 1) await a.create(patient(`p${n}`), at);
    const done = await sync(a, b, {
      batch: { entriesMax: 3 },
      meanwhile: async (payloads) => {
        await a.update(patient(`p${19 - payloads}`, `,"active":true`), at);
        await a.create(patient(`new${payloads}`), at);
      },
    });
    expect(done.sent.length).toBeLessThan(20);
    expect(new Set(done.sent).size).toBe(done.sent.length);
    await sync(a, b);
    expect(await dump(b)).toEqual(await dump(a));
  });

  it('S32 PSP-SEL-8 a reference not sent is stored, and reported', async () => {
    const task = '{"resourceType":"Task","id":"t1","for":{"reference":"Patient/p1"}}';
    await a.create(octets(task), at);
    await a.create(patient('p1'), at);
    const params = resourceSyncParams({ Task: {} });
    const done = await sync(a, b, { params });
    expect(text((await entryOf(b, 'Task/t1')).payload.resource)).toBe(task);
    const dangling = { targets: { items: ['Patient/p1'], more: 0 }, capped: false };
    expect(done.receiver.dangling).toEqual(dangling);
    // Sent later than its referrer within one session, it is no longer dangling.
    const whole = await sync(a, device('c'));
    expect(whole.receiver.dangling?.targets.items).toEqual([]);
  });
});

describe('octets', () => {
  const wild = [
    patient('p1', ',"multipleBirthInteger":12345678901234567890,"extension":[1.10,1.1,-0.0,1E400]'),
    patient(
      'p2',
      ',"name":[{"given":["a",null],"_given":[null,{"id":"x"}]}],"z":1,"a":2,"10":3,"9":4',
    ),
    patient('p3', ' , "gender" :\t"\\u0066emale \\/ \\ud83d\\ude00 \u00e9 \ufeff"\n'),
  ];

  it('S35 decimals, big integers, null padding, escapes and key order stay', async () => {
    for (const resource of wild) await a.create(resource, at);
    await sync(a, b);
    for (const [index, resource] of wild.entries()) {
      const { payload } = await entryOf(b, `Patient/p${index + 1}`);
      expect(text(payload.resource)).toBe(text(resource));
      expect(text(payload.changes[0]!.payload)).toBe(text(resource));
    }
  });

  it('S35 a rebase writes numbers as they were', async () => {
    await a.create(wild[0]!, at);
    await sync(a, b);
    const edited = text(wild[0]!).replace('"extension"', '"active":true,"extension"');
    await b.update(octets(edited), at);
    await put(a, { ...(await entryOf(a, 'Patient/p1')).payload });
    const server = { versionId: '1', lastUpdated: '2024-01-01T00:00:00Z' };
    const { payload } = await entryOf(a, 'Patient/p1');
    const absorbed = payload.changes.map(({ id }) => id!);
    const uploaded = text(payload.resource).replace(
      '"id"',
      `"meta":${JSON.stringify(server)},"id"`,
    );
    await put(a, { ...payload, base: server, changes: [], absorbed, resource: octets(uploaded) });
    expect(outcomes(await sync(a, b))).toEqual({ REBASED: 1 });
    const after = text((await entryOf(b, 'Patient/p1')).payload.resource);
    expect(after).toContain('12345678901234567890');
    expect(after).toContain('[1.10,1.1,-0.0,1E400]');
    expect(after).toContain('"active":true');
  });

  it('S36 a large Binary travels where it fits and is withheld where not', async () => {
    const data = 'QUJD'.repeat(400_000);
    await a.importServerVersion(
      octets(`{"resourceType":"Binary","id":"b1"${meta('2024-01-01T00:00:00Z')},"data":"${data}"}`),
    );
    await a.create(patient('p1'), at);
    const small = { maxFrameOctets: 65_536, maxBatchOctets: 65_536, maxBatchEntries: 10 };
    const first = await sync(a, b, { limits: small });
    expect(first.sent).toEqual(['Patient/p1']);
    expect(first.receiver.types[0]).toMatchObject({
      resourceType: 'Binary',
      withheld: { TOO_LARGE: 1 },
    });
    expect((await sync(a, b)).sent).toContain('Binary/b1');
    expect(await dump(b)).toEqual(await dump(a));
  });

  it('S46 a narrative-only edit is an edit like any other', async () => {
    const told = (div: string): Uint8Array =>
      patient('p1', `,"text":{"status":"generated","div":"<div>${div}</div>"}`);
    await a.create(told('one'), at);
    await sync(a, b);
    await a.update(told('two \u00e9 <b>'), at);
    expect(outcomes(await sync(a, b))).toEqual({ FAST_FORWARDED: 1 });
    expect(text((await entryOf(b, 'Patient/p1')).payload.resource)).toContain('two \u00e9 <b>');
  });
});

describe('entries that are wrong, and entries that are passed on', () => {
  it('S37 a poison entry is refused alone; its neighbours and the cursor are stored', async () => {
    await a.create(patient('before'), at);
    const poison = entry({ changes: '+a1' });
    await put(a, { ...poison, resource: octets('{"resourceType":"Patient","id":"p1","id":"p1"}') });
    await a.create(patient('after'), at);
    const done = await sync(a, b);
    expect(outcomes(done)).toEqual({ STORED: 2, REFUSED: 1 });
    const refused = { resourceType: 'Patient', resourceId: 'p1', outcome: 'REFUSED' };
    const items = [{ ...refused, code: 'ENTRY_JSON_INVALID' }];
    expect(done.receiver.refused.items).toEqual(items);
    expect(done.sender.refused.items).toEqual(items);
    expect((await sync(a, b)).sent).toEqual([]);
  });

  it('S38 a resource that its changes do not lead to is refused', async () => {
    await put(a, entry({ changes: '+a1 a2', family: 'elsewhere' }));
    const done = await sync(a, b);
    expect(done.receiver.refused.items[0]?.code).toBe('ENTRY_CHANGES_MISMATCH');
    expect(await b.get('Patient', 'p1')).toBeUndefined();
  });

  it('S43 PSP-MSG-11 PSP-MSG-20: a relay keeps ids, authors and unknown fields', async () => {
    const unknown = { [(800 << 3) | 2]: [Uint8Array.of(3, 1, 2, 3)] };
    const made = entry({ changes: '+a1 a2' });
    const changes = made.changes.map((one) => ({
      ...one,
      recordedAt: at,
      _unknownFields: unknown,
    }));
    await put(a, { ...made, changes, _unknownFields: unknown } satisfies SyncPayload);
    const c = device('c');
    await sync(a, b);
    await sync(b, c);
    const { payload } = await entryOf(c, 'Patient/p1');
    expect(payload._unknownFields).toEqual(unknown);
    expect(payload.changes.map(({ id }) => id?.replicaId)).toEqual([replica('a'), replica('a')]);
    expect(payload.changes[0]).toMatchObject({ recordedAt: at, _unknownFields: unknown });
    expect(await dump(c)).toEqual(await dump(a));
    // An edit at the relay leaves what came before it as it was.
    await b.update(octets(content('relayed')), at);
    await sync(b, c);
    const edited = (await entryOf(c, 'Patient/p1')).payload;
    expect(edited.changes.slice(0, 2)).toEqual(payload.changes);
    expect(edited._unknownFields).toEqual(unknown);
  });

  it('S45 changes with mixed base versions travel as they are', async () => {
    const first = { ...change('a1'), baseVersionId: 'v1' };
    const second = { ...change('c2'), baseVersionId: 'v2' };
    const mixed = { ...entry({ base: 'v2', changes: 'a1 c2' }), changes: [first, second] };
    await put(a, mixed);
    await put(b, entry({ base: 'v1', changes: 'a1' }));
    expect(outcomes(await sync(a, b))).toEqual({ FAST_FORWARDED: 1 });
    expect((await entryOf(b, 'Patient/p1')).payload.changes).toMatchObject(mixed.changes);
  });

  it('S42 a carrier that missed the upload changes nothing at those who know of it', async () => {
    await a.create(octets(content('new')), at);
    const carrier = device('c');
    await sync(a, carrier);
    await upload(a, 'Patient/p1', 'v1', version('v1').lastUpdated);
    await sync(a, b);
    expect(outcomes(await sync(carrier, b))).toEqual({ STALE: 1 });
  });
});

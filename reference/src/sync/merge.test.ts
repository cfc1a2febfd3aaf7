import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { Outcome, SelectionMode, type SyncPayload } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { customStrategy, Ours, Theirs, type Resolution } from './conflict-resolution.ts';
import { decideWith } from './decide.ts';
import { mergeOr } from './merge.ts';
import { strategyLaws } from './strategy.laws.ts';
import { at, device, dump, entryOf, sync, type SyncDone } from './testing/devices.ts';
import {
  change,
  changeNames,
  content,
  entry,
  octets,
  stored,
  text,
  version,
} from './testing/entries.ts';

strategyLaws('Merge, else Theirs', () => mergeOr(Theirs));
strategyLaws('Merge, else Ours', () => mergeOr(Ours));
strategyLaws('a strategy that adds a change', () =>
  customStrategy('add', ({ ours }): Resolution => {
    if (ours.resource.length === 0) return 'ours';
    const patch = octets('[{"op":"add","path":"/active","value":true}]');
    return { onto: 'ours', patch };
  }),
);

const strategy = mergeOr(Theirs);
const meta = '"meta":{"versionId":"v1","lastUpdated":"2024-01-01T00:00:00Z"}';
const patient = (rest: string): Uint8Array =>
  octets(`{"resourceType":"Patient","id":"p1",${meta}${rest === '' ? '' : `,${rest}`}}`);
const telecom = (...values: string[]): string =>
  `"telecom":[${values.map((value) => `{"value":"${value}"}`).join(',')}]`;
const outcomes = ({ receiver }: SyncDone): unknown => receiver.types[0]?.outcomes;

let a: Store;
let b: Store;

beforeEach(() => {
  [a, b] = [device('a'), device('b')];
});

async function bothEdit(before: string, here: string, there: string): Promise<void> {
  for (const store of [a, b]) await store.importServerVersion(patient(before));
  await a.update(patient(here), at);
  await b.update(patient(there), at);
}

const namesIn = async (store: Store): Promise<string> =>
  changeNames((await entryOf(store, 'Patient/p1')).payload);
const contentIn = async (store: Store): Promise<unknown> =>
  JSON.parse(text((await entryOf(store, 'Patient/p1')).payload.resource));
const plain = (rest: string): unknown => JSON.parse(text(patient(rest)));

async function archiveOf(store: Store): Promise<[string, SyncPayload][]> {
  const found: [string, SyncPayload][] = [];
  for await (const { reason, payload } of store.archived()) found.push([reason, payload]);
  return found;
}

describe('mergeOr', () => {
  it('S8, PSP-CLS-20: disjoint members: their list, then ours under a new id', async () => {
    await bothEdit(telecom('1'), `${telecom('1')},"gender":"other"`, telecom('1', '2'));
    const there = (await entryOf(b, 'Patient/p1')).payload;
    expect(outcomes(await sync(a, b, { strategy }))).toEqual({ CONFLICT_MERGED: 1 });
    expect(await contentIn(b)).toEqual(plain(`${telecom('1', '2')},"gender":"other"`));
    expect(await namesIn(b)).toBe('a1 b2');
    const { payload, baseResource } = await entryOf(b, 'Patient/p1');
    expect(payload.changes[1]).toMatchObject({ baseVersionId: 'v1', recordedAt: '' });
    expect(text(baseResource!)).toBe(text(patient(telecom('1'))));
    expect(await archiveOf(b)).toEqual([['merged', there]]);
    // The other device goes on from its own list, and nothing is left to say.
    expect(outcomes(await sync(b, a, { strategy }))).toEqual({ FAST_FORWARDED: 1 });
    expect(await dump(a)).toEqual(await dump(b));
    expect(outcomes(await sync(a, b, { strategy }))).toBeUndefined();
  });

  it('S8, PSP-CLS-15: their list goes on whoever has the lower id, ours is archived', async () => {
    await bothEdit(telecom('1'), `${telecom('1')},"gender":"other"`, telecom('1', '2'));
    const mine = (await entryOf(a, 'Patient/p1')).payload;
    expect(outcomes(await sync(b, a, { strategy }))).toEqual({ CONFLICT_MERGED: 1 });
    expect(await namesIn(a)).toBe('b1 a2');
    expect(await archiveOf(a)).toEqual([['merged', mine]]);
  });

  it('S8, PSP-CLS-22: two devices that merge each other reach one state and stop', async () => {
    await bothEdit('"active":true', '"active":false', '"active":true,"gender":"male"');
    const mine = (await entryOf(a, 'Patient/p1')).payload;
    await sync(b, a, { strategy });
    // What b had before it heard of the merge is merged there too, from the state a had.
    const batch = { peer: a.replicaId, scope: 's', entries: [mine], cursor: new Uint8Array() };
    const [decided] = await b.updateRemote(batch, decideWith(strategy));
    expect(decided?.outcome).toBe(Outcome.CONFLICT_MERGED);
    expect(await contentIn(a)).toEqual(await contentIn(b));
    expect([await namesIn(a), await namesIn(b)]).toEqual(['b1 a2', 'a1 b2']);
    expect(outcomes(await sync(a, b, { strategy }))).toEqual({ CONFLICT_OURS: 1 });
    await sync(b, a, { strategy });
    expect(await dump(a)).toEqual(await dump(b));
    expect(await namesIn(a)).toBe('a1 b2');
  });

  it('S8: an edit after a merge meets the other merge from where they parted', async () => {
    await bothEdit('"active":true', '"active":false', '"active":true,"gender":"male"');
    const mine = (await entryOf(a, 'Patient/p1')).payload;
    await sync(b, a, { strategy });
    const batch = { peer: a.replicaId, scope: 's', entries: [mine], cursor: new Uint8Array() };
    await b.updateRemote(batch, decideWith(strategy));
    await b.update(patient('"active":false,"gender":"male","birthDate":"2000"'), at);
    // b's content holds all that a did: nothing new is made of it.
    expect(outcomes(await sync(b, a, { strategy }))).toEqual({ CONFLICT_THEIRS: 1 });
    expect(await namesIn(a)).toBe('a1 b2 b3');
  });

  it('S8: what they edit later merges again', async () => {
    await bothEdit('"active":true', '"active":false', '"active":true,"gender":"male"');
    await sync(b, a, { strategy });
    await b.update(patient('"active":true,"gender":"other"'), at);
    expect(outcomes(await sync(b, a, { strategy }))).toEqual({ CONFLICT_MERGED: 1 });
    expect(await contentIn(a)).toEqual(plain('"active":false,"gender":"other"'));
  });

  it('S8: where ours has all that they did, ours stays as it is', async () => {
    const both = '"active":false,"gender":"male"';
    await bothEdit('"active":true', both, '"active":true,"gender":"male"');
    const before = await dump(a);
    expect(outcomes(await sync(b, a, { strategy }))).toEqual({ CONFLICT_OURS: 1 });
    expect(await dump(a)).toEqual(before);
    expect(outcomes(await sync(a, b, { strategy }))).toEqual({ CONFLICT_THEIRS: 1 });
  });

  it('S7: both touch one array: the fall-back decides, as a unit', async () => {
    await bothEdit(telecom('1', '2', '3'), telecom('2', '3'), telecom('1', 'two', '3'));
    const there = (await entryOf(b, 'Patient/p1')).payload;
    expect(outcomes(await sync(a, b, { strategy }))).toEqual({ CONFLICT_THEIRS: 1 });
    expect(await contentIn(b)).toEqual(plain(telecom('2', '3')));
    expect(await archiveOf(b)).toEqual([['displaced', there]]);
  });

  it('S7: an element that was taken out again does not come back under another id', async () => {
    const c = device('c');
    for (const store of [a, b, c]) await store.importServerVersion(patient(telecom('1')));
    await a.update(patient(telecom('1', '2')), at);
    await sync(a, b);
    await c.update(patient(`${telecom('1')},"gender":"other"`), at);
    // A's change goes on as another one, on top of c's.
    expect(outcomes(await sync(c, a, { strategy }))).toEqual({ CONFLICT_MERGED: 1 });
    await b.update(patient(telecom('1')), at);
    expect(outcomes(await sync(a, b, { strategy: mergeOr(Ours) }))).toEqual({ CONFLICT_OURS: 1 });
    expect(await contentIn(b)).toEqual(plain(telecom('1')));
  });

  it('S8, PSP-CLS-20: what ours took back is taken back in the change on top, too', async () => {
    const c = device('c');
    for (const store of [a, b, c]) await store.importServerVersion(patient('"active":true'));
    await a.update(patient('"active":true,"gender":"other"'), at);
    await sync(a, c);
    await a.update(patient('"active":true'), at);
    await b.update(patient('"active":false'), at);
    expect(outcomes(await sync(b, a, { strategy }))).toEqual({ CONFLICT_MERGED: 1 });
    expect(await contentIn(a)).toEqual(plain('"active":false'));
    const patch = text((await entryOf(a, 'Patient/p1')).payload.changes[1]!.payload);
    const operations = JSON.parse(patch) as { op: string; path: string }[];
    expect(operations.map(({ op, path }) => `${op} ${path}`)).toEqual([
      'add /gender',
      'remove /gender',
    ]);
    // So whoever still has it meets what took it back.
    const again = await sync(c, a, { strategy: mergeOr(Ours), mode: SelectionMode.FULL });
    expect(outcomes(again)).toEqual({ CONFLICT_OURS: 1 });
    expect(await contentIn(a)).toEqual(plain('"active":false'));
  });

  it('S9: two creations of one id go to the fall-back', async () => {
    const local = (rest: string): Uint8Array =>
      octets(`{"resourceType":"Patient","id":"p1","${rest}":true}`);
    await a.create(local('active'), at);
    await b.create(local('deceasedBoolean'), at);
    expect(outcomes(await sync(a, b, { strategy: mergeOr(Ours) }))).toEqual({ CONFLICT_OURS: 1 });
    expect(await namesIn(b)).toBe('b1');
  });

  it('S9: edits of one shared creation merge', async () => {
    const local = (rest = ''): Uint8Array => octets(`{"resourceType":"Patient","id":"p1"${rest}}`);
    await a.create(local(), at);
    await sync(a, b);
    await a.update(local(',"active":true'), at);
    await b.update(local(',"gender":"male","meta":{"tag":[{"code":"x"}]}'), at);
    expect(outcomes(await sync(a, b, { strategy }))).toEqual({ CONFLICT_MERGED: 1 });
    expect(await namesIn(b)).toBe('a1 a2 b2');
    const merged = { active: true, gender: 'male', meta: { tag: [{ code: 'x' }] } };
    expect(await contentIn(b)).toEqual({ resourceType: 'Patient', id: 'p1', ...merged });
    expect(outcomes(await sync(b, device('c')))).toEqual({ STORED: 1 });
  });

  it('S11: a deletion against an edit goes to the fall-back', async () => {
    await bothEdit('"active":true', '"active":false', '"active":true,"gender":"male"');
    await a.delete('Patient', 'p1', at);
    expect(outcomes(await sync(a, b, { strategy: mergeOr(Ours) }))).toEqual({ CONFLICT_OURS: 1 });
  });

  it('S41, PSP-CLS-26: one id with two changes goes to the fall-back, as a whole', () => {
    const [ours, theirs] = [stored({ changes: '+a1 b1' }), entry({ changes: '+a1 b1=x' })];
    const there = decideWith(mergeOr(Theirs))(ours, theirs);
    expect(there.outcome).toBe(Outcome.CONFLICT_THEIRS);
    expect(there.archive).toEqual({ payload: ours.payload, reason: 'displaced' });
    const here = decideWith(mergeOr(Ours))(ours, theirs);
    expect(here.outcome).toBe(Outcome.CONFLICT_OURS);
    expect(here.archive).toEqual({ payload: theirs, reason: 'not-taken' });
    // Not even where they touch two members.
    const phone = change('b1', '[{"op":"add","path":"/active","value":true}]');
    const resource = octets(content('new').replace(']}', '],"active":true}'));
    const apart = { ...theirs, resource, changes: [theirs.changes[0]!, phone] };
    expect(decideWith(strategy)(ours, apart).outcome).toBe(Outcome.CONFLICT_THEIRS);
  });

  const activated = (base: string, family: string): SyncPayload => {
    const resource = content(family, version(base)).replace(']}', '],"active":true}');
    const changes = [change('b1', '[{"op":"add","path":"/active","value":true}]')];
    return { ...entry({ base }), resource: octets(resource), changes };
  };
  const known = stored({ base: 'v1', changes: 'a1', baseFamily: 'old' });

  it('S8: merges on one base whose content is known', () => {
    const { outcome } = decideWith(strategy)(known, activated('v1', 'old'));
    expect(outcome).toBe(Outcome.CONFLICT_MERGED);
  });

  it.each([
    ['an unknown base', stored({ base: 'v1', changes: 'a1' }), activated('v1', 'old')],
    ['a base that moved', known, activated('v2', 'old')],
    ['a base without an order', known, activated('v1!', 'old')],
  ])('PSP-CLS-12: %s goes to the fall-back', (title, ours, { base, ...rest }) => {
    const theirs = {
      ...rest,
      base: title.includes('order') ? { ...base!, versionId: 'w1' } : base,
    };
    expect(decideWith(mergeOr(Ours))(ours, theirs).outcome).toBe(Outcome.CONFLICT_OURS);
  });

  it('PSP-LIM-4: a list that has no room for our part goes to the fall-back', () => {
    const theirs = activated('v1', 'old');
    const full = Array.from({ length: 1_000 }, (_, index) => ({
      ...theirs.changes[0]!,
      id: { ...theirs.changes[0]!.id!, counter: BigInt(index + 1) },
    }));
    const { outcome } = decideWith(mergeOr(Ours))(known, { ...theirs, changes: full.slice(1) });
    expect(outcome).toBe(Outcome.CONFLICT_MERGED);
    const over = decideWith(mergeOr(Ours))(known, { ...theirs, changes: full });
    expect(over.outcome).toBe(Outcome.CONFLICT_OURS);
  });

  it('names its fall-back', () => {
    expect(mergeOr(Ours).name).toBe('merge, else ours');
  });
});

describe('a change on top of one side', () => {
  const ours = { base: 'v1', changes: 'a1', baseFamily: 'old' };
  const theirs = entry({ base: 'v1', changes: 'b1' });
  const adding = (resolution: unknown) => () =>
    decideWith(customStrategy('mine', () => resolution as never))(stored(ours), theirs);

  it('PSP-CHG-10: is refused where it does not apply or breaks a rule', () => {
    const patch = octets('[{"op":"remove","path":"/none"}]');
    expect(adding({ onto: 'ours', patch })).toThrow(UsageError);
    const id = octets('[{"op":"replace","path":"/id","value":"p2"}]');
    expect(adding({ onto: 'theirs', patch: id })).toThrow('added an invalid change (PSP-CHG-8)');
    expect(adding({ onto: 'both', patch })).toThrow('returned no resolution');
    expect(adding({ onto: 'ours', patch: '[]' })).toThrow('returned no resolution');
  });

  it('PSP-CLS-20: leads from that side to the stored resource', () => {
    const patch = octets('[{"op":"add","path":"/active","value":true}]');
    const decision = adding({ onto: 'theirs', patch })();
    expect(decision.outcome).toBe(Outcome.CONFLICT_MERGED);
    expect(text(decision.write!.payload.resource)).toContain('"family":"b1"}],"active":true}');
    expect(changeNames(decision.write!.payload)).toBe('b1');
    expect(decision.write?.synthesised).toMatchObject([{ baseVersionId: 'v1', payload: patch }]);
    expect(decision.archive).toEqual({ payload: stored(ours).payload, reason: 'merged' });
  });
});

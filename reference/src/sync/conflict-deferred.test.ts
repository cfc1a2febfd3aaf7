// Conflicts that wait for the user, from the session that defers them to the decision.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { Outcome, SelectionMode } from '../wire/messages.ts';
import { Defer, Ours, Theirs } from './conflict-resolution.ts';
import { decideWith } from './decide.ts';
import { mergeOr } from './merge.ts';
import { strategyLaws } from './strategy.laws.ts';
import { at, device, dump, entryOf, sync, type SyncDone } from './testing/devices.ts';
import { changeNames, octets, text } from './testing/entries.ts';

strategyLaws('Defer', () => Defer);

const outcomes = ({ receiver }: SyncDone): unknown => receiver.types[0]?.outcomes;
const patient = (rest = ''): Uint8Array =>
  octets(`{"resourceType":"Patient","id":"p1","meta":{"versionId":"v1"}${rest}}`);

let a: Store;
let b: Store;

beforeEach(async () => {
  [a, b] = [device('a'), device('b')];
  for (const store of [a, b]) await store.importServerVersion(patient(',"active":true'));
});

async function reasonsIn(store: Store): Promise<string[]> {
  const reasons: string[] = [];
  for await (const { reason } of store.archived()) reasons.push(reason);
  return reasons;
}

async function stateIn(store: Store): Promise<string> {
  const { payload } = await entryOf(store, 'Patient/p1');
  return `${changeNames(payload)} ${text(payload.resource).replace(/.*"v1"}/, '')}`;
}

/** a and b edit in different members, b hears of a's edit and defers. */
async function deferDisjoint(): Promise<void> {
  await a.update(patient(',"active":false'), at);
  await b.update(patient(',"active":true,"gender":"male"'), at);
  const before = await dump(b);
  expect(outcomes(await sync(a, b, { strategy: Defer }))).toEqual({ CONFLICT_DEFERRED: 1 });
  expect(await dump(b)).toEqual(before);
  expect(await reasonsIn(b)).toEqual(['deferred']);
}

describe('a deferred conflict', () => {
  it('S8, PSP-CLS-21: is merged when the user says so', async () => {
    await deferDisjoint();
    const { outcome } = await b.settleDeferred(1, decideWith(mergeOr(Defer)));
    expect(outcome).toBe(Outcome.CONFLICT_MERGED);
    expect(await stateIn(b)).toBe('a1 b2 ,"active":false,"gender":"male"}');
    expect(await reasonsIn(b)).toEqual(['taken', 'merged']);
    expect(outcomes(await sync(b, a))).toEqual({ FAST_FORWARDED: 1 });
    expect(await dump(a)).toEqual(await dump(b));
  });

  it('S11, PSP-CLS-21: waits on where it can not be merged, until one side is chosen', async () => {
    await a.delete('Patient', 'p1', at);
    await b.update(patient(',"active":false'), at);
    await sync(a, b, { strategy: Defer });
    const before = await dump(b);
    const { outcome } = await b.settleDeferred(1, decideWith(mergeOr(Defer)));
    expect(outcome).toBe(Outcome.CONFLICT_DEFERRED);
    expect([await dump(b), await reasonsIn(b)]).toEqual([before, ['deferred']]);
    await b.settleDeferred(1, decideWith(Theirs));
    expect(await dump(b)).toEqual(await dump(a));
    expect(await reasonsIn(b)).toEqual(['taken', 'displaced']);
  });

  it('S11, PSP-CLS-16: stays in the archive where ours is chosen', async () => {
    await deferDisjoint();
    const before = await dump(b);
    await b.settleDeferred(1, decideWith(Ours));
    expect([await dump(b), await reasonsIn(b)]).toEqual([before, ['not-taken']]);
  });

  it('S3, PSP-CLS-6: is no conflict any more where what is in force contains it', async () => {
    await deferDisjoint();
    await sync(a, b, { strategy: mergeOr(Ours), mode: SelectionMode.FULL });
    const before = await dump(b);
    const { outcome } = await b.settleDeferred(1, decideWith(Theirs));
    expect(outcome).toBe(Outcome.STALE);
    expect([await dump(b), await reasonsIn(b)]).toEqual([before, ['taken', 'merged']]);
  });

  it('PSP-RESUME-7: delivered again, it waits and is decided once', async () => {
    await deferDisjoint();
    await sync(a, b, { strategy: Defer, mode: SelectionMode.FULL });
    expect(await reasonsIn(b)).toEqual(['deferred']);
    await b.settleDeferred(1, decideWith(Theirs));
    expect(await reasonsIn(b)).toEqual(['taken', 'displaced']);
  });
});

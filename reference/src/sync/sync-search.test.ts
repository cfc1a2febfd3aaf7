// Syncs whose request has search parameters: what goes out, what is counted, what a cursor is for.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { CursorDisposition, ErrorCode, SelectionMode } from '../wire/messages.ts';
import { isViolation } from '../wire/violation.ts';
import { resourceSyncParams } from './scope.ts';
import { at, device, openSync, sync } from './testing/devices.ts';
import { octets } from './testing/entries.ts';

let store: Store;
let peer: Store;

const patient = (id: string, gender: string): Uint8Array =>
  octets(`{"resourceType":"Patient","id":"${id}","gender":"${gender}"}`);
const women = resourceSyncParams({ Patient: { gender: 'female' } });

beforeEach(async () => {
  [store, peer] = [device('a'), device('b')];
  await store.create(patient('p1', 'female'), at);
  await store.create(patient('p2', 'male'), at);
  await store.create(octets('{"resourceType":"Task","id":"t1"}'), at);
});

describe('a sync with search parameters', () => {
  it.each([SelectionMode.FULL, SelectionMode.CURSOR, SelectionMode.LAST_UPDATED])(
    'PSP-SEL-11: mode %s sends what matches and nothing else',
    async (mode) => {
      const done = await sync(store, peer, { mode, params: women });
      expect(done.sent).toEqual(['Patient/p1']);
      expect(await peer.get('Patient', 'p2')).toBeUndefined();
      expect(done.sender.complete).toBe(true);
    },
  );

  it('PSP-SEL-11: types without parameters are sent whole beside it', async () => {
    const params = resourceSyncParams({ Patient: { gender: 'female' }, Task: {} });
    expect((await sync(store, peer, { params })).sent).toEqual(['Patient/p1', 'Task/t1']);
  });

  it('PSP-SEL-4: the deletion of what does not match, or never did, is sent', async () => {
    await store.delete('Patient', 'p2', at);
    expect((await sync(store, peer, { params: women })).sent).toEqual(['Patient/p1', 'Patient/p2']);
  });

  it('PSP-SEL-19: references to the server of the store are local', async () => {
    const link = '"managingOrganization":{"reference":"Organization/o1"}';
    await store.create(octets(`{"resourceType":"Patient","id":"p3",${link}}`), at);
    const organization = `${store.settings.serverUrl}/Organization/o1`;
    const params = resourceSyncParams({ Patient: { organization } });
    expect((await sync(store, peer, { params })).sent).toEqual(['Patient/p3']);
  });

  it('PSP-SEL-2: what comes to match later is sent with the next cursor', async () => {
    await sync(store, peer, { params: women });
    expect((await sync(store, peer, { params: women })).sent).toEqual([]);
    await store.update(patient('p2', 'female'), at);
    expect((await sync(store, peer, { params: women })).sent).toEqual(['Patient/p2']);
  });

  it('PSP-SEL-11: what matches no longer stays with the receiver as it was', async () => {
    await sync(store, peer, { params: women });
    await store.update(patient('p1', 'other'), at);
    expect((await sync(store, peer, { params: women })).sent).toEqual([]);
    const kept = await peer.get('Patient', 'p1');
    expect(kept?.payload.resource).toEqual(patient('p1', 'female'));
  });

  it('PSP-RESUME-5: a cursor is of no use for other parameters', async () => {
    await sync(store, peer, { params: women });
    const men = resourceSyncParams({ Patient: { gender: 'male' } });
    expect((await sync(store, peer, { params: men })).sent).toEqual(['Patient/p2']);
    const again = await openSync(store, peer, { params: women });
    if (isViolation(again)) throw new Error(again.detail);
    expect(again.out.offer.cursorDisposition).toBe(CursorDisposition.RESUMED);
  });

  it('PSP-OFFER-3: gives no totals, and exact ones without parameters', async () => {
    const offerOf = async (params: typeof women): Promise<unknown> => {
      const opened = await openSync(store, peer, { params });
      if (isViolation(opened)) throw new Error(opened.detail);
      const { totals, indeterminate } = opened.out.offer;
      return [totals.map(({ entries }) => entries), indeterminate];
    };
    expect(await offerOf(women)).toEqual([[], true]);
    expect(await offerOf(resourceSyncParams({ Patient: {} }))).toEqual([[2n], false]);
  });

  it('PSP-SEL-5, PSP-SEL-26: an unsupported one refuses the request by name', async () => {
    const params = resourceSyncParams({ Patient: { gender: 'female', shoe: 'Amina' } });
    const refusal = await openSync(store, peer, { params });
    expect(refusal).toMatchObject({
      code: ErrorCode.SELECTION_UNSUPPORTED,
      detail: 'search parameter shoe of Patient is not supported',
    });
  });

  it('goes on through many pages that give nothing', async () => {
    for (let n = 0; n < 50; n += 1) await store.create(patient(`m${n}`, 'male'), at);
    await store.create(patient('last', 'female'), at);
    const done = await sync(store, peer, { params: women, batch: { entriesMax: 2 } });
    expect(done.sent).toEqual(['Patient/p1', 'Patient/last']);
  });
});

describe('a search of what the policy withholds', () => {
  it.each([SelectionMode.FULL, SelectionMode.CURSOR, SelectionMode.LAST_UPDATED])(
    'PSP-SEL-25: mode %s counts it without looking into it',
    async (mode) => {
      for (const gender of ['female', 'nobody']) {
        const params = resourceSyncParams({ Patient: { gender }, Task: {} });
        const done = await sync(store, device('c'), {
          mode,
          params,
          exportPolicy: { types: ['Task'] },
        });
        expect(done.sent).toEqual(['Task/t1']);
        expect(done.sender.types[0]).toMatchObject({
          resourceType: 'Patient',
          withheld: { POLICY: 2 },
        });
      }
    },
  );
});

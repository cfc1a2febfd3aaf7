// What was carried, from messages as they were said.
import { describe, expect, it } from 'vitest';
import { payloadFields } from '../peer/entry-form.ts';
import type { Spoken } from '../peer/hearing.ts';
import { encodeNested, octetsToText, type TextFields } from '../wire/message-text.ts';
import { acknowledgedOtherwise, everything, sendsOtherwise, sentBy } from './carried.ts';

const entry = (type: string, id: string): Parameters<typeof payloadFields>[0] => ({
  type,
  id,
  resource: '{}',
});
const says = (side: Spoken['side'], name: string, fields: TextFields): Spoken => ({
  side,
  name,
  fields,
});
const payload = (...entries: (readonly [string, string])[]): Spoken => {
  const fields = entries.map(([type, id]) => payloadFields(entry(type, id)));
  const batch = octetsToText(encodeNested('Batch', { entries: fields }));
  return says('testee', 'Payload', { encoding: 'IDENTITY', batch });
};

describe('what a sender sent', () => {
  const spoken = [payload(['Patient', 'b'], ['Patient', 'a']), payload(['Device', 'd'])];

  it('kit: is every entry of its Payloads', () => {
    expect(sentBy(spoken)).toEqual(['Device/d', 'Patient/a', 'Patient/b']);
    expect(sentBy([says('kit', 'Payload', spoken[0]!.fields)])).toEqual([]);
  });

  it('kit: is told where it is too little, too much or twice', () => {
    const all = ['Device/d', 'Patient/a', 'Patient/b'];
    expect(sendsOtherwise(spoken, all)).toBeUndefined();
    expect(sendsOtherwise(spoken, [...all, 'Patient/c'])).toBe('it did not send Patient/c');
    expect(sendsOtherwise(spoken, ['Device/d', 'Patient/a'])).toBe('it sent Patient/b too many');
    const twice = [...spoken, payload(['Device', 'd'])];
    expect(sendsOtherwise(twice, all)).toBe('it sent Device/d too many');
  });

  it('PSP-RESUME-6: has to be the whole store where all of it was asked for', () => {
    const store = [entry('Patient', 'a')];
    const asks = (fields: TextFields): Spoken =>
      says('kit', 'Request', { mode: 'FULL', ...fields });
    const done = says('testee', 'Complete', {});
    expect(everything([asks({}), done], store)).toEqual(['Patient/a']);
    expect(everything([asks({ mode: 'CURSOR' }), done], store)).toBeUndefined();
    expect(everything([asks({})], store)).toBeUndefined();
    const types = { params: { types: [{ resource_type: 'Patient' }] } };
    expect(everything([asks(types), done], store)).toBeUndefined();
    const withheld = [{ resource_type: 'Patient', reason: 'TOO_LARGE', entries: 1 }];
    const partly = says('testee', 'Complete', { withheld });
    expect(everything([asks({}), partly], store)).toBeUndefined();
  });
});

describe('what a receiver said of each entry', () => {
  const ack = (...outcomes: TextFields[]): Spoken => says('testee', 'Ack', { outcomes });
  const spoken = [
    ack({ sequence: 1, outcome: 'DUPLICATE' }),
    ack({ sequence: 2, entry_index: 1, outcome: 'REFUSED', code: 'ENTRY_JSON_INVALID' }),
    ack({ sequence: 2, entry_index: 2, outcome: 'STORED' }),
  ];
  const wanted = { '1/0': ['DUPLICATE'], '2/1': ['REFUSED ENTRY_JSON_INVALID'] };

  it('PSP-ACK-3: is as wanted, said as STORED or not at all where nothing is wanted', () => {
    expect(acknowledgedOtherwise(spoken, wanted)).toEqual([]);
    expect(acknowledgedOtherwise(spoken, { ...wanted, '1/0': ['STALE', 'DUPLICATE'] })).toEqual([]);
  });

  it('PSP-ERR-2: a generic code will do, another one will not', () => {
    const generic = [ack({ sequence: 1, outcome: 'REFUSED', code: 'ENTRY_INVALID' })];
    expect(acknowledgedOtherwise(generic, { '1/0': ['REFUSED ENTRY_JSON_INVALID'] })).toEqual([]);
    const other = [ack({ sequence: 1, outcome: 'REFUSED', code: 'ENTRY_ID_INVALID' })];
    expect(acknowledgedOtherwise(other, { '1/0': ['REFUSED ENTRY_JSON_INVALID'] })).toEqual([
      'of entry 1/0 it has to say REFUSED ENTRY_JSON_INVALID, it said REFUSED ENTRY_ID_INVALID',
    ]);
  });

  it('PSP-ACK-3: is told where it says nothing, something else or too much', () => {
    expect(acknowledgedOtherwise(spoken, { ...wanted, '3/0': ['STALE'] })).toEqual([
      'of entry 3/0 it has to say STALE, it said STORED',
    ]);
    expect(acknowledgedOtherwise(spoken, {})).toHaveLength(2);
  });
});

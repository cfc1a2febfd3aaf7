// Each way of altering a received entry, named by the sentence that forbids it.
import { describe, expect, it } from 'vitest';
import type { ChangeValue, Entry } from '../control/values.ts';
import { alterationsOf } from './alteration.ts';
import { stateOf } from './state.ts';

const replica = 'cc'.repeat(16);
const update = (counter: number, payload: string): ChangeValue => {
  return { replica, counter, type: 'UPDATE', payload };
};
const first = update(1, '[{"op":"add","path":"/gender","value":"male"}]');
const second = update(2, '[{"op":"add","path":"/multipleBirthInteger","value":1.10}]');
const base = { versionId: '1' };
const kept: Entry = {
  type: 'Patient',
  id: 'p1',
  resource: '{"resourceType":"Patient","id":"p1","meta":{"source":"#a"}}',
  base,
  changes: [first, second],
};

const told = (found: Entry, expected = kept): string[] =>
  alterationsOf(stateOf(expected), stateOf(found), false).map(([requirement]) => requirement);

describe('a received entry', () => {
  it('PSP-CLS-19 is there as it came', () => {
    expect(told(kept)).toEqual([]);
    expect(told({ ...kept, changes: [first, update(7, second.payload ?? '')] })).toEqual([
      'PSP-CLS-19',
    ]);
    const resource = '{"resourceType":"Patient","id":"p1","meta":{"source":"#b"}}';
    expect(told({ ...kept, resource })).toEqual(['PSP-CLS-19']);
  });

  it('PSP-CHG-3 keeps the order of its changes', () => {
    expect(told({ ...kept, changes: [second, first] })).toContain('PSP-CHG-3');
  });

  it('PSP-DATA-1 keeps the octets of its changes, also where they say the same', () => {
    const anew = update(2, '[{"op":"add","path":"/multipleBirthInteger","value":1.1}]');
    expect(told({ ...kept, changes: [first, anew] })).toEqual(['PSP-DATA-1']);
  });

  it('PSP-CLS-18 gets no change of whoever received it', () => {
    const own: ChangeValue = {
      replica: 'dd'.repeat(16),
      counter: 1,
      type: 'UPDATE',
      payload: '[]',
    };
    expect(told({ ...kept, changes: [first, second, own] })).toEqual(['PSP-CLS-18']);
  });

  it('PSP-CLS-17 is not pieced together of two states', () => {
    const created = (gender: string): Entry => {
      const resource = `{"resourceType":"Patient","id":"p1","gender":"${gender}"}`;
      const insert: ChangeValue = { replica, counter: 1, type: 'INSERT', payload: resource };
      return { type: 'Patient', id: 'p1', resource, changes: [insert] };
    };
    const [ours, theirs] = [created('male'), created('female')];
    expect(told(theirs, theirs)).toEqual([]);
    const { changes = [] } = ours;
    expect(told({ ...theirs, changes }, theirs)).toContain('PSP-CLS-17');
  });
});

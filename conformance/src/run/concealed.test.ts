// What a testee's messages say, looked through for texts.
import { describe, expect, it } from 'vitest';
import type { Spoken } from '../peer/hearing.ts';
import { saidOf, unsaidOf } from './concealed.ts';

const says = (name: string, fields: Spoken['fields']): Spoken => ({ side: 'testee', name, fields });
const abort = says('Abort', { code: 'SELECTION_UNSUPPORTED', detail: 'no parameter given' });

describe('a text that stays out of messages', () => {
  it('PSP-ABORT-3: is found in a text, in any case of letters', () => {
    expect(saidOf([abort], ['Musterfrau'])).toEqual([]);
    const tells = says('Abort', { detail: 'name=MUSTERFRAU is not supported' });
    expect(saidOf([abort, tells], ['Musterfrau'])).toEqual(['its Abort says "Musterfrau"']);
  });

  it('PSP-SEL-26: is found in octets and in unknown fields, at any depth', () => {
    const octets = `hex:${Buffer.from('x Musterfrau').toString('hex')}`;
    expect(saidOf([says('Offer', { $unknown: [octets] })], ['musterfrau'])).toHaveLength(1);
    const deep = says('Complete', { withheld: [{ resource_type: 'Musterfrau' }] });
    expect(saidOf([deep], ['Muster', 'frau', 'Mann'])).toEqual([
      'its Complete says "Muster"',
      'its Complete says "frau"',
    ]);
  });

  it('kit: is not found by chance: a short one is not looked for in octets or their hex', () => {
    const tag = `hex:${Buffer.from('1980 ster').toString('hex')}`;
    const random = says('Confirm', { tag });
    expect(saidOf([random], ['1980', 'ster', tag.slice(4, 12)])).toEqual([]);
    expect(saidOf([says('Abort', { detail: '1980' })], ['1980'])).toHaveLength(1);
    expect(unsaidOf([random], ['1980'])).toHaveLength(1);
  });

  it('kit: is not looked for in batches, nor in what the kit says', () => {
    const batch = `hex:${Buffer.from('Musterfrau').toString('hex')}`;
    expect(saidOf([says('Payload', { batch })], ['Musterfrau'])).toEqual([]);
    expect(saidOf([says('Payload', { cursor: batch })], ['Musterfrau'])).toHaveLength(1);
    expect(saidOf([{ ...abort, side: 'kit' }], ['parameter'])).toEqual([]);
  });
});

it('PSP-REQ-3: a text that has to be said is in some message of the testee', () => {
  expect(unsaidOf([says('Offer', {}), abort], ['given'])).toEqual([]);
  expect(unsaidOf([abort], ['no-such-parameter'])).toEqual([
    'none of its messages says "no-such-parameter"',
  ]);
  expect(unsaidOf([{ ...abort, side: 'kit' }], ['given'])).toHaveLength(1);
});

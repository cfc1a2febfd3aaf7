// What a message means for a script.
import { describe, expect, it } from 'vitest';
import type { TextFields } from '../wire/message-text.ts';
import {
  afterTheEnd,
  contains,
  endingOf,
  isEarlierAck,
  mismatch,
  otherThan,
  remembered,
} from './hearing.ts';

const message = (name: string, fields: TextFields = {}): Parameters<typeof endingOf>[0] => ({
  name,
  type: 0,
  fields,
});

describe('an end', () => {
  it('PSP-ABORT-5: is a Reject or an Abort, with names or numbers', () => {
    expect(endingOf(message('Abort', { code: 'CANCELLED', retry: 'NOW' }))).toEqual({
      kind: 'abort',
      code: 'CANCELLED',
      retry: 'NOW',
    });
    expect(endingOf(message('Reject', { code: 20_000 }))).toEqual({
      kind: 'reject',
      code: '20000',
      retry: 'UNSPECIFIED',
    });
    expect(endingOf(message('Receipt'))).toBeUndefined();
  });
});

describe('an Ack that covers less than is awaited', () => {
  const awaits = (name: string, where?: TextFields): Parameters<typeof isEarlierAck>[1] => ({
    id: 'x',
    do: 'expect',
    message: name,
    ...(where === undefined ? {} : { where }),
  });
  it.each([
    ['Receipt', undefined, 2, true],
    ['Ack', { through_sequence: 2 }, 1, true],
    ['Ack', { through_sequence: 2 }, 2, false],
    ['Ack', { through_sequence: 2 }, 3, false],
    ['Ack', undefined, 0, false],
  ])('kit: awaiting %s %o, through %i: %s', (name, where, through, isEarlier) => {
    const ack = message('Ack', { through_sequence: through });
    expect(isEarlierAck(ack, awaits(name, where))).toBe(isEarlier);
    expect(isEarlierAck(message('Offer'), awaits(name, where))).toBe(false);
  });
});

describe('what is awaited of a message', () => {
  it('kit: is there where each member is, and lists are equal', () => {
    const actual = { a: 1, b: { c: 'x', d: 2 }, e: [1, 2] };
    expect(contains(actual, {})).toBe(true);
    expect(contains(actual, { b: { c: 'x' }, e: [1, 2] })).toBe(true);
    expect(contains(actual, { f: null, b: { e: null } })).toBe(true);
    expect(contains(actual, { a: null })).toBe(false);
    expect(contains(actual, { b: { c: 'y' } })).toBe(false);
    expect(contains(actual, { e: [1] })).toBe(false);
    expect(contains(actual, { f: 1 })).toBe(false);
  });

  it('kit: is told without the rest, which may be random', () => {
    expect(mismatch('Accept', { version: 1, session_nonce: 'hex:ab' }, { version: 2 })).toBe(
      'Accept with {"version":2} was awaited, {"version":1} came',
    );
  });

  it('kit: can be sent back', () => {
    const memory = new Map<string, TextFields>([['Payload', { cursor: 'hex:07' }]]);
    const fields = {
      cursor: { $heard: 'Payload.cursor' },
      other: { $heard: 'Payload.padding' },
      window: { max_unacked_payloads: 1 },
      list: [1],
    };
    expect(remembered(fields, memory)).toEqual({
      cursor: 'hex:07',
      window: { max_unacked_payloads: 1 },
      list: [1],
    });
  });
});

describe('a message that is awaited', () => {
  it('PSP-RESUME-4: may lack what it need not have, which is told apart from another value', () => {
    const step = { id: 'x', where: { payloads: 1 }, depends: ['cursor'] };
    expect(otherThan(step, message('Complete', { payloads: 1, cursor: 'hex:07' }))).toBeUndefined();
    expect(otherThan(step, message('Complete', { payloads: 1 }))).toEqual({
      step: 'x',
      detail: 'Complete.cursor is not there',
      lacks: 'Complete.cursor',
    });
    expect(otherThan(step, message('Complete', { payloads: 2 }))).not.toHaveProperty('lacks');
  });
});

describe('the end of a connection', () => {
  const body = new Uint8Array();

  it('PSP-CLOSE-1: is what was awaited, after KeepAlives', () => {
    expect(afterTheEnd('x', { kind: 'fin' })).toBeUndefined();
    expect(afterTheEnd('x', { kind: 'rst' })).toBeUndefined();
    const alive = { kind: 'message', message: message('KeepAlive'), body } as const;
    expect(afterTheEnd('x', alive)).toBe('small talk');
  });

  it('PSP-CLOSE-1: is not silence, nor a message, which may end the session itself', () => {
    expect(afterTheEnd('x', { kind: 'silence' })).toMatchObject({ ending: { kind: 'open' } });
    const fields = { code: 'MALFORMED_MESSAGE', retry: 'AFTER_UPGRADE' };
    const abort = { kind: 'message', message: message('Abort', fields), body } as const;
    expect(afterTheEnd('x', abort)).toMatchObject({
      detail: 'the connection should have ended, Abort came',
      ending: { kind: 'abort', code: 'MALFORMED_MESSAGE' },
    });
    const receipt = { kind: 'message', message: message('Receipt'), body } as const;
    expect(afterTheEnd('x', receipt)).not.toHaveProperty('ending');
  });
});

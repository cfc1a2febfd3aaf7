// What a sender gives away against its seed: each entry as it is, no more and no less than asked.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Entry, RunParams, StoreContent } from '../control/values.ts';
import {
  changed,
  contextOf,
  handover,
  patient,
  SessionMaker,
  type Move,
} from '../observer/testing/session-maker.ts';
import { ready } from '../security/cpace.ts';
import { checkStore } from './check-store.ts';

beforeAll(async () => {
  await ready();
});

const [p1, p2, p3] = [patient('p1'), patient('p2'), patient('p3')];
const gone: Entry = { type: 'Patient', id: 'p4', resource: null, base: { versionId: '1' } };
const seed: StoreContent = { entries: [p1, p2, p3] };

interface Asking {
  readonly moves?: readonly Move[];
  readonly before?: StoreContent;
  readonly params?: RunParams;
}

function told({ moves = handover, before = seed, params = {} }: Asking): string[] {
  const transcript = new SessionMaker('sender').play(moves);
  const deeds = [{ kind: 'session' as const, transcript, context: contextOf({ params }) }];
  const findings = checkStore({ role: 'sender', before, deeds, after: before });
  return findings.map(({ requirement, detail }) => `${requirement} ${detail}`);
}

const sending = (...entries: Entry[]): Move[] => changed(handover, 'first', { entries });
const asking = (fields: Readonly<Record<string, unknown>>, moves = handover): Move[] =>
  changed(moves, 'Request', { fields });
const withholding = (reason: string, entries: number, moves: readonly Move[]): Move[] =>
  changed(moves, 'Complete', {
    fields: { withheld: [{ resource_type: 'Patient', reason, entries }] },
  });

describe('what a sender sends', () => {
  it('PSP-SEL-1 is everything that was asked for', () => {
    expect(told({})).toEqual([]);
    expect(told({ moves: sending(p1) })).toEqual([
      expect.stringMatching(/^PSP-SEL-1 Patient\/p2: it was asked for/),
    ]);
    expect(told({ moves: withholding('TOO_LARGE', 1, sending(p1)) })).toEqual([]);
  });

  it('PSP-SEL-4 deleted resources as well', () => {
    const before = { entries: [...seed.entries, gone] };
    expect(told({ before, moves: sending(p1, p2, gone) })).toEqual([]);
    expect(told({ before })).toEqual([expect.stringMatching(/^PSP-SEL-4 Patient\/p4/)]);
  });

  it('PSP-SEL-3 what is dated before is left out', () => {
    const dated = (id: string, lastUpdated: string): Entry => ({
      ...patient(id),
      base: { versionId: '1', lastUpdated },
    });
    const [old, young] = [dated('p1', '2026-01-01T00:00:00Z'), dated('p2', '2026-03-01T00:00:00Z')];
    const types = [{ resource_type: 'Patient', last_updated: '2026-02-01T00:00:00Z' }];
    const fields = { mode: 'LAST_UPDATED', params: { types } };
    const before = { entries: [old, young, p3] };
    expect(told({ before, moves: asking(fields, sending(young)) })).toEqual([]);
    expect(told({ before, moves: asking(fields, sending(old)) })).toEqual([
      expect.stringMatching(/^PSP-SEL-28 Patient\/p1/),
      expect.stringMatching(/^PSP-SEL-3 Patient\/p2/),
    ]);
  });

  it('PSP-DATA-1 is what the store holds, octet for octet', () => {
    const spaced = { ...p1, resource: `${p1.resource} ` };
    expect(told({ moves: sending(spaced, p2) })).toEqual([
      'PSP-DATA-1 Patient/p1: it was sent with other octets of its resource',
    ]);
    expect(told({ moves: sending(p1, p2, patient('p9')) })).toEqual([
      'PSP-DATA-1 Patient/p9: it was sent, the store has none',
    ]);
  });

  it('PSP-DATA-9 with the base that the server gave', () => {
    const local = { ...p1, base: { versionId: '2' } };
    expect(told({ moves: sending(local, p2) })).toEqual([
      'PSP-DATA-9 Patient/p1: it was sent with another base',
    ]);
  });

  it('PSP-CHG-2 with its changes unaltered', () => {
    const payload = '[{"op":"add","path":"/gender","value":"male"}]';
    const change = { replica: 'cc'.repeat(16), counter: 1, type: 'UPDATE' as const, payload };
    const before = { entries: [{ ...p1, changes: [change] }, p2, p3] };
    expect(told({ before, moves: sending({ ...p1, changes: [change] }, p2) })).toEqual([]);
    const renamed = { ...p1, changes: [{ ...change, counter: 2 }] };
    expect(told({ before, moves: sending(renamed, p2) })).toEqual([
      'PSP-CHG-2 Patient/p1: it was sent with another change at 0',
    ]);
    expect(told({ before, moves: sending(p1, p2) })).toEqual([
      'PSP-CHG-2 Patient/p1: it was sent with 0 changes, the store has 1',
    ]);
  });

  it('PSP-CHG-3 in their order', () => {
    const add = (counter: number, path: string) => {
      const payload = `[{"op":"add","path":"${path}","value":"x"}]`;
      return { replica: 'cc'.repeat(16), counter, type: 'UPDATE' as const, payload };
    };
    const [one, other] = [add(1, '/gender'), add(2, '/language')];
    const before = { entries: [{ ...p1, changes: [one, other] }, p2, p3] };
    expect(told({ before, moves: sending({ ...p1, changes: [other, one] }, p2) })).toEqual([
      'PSP-CHG-3 Patient/p1: it was sent with its changes in another order',
    ]);
  });

  it('PSP-DATA-1 what a receiver passes on is what it holds', () => {
    const transcript = new SessionMaker('sender').play(sending(p1, p2));
    const deeds = [{ kind: 'session' as const, transcript, context: contextOf({}) }];
    const passing = (after: StoreContent) =>
      checkStore({ role: 'receiver', before: after, deeds, after }).map(({ detail }) => detail);
    expect(passing(seed)).toEqual([]);
    const spaced = { ...p1, resource: `${p1.resource} ` };
    expect(passing({ entries: [spaced, p2, p3] })).toEqual([
      'Patient/p1: it was sent with other octets of its resource',
    ]);
  });

  it('PSP-REQ-4 and PSP-REQ-5 keep the policy and count what it withholds', () => {
    const params = { policy: { types: ['Observation'] } };
    expect(told({ params })[0]).toMatch(/^PSP-REQ-4 Patient\/p1/);
    const none = handover.filter(
      ({ id }) => !['first', 'ack-first', 'second', 'ack-second'].includes(id ?? ''),
    );
    expect(told({ params, moves: withholding('POLICY', 3, none) })).toEqual([]);
    expect(told({ params, moves: none })).toEqual([
      'PSP-REQ-5 0 of Patient are counted as withheld by policy, 3 are',
    ]);
  });
});

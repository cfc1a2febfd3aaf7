// What a dump has to hold after sessions: each row through the store, refusals, cursors, archive,
// and dumps that are wrong in one place.
import { beforeAll, describe, expect, it } from 'vitest';
import type { ChangeValue, Entry, StoreContent, Strategy } from '../control/values.ts';
import {
  changed,
  contextOf,
  handover,
  SessionMaker,
  upTo,
  type Move,
} from '../observer/testing/session-maker.ts';
import type { StoreFinding, StoreQuestion } from '../run/judging.ts';
import { ready } from '../security/cpace.ts';
import { checkStore } from './check-store.ts';

beforeAll(async () => {
  await ready();
});

const kit = 'aa'.repeat(16);
const elsewhere = 'cc'.repeat(16);

function update(counter: number, path: string, value: string, replica = elsewhere): ChangeValue {
  const payload = `[{"op":"add","path":"${path}","value":"${value}"}]`;
  return { replica, counter, type: 'UPDATE', payload, baseVersionId: '1' };
}

const text = (id: string, more = ''): string => `{"resourceType":"Patient","id":"${id}"${more}}`;
const untouched: Entry = {
  type: 'Patient',
  id: 'p1',
  resource: text('p1'),
  base: { versionId: '1', lastUpdated: '2026-05-01T08:00:00Z' },
};
const edited: Entry = {
  ...untouched,
  resource: text('p1', ',"gender":"male"'),
  baseResource: text('p1'),
  changes: [update(1, '/gender', 'male')],
};
const rival: Entry = {
  ...untouched,
  resource: text('p1', ',"birthDate":"1990"'),
  changes: [update(1, '/birthDate', '1990', 'dd'.repeat(16))],
};
const newer: Entry = {
  ...untouched,
  base: { versionId: '2', lastUpdated: '2026-05-01T08:00:01Z' },
};
const invalid: Entry = { ...untouched, id: 'p2', resource: '{' };

interface Told {
  readonly outcome: string;
  readonly code?: string;
}

/** A session that hands over one entry, with the outcome that the testee tells. */
function handing(entry: Entry, told?: Told, more: Partial<Move> = {}): Move[] {
  const outcomes = told === undefined ? [] : [{ sequence: 1, entry_index: 0, ...told }];
  const counts = [{ resource_type: 'Patient', outcome: told?.outcome ?? 'STORED', entries: 1 }];
  const all = handover.filter(({ id }) => id !== 'second' && id !== 'ack-second');
  const sent = changed(all, 'first', { ...more, entries: [entry] });
  return changed(changed(sent, 'ack-first', { fields: { outcomes } }), 'Receipt', {
    fields: { counts },
  });
}

function asked(
  before: StoreContent,
  moves: readonly Move[],
  after: StoreContent,
  strategy?: Strategy,
): StoreQuestion {
  const transcript = new SessionMaker('receiver').play(moves);
  const context = contextOf({ params: strategy === undefined ? {} : { strategy } });
  return {
    role: 'receiver',
    before,
    deeds: [{ kind: 'session', transcript, context }],
    after,
  };
}

const words = (findings: readonly StoreFinding[]): string[] =>
  findings.map(({ requirement, detail }) => `${requirement} ${detail}`);

const holding = (...entries: readonly Entry[]): StoreContent => ({ entries });
const nothing = holding();

describe('checkStore', () => {
  it.each([
    ['PSP-CLS-2', nothing, untouched, undefined, untouched],
    ['PSP-CLS-3', holding(edited), edited, 'DUPLICATE', edited],
    ['PSP-CLS-7', holding(untouched), newer, 'FAST_FORWARDED', newer],
    ['PSP-CLS-5', holding(untouched), edited, 'FAST_FORWARDED', edited],
    ['PSP-CLS-6', holding(edited), untouched, 'STALE', edited],
  ])('%s holds the dump to the row', (row, before, entry, outcome, result) => {
    const moves = handing(entry, outcome === undefined ? undefined : { outcome });
    expect(words(checkStore(asked(before, moves, holding(result))))).toEqual([]);
    const wrong = holding({ ...result, base: { versionId: '7' } });
    const [first] = checkStore(asked(before, moves, wrong));
    expect(first?.requirement).toBe(row);
    expect(first?.detail).toContain('base is 7');
    const otherwise = handing(entry, { outcome: outcome === 'STALE' ? 'DUPLICATE' : 'STALE' });
    expect(words(checkStore(asked(before, otherwise, holding(result))))).toEqual([
      expect.stringMatching(new RegExp(`^${row} Patient/p1: its outcome was told as`)),
    ]);
  });

  it('PSP-CLS-10 takes any octets of a rebased resource with the right content', () => {
    const absorbing = { ...newer, resource: text('p1') };
    const rebased = { ...edited, base: newer.base!, resource: text('p1', ' , "gender" : "male" ') };
    const moves = handing(absorbing, { outcome: 'REBASED' });
    expect(words(checkStore(asked(holding(edited), moves, holding(rebased))))).toEqual([]);
    const other = { ...rebased, resource: text('p1', ',"gender":"female"') };
    expect(words(checkStore(asked(holding(edited), moves, holding(other))))).toContainEqual(
      'PSP-CLS-10 Patient/p1: the resource is not the newer base with the rest applied',
    );
  });

  it('PSP-CLS-10 leaves it open whether a receiver holds the content of its base', () => {
    const after: StoreContent = {
      entries: [newer],
      archive: [{ reason: 'displaced', entry: edited }],
    };
    const moves = handing(newer, { outcome: 'CONFLICT_THEIRS' });
    expect(words(checkStore(asked(holding(edited), moves, after)))).toEqual([]);
  });

  it('PSP-CLS-15 looks for the displaced state', () => {
    const moves = handing(rival, { outcome: 'CONFLICT_THEIRS' });
    const archive = [{ reason: 'displaced' as const, entry: edited }];
    expect(words(checkStore(asked(holding(edited), moves, { entries: [rival], archive })))).toEqual(
      [],
    );
    expect(words(checkStore(asked(holding(edited), moves, holding(rival))))).toEqual([
      `PSP-CLS-15 Patient/p1: the archive lacks the displaced state (${elsewhere}/1)`,
    ]);
  });

  it('PSP-CLS-16 and PSP-CLS-21 keep ours, and theirs beside it where it waits', () => {
    const kept = handing(rival, { outcome: 'CONFLICT_OURS' });
    expect(words(checkStore(asked(holding(edited), kept, holding(edited), 'ours')))).toEqual([]);
    expect(words(checkStore(asked(holding(edited), kept, holding(rival), 'ours')))[0]).toMatch(
      /^PSP-CLS-16 /,
    );
    const waits = handing(rival, { outcome: 'CONFLICT_DEFERRED' });
    const archive = [{ reason: 'deferred' as const, entry: rival }];
    const after = { entries: [edited], archive };
    expect(words(checkStore(asked(holding(edited), waits, after, 'defer')))).toEqual([]);
    expect(words(checkStore(asked(holding(edited), waits, holding(edited), 'defer')))).toEqual([
      expect.stringMatching(/^PSP-CLS-21 .* deferred state/),
    ]);
  });

  it('PSP-CLS-20 judges a merge by its laws', () => {
    const fresh = update(1, '/gender', 'male', 'bb'.repeat(16));
    const merged = {
      ...rival,
      resource: text('p1', ',"birthDate":"1990","gender":"male"'),
      changes: [...rival.changes!, fresh],
    };
    const moves = handing(rival, { outcome: 'CONFLICT_MERGED' });
    const archive = [{ reason: 'merged' as const, entry: edited }];
    const told = (entry: Entry): string[] =>
      words(checkStore(asked(holding(edited), moves, { entries: [entry], archive }, 'merge')));
    expect(told(merged)).toEqual([]);
    const borrowed = { ...merged, changes: [...rival.changes!, edited.changes![0]!] };
    expect(told(borrowed)).toEqual([expect.stringMatching(/^PSP-CLS-20 .* no new change/)]);
    const own = { replica: 'bb'.repeat(16), entries: [merged], archive };
    const again = { ...merged.changes.at(-1)!, replica: rival.changes![0]!.replica, counter: 9 };
    const theirName = { ...merged, changes: [...rival.changes!, again] };
    const dump = { ...own, entries: [theirName] };
    expect(words(checkStore(asked(holding(edited), moves, dump, 'merge')))).toEqual([
      expect.stringMatching(/^PSP-CLS-20 .* another store's to give/),
    ]);
    expect(told({ ...merged, resource: text('p1', ',"gender":"x"') })).toEqual([
      expect.stringMatching(/^PSP-CLS-17 /),
    ]);
    expect(words(checkStore(asked(holding(edited), moves, holding(merged), 'merge')))).toEqual([
      expect.stringMatching(/^PSP-CLS-15 /),
    ]);
  });

  it('PSP-DATA-4 stores nothing of a refused entry, and takes the generic code', () => {
    const refused = (code: string): Move[] => handing(invalid, { outcome: 'REFUSED', code });
    const check = (code: string, after: StoreContent): string[] =>
      words(checkStore(asked(nothing, refused(code), after)));
    expect(check('ENTRY_JSON_INVALID', nothing)).toEqual([]);
    expect(check('ENTRY_INVALID', nothing)).toEqual([]);
    expect(check('ENTRY_ID_INVALID', nothing)).toEqual([
      expect.stringMatching(/^PSP-DATA-4 .*REFUSED ENTRY_ID_INVALID/),
    ]);
    expect(check('ENTRY_JSON_INVALID', holding({ ...untouched, id: 'p2' }))).toEqual([
      expect.stringMatching(/^PSP-ATOM-1 Patient\/p2/),
    ]);
  });

  it('PSP-DATA-1 tells other white space from another content', () => {
    const spaced = { ...untouched, resource: text('p1', ' ') };
    const [found] = checkStore(asked(nothing, handing(untouched), holding(spaced)));
    expect(found).toMatchObject({ requirement: 'PSP-DATA-1' });
    expect(found?.detail).toBe(
      'Patient/p1: the resource differs at octet 35, with the same content',
    );
  });

  it('PSP-ATOM-3 stores a Payload that was not acknowledged as a whole or not at all', () => {
    const moves = upTo(handover, 'first');
    const both = ['p1', 'p2'].map((id): Entry => ({
      type: 'Patient',
      id,
      resource: text(id),
      base: { versionId: '1' },
    }));
    expect(words(checkStore(asked(nothing, moves, nothing)))).toEqual([]);
    expect(words(checkStore(asked(nothing, moves, holding(...both))))).toEqual([]);
    expect(checkStore(asked(nothing, moves, holding(both[0]!)))).toHaveLength(1);
    const acknowledged = upTo(handover, 'ack-first');
    expect(checkStore(asked(nothing, acknowledged, nothing))).toHaveLength(2);
  });

  it('PSP-CLS-24 keeps what it learns of absorbed changes from what it does not store', () => {
    const absorbed = [{ replica: elsewhere, counter: 9 }];
    const moves = handing({ ...edited, absorbed }, { outcome: 'DUPLICATE' });
    const after = holding({ ...edited, absorbed });
    expect(words(checkStore(asked(holding(edited), moves, after)))).toEqual([]);
    expect(words(checkStore(asked(holding(edited), moves, holding(edited))))).toEqual([
      `PSP-CLS-24 Patient/p1: absorbed id ${elsewhere}/9 is missing`,
    ]);
  });

  it('PSP-RESUME-1 keeps the cursor of the last stored Payload, and of Complete', () => {
    const moves = changed(
      handing(untouched, undefined, { fields: { cursor: 'hex:0a' } }),
      'Complete',
      {
        fields: { cursor: 'hex:0b' },
      },
    );
    const with_ = (cursor: string): StoreContent => ({
      entries: [untouched],
      cursors: [{ replica: kit, cursor }],
    });
    expect(words(checkStore(asked(nothing, moves, with_('0b'))))).toEqual([]);
    expect(words(checkStore(asked(nothing, moves, with_('0a'))))).toEqual([
      `PSP-RESUME-1 the cursor of ${kit} is 0a, it should be 0b`,
    ]);
    const cut = upTo(moves, 'ack-first');
    expect(words(checkStore(asked(nothing, cut, with_('0a'))))).toEqual([]);
    expect(checkStore(asked(nothing, cut, holding(untouched)))).toHaveLength(1);
  });

  it('PSP-RESUME-2 holds the Request to the cursor that is kept', () => {
    const before: StoreContent = { entries: [], cursors: [{ replica: kit, cursor: '0c' }] };
    const moves = (cursor: string): Move[] =>
      changed(handing(untouched), 'Request', { fields: { mode: 'CURSOR', cursor } });
    const after: StoreContent = { ...before, entries: [untouched] };
    expect(words(checkStore(asked(before, moves('hex:0c'), after)))).toEqual([]);
    expect(words(checkStore(asked(before, moves('hex:0d'), after)))).toEqual([
      'PSP-RESUME-2 the Request has cursor 0d, 0c is kept for the sender',
    ]);
  });

  it('PSP-CHG-2 leaves the store of a sender as it was, but for its own edits', () => {
    const question: StoreQuestion = {
      role: 'sender',
      before: holding(edited),
      deeds: [],
      after: holding(edited),
    };
    expect(checkStore(question)).toEqual([]);
    expect(checkStore({ ...question, after: holding(rival) })).not.toEqual([]);
    const edits = [{ op: 'update' as const, resource: text('p1') }];
    const deeds = [{ kind: 'edits' as const, edits, now: '' }];
    expect(checkStore({ ...question, deeds, after: holding(rival) })).toEqual([]);
  });

  it('PSP-ATOM-1 follows a sender that received in a session of its store', () => {
    const { deeds } = asked(nothing, handing(untouched), nothing);
    const question: StoreQuestion = {
      role: 'sender',
      before: nothing,
      deeds,
      after: holding(untouched),
    };
    expect(checkStore(question)).toEqual([]);
    expect(words(checkStore({ ...question, after: nothing }))).toEqual([
      'PSP-CLS-2 Patient/p1: it is missing',
    ]);
  });
});

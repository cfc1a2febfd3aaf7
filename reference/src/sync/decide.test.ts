import { describe, expect, it } from 'vitest';
import { ErrorCode, Outcome, type SyncPayload } from '../wire/messages.ts';
import { Ours, Theirs, customStrategy, type Resolution } from './conflict-resolution.ts';
import { decideWith } from './decide.ts';
import { absorbedNames, change, changeNames, entry, octets, stored } from './testing/entries.ts';
import { text } from './testing/entries.ts';

const decide = decideWith(Theirs);
const ours = { base: 'v1', changes: 'a1', baseFamily: 'old' };
const theirs = entry({ base: 'v1', changes: 'b1' });
const by = (resolution: Resolution) => decideWith(customStrategy('test', () => resolution));

describe('decisions without a conflict', () => {
  it('PSP-ERR-1: a faulty entry is refused with its code and nothing is written', () => {
    const wrong = { ...entry({ changes: '+a1' }), resourceId: 'other' };
    expect(decide(undefined, wrong)).toEqual({
      outcome: Outcome.REFUSED,
      code: ErrorCode.ENTRY_IDENTITY_MISMATCH,
    });
    const empty = decide(undefined, entry({ family: 'x' }));
    expect(empty).toEqual({ outcome: Outcome.REFUSED, code: ErrorCode.ENTRY_CHANGES_INVALID });
  });

  it('PSP-CHG-9 S38: a resource that its changes do not lead to is refused', () => {
    const wrong = entry({ changes: '+a1 a2', family: 'other' });
    const { outcome, code } = decide(undefined, wrong);
    expect([outcome, code]).toEqual([Outcome.REFUSED, ErrorCode.ENTRY_CHANGES_MISMATCH]);
  });

  it('PSP-CHG-10: an update that does not apply to the base we know is refused', () => {
    const broken = change('b1', '[{"op":"remove","path":"/photo/0"}]');
    const received = { ...theirs, changes: [broken] };
    const code = ErrorCode.ENTRY_PATCH_INVALID;
    expect(decide(stored({ base: 'v1' }), received)).toEqual({ outcome: Outcome.REFUSED, code });
    expect(decide(stored(ours), received)).toEqual({ outcome: Outcome.REFUSED, code });
    // Where the base is not here, nobody can tell.
    expect(decide(undefined, received).outcome).toBe(Outcome.STORED);
  });

  it('PSP-CLS-19: stores a new entry exactly as it came, as the state of its peer', () => {
    const received = entry({ changes: '+a1' });
    const { outcome, write } = decide(undefined, received);
    expect(outcome).toBe(Outcome.STORED);
    expect(write?.payload).toBe(received);
    expect(write).toMatchObject({ baseResource: undefined, fromPeer: true });
  });

  it('PSP-CLS-12: keeps the base content where theirs is the same, and never another one', () => {
    const longer = entry({ base: 'v1', changes: 'a1 b1' });
    const edited = decide(stored(ours), longer);
    expect(text(edited.write?.baseResource ?? octets(''))).toContain('"old"');
    const pristine = decide(stored({ base: 'v1', family: 'kept' }), longer);
    expect(text(pristine.write?.baseResource ?? octets(''))).toContain('"kept"');
    const newer = decide(stored(ours), entry({ base: 'v2', changes: 'a1 b1' }));
    expect(newer).toMatchObject({ outcome: Outcome.FAST_FORWARDED });
    expect(newer.write?.baseResource).toBeUndefined();
  });

  it('PSP-CLS-10: a rebased entry stands on their octets', () => {
    const received = entry({ base: 'v2', absorbed: 'a1', family: 'a1' });
    const state = stored({ base: 'v1', changes: 'a1 b1', absorbed: 'c9', baseFamily: 'old' });
    const { outcome, write } = decide(state, received);
    expect(outcome).toBe(Outcome.REBASED);
    expect(write?.payload.base).toBe(received.base);
    expect(write?.baseResource).toBe(received.resource);
    expect(changeNames(write!.payload)).toBe('b1');
    expect(absorbedNames(write!.payload)).toBe('a1 c9');
    expect(write?.fromPeer).toBe(false);
  });

  it('PSP-CLS-25: the rest of theirs stands on our octets, with both absorbed sets', () => {
    const received = entry({ changes: '+a1 b1' });
    const pristine = stored({ base: 'v1', absorbed: 'c9 a1' });
    const { outcome, write } = decide(pristine, received);
    expect(outcome).toBe(Outcome.REBASED);
    expect(write?.payload).toMatchObject({ base: pristine.payload.base, changes: [change('b1')] });
    expect(write?.baseResource).toBe(pristine.payload.resource);
    expect(absorbedNames(write!.payload)).toBe('c9 a1');
    expect(write?.fromPeer).toBe(false);
    const edited = stored({ base: 'v1', absorbed: 'a1', changes: 'b1', baseFamily: 'new' });
    const on = decide(edited, entry({ changes: '+a1 b1 b2' }));
    expect(on.write?.baseResource).toBe(edited.baseResource);
    expect(changeNames(on.write!.payload)).toBe('b1 b2');
    // PSP-RESUME-7: once taken, it is only known.
    const again = decide({ ...pristine, ...write, payload: write!.payload }, received);
    expect(again).toEqual({ outcome: Outcome.STALE });
  });

  it('PSP-MSG-11: a rebased entry keeps the unknown fields of theirs and of our changes', () => {
    const unknown = { 800: [octets('later')] };
    const received = { ...entry({ base: 'v2', family: 'old' }), _unknownFields: unknown };
    const state = stored(ours);
    const changes = [{ ...change('a1'), _unknownFields: unknown }];
    const { write } = decide({ ...state, payload: { ...state.payload, changes } }, received);
    expect(write?.payload._unknownFields).toEqual(unknown);
    expect(write?.payload.changes).toEqual(changes);
  });
});

describe('absorbed ids', () => {
  it('PSP-CLS-24: are carried over to an equal or newer version', () => {
    const state = stored({ base: 'v1', absorbed: 'c1' });
    const edited = decide(state, entry({ base: 'v1', changes: 'a1', absorbed: 'd1' }));
    expect(absorbedNames(edited.write!.payload)).toBe('d1 c1');
    expect(edited.write?.fromPeer).toBe(false);
    const newer = decide(state, entry({ base: 'v2', absorbed: 'c1 d1' }));
    expect(absorbedNames(newer.write!.payload)).toBe('c1 d1');
    expect(newer.write?.fromPeer).toBe(true);
  });

  it('PSP-CLS-24: are not carried over to an older version', () => {
    const state = stored({ base: 'v2', absorbed: 'c1' });
    const taken = decide(state, entry({ base: 'v1', changes: 'a1' }));
    expect(taken.outcome).toBe(Outcome.CONFLICT_THEIRS);
    expect(absorbedNames(taken.write!.payload)).toBe('');
  });

  it('PSP-CLS-24 S42: are learnt from a duplicate, once', () => {
    const received = entry({ base: 'v1', absorbed: 'a1' });
    const first = decide(stored({ base: 'v1' }), received);
    expect(first.outcome).toBe(Outcome.DUPLICATE);
    expect(absorbedNames(first.write!.payload)).toBe('a1');
    // PSP-SEL-6: the peer has not told all of what stands here now.
    expect(first.write?.fromPeer).toBe(false);
    const again = decide(stored({ base: 'v1', absorbed: 'a1' }), received);
    expect(again).toEqual({ outcome: Outcome.DUPLICATE });
  });
});

describe('absorbed ids in a conflict', () => {
  const knowing = entry({ base: 'v1', changes: 'b1', absorbed: 'd1' });
  const namesAfter = (resolution: Resolution, on: string): string | undefined => {
    const state = stored({ base: on, changes: 'a1', absorbed: 'c1', baseFamily: 'old' });
    const { write } = by(resolution)(state, knowing);
    return write === undefined ? undefined : absorbedNames(write.payload);
  };

  it('PSP-CLS-24: are learnt where ours stays on the same or a newer base', () => {
    for (const resolution of ['ours', 'defer'] as const) {
      expect(namesAfter(resolution, 'v1')).toBe('c1 d1');
      expect(namesAfter(resolution, 'v2')).toBe('c1 d1');
      expect(namesAfter(resolution, 'v0')).toBeUndefined();
    }
    const state = stored({ base: 'v1', changes: 'a1', baseFamily: 'old' });
    const { payload, baseResource } = by('ours')(state, knowing).write!;
    expect({ ...payload, absorbed: [] }).toEqual(state.payload);
    expect(baseResource).toBe(state.baseResource);
  });

  it('PSP-CLS-24: are united in a merged state, but for its own changes', () => {
    const merged = entry({ base: 'v1', changes: 'b1', absorbed: 'e1' });
    expect(namesAfter({ merged }, 'v1')).toBe('e1 c1 d1');
    const state = stored({ base: 'v1', changes: 'a1', absorbed: 'b1', baseFamily: 'old' });
    const { write } = by({ merged })(state, knowing);
    expect(absorbedNames(write!.payload)).toBe('e1 d1');
  });
});

describe('decisions about a conflict', () => {
  it('PSP-CLS-15, PSP-CLS-20: a change on top of one side archives the other, and no other', () => {
    const patch = octets('[{"op":"add","path":"/active","value":true}]');
    const state = stored({ ...ours, absorbed: 'c1' });
    const knowing = { ...theirs, absorbed: entry({ base: 'v1', absorbed: 'd1' }).absorbed };
    const onOurs = by({ onto: 'ours', patch })(state, knowing);
    expect(onOurs.archive).toEqual({ payload: knowing, reason: 'merged' });
    expect(changeNames(onOurs.write!.payload)).toBe('a1');
    expect(absorbedNames(onOurs.write!.payload)).toBe('c1 d1');
    const onTheirs = by({ onto: 'theirs', patch })(state, knowing);
    expect(onTheirs.archive).toEqual({ payload: state.payload, reason: 'merged' });
    expect(changeNames(onTheirs.write!.payload)).toBe('b1');
    expect(absorbedNames(onTheirs.write!.payload)).toBe('d1 c1');
  });

  it('PSP-CLS-14, PSP-CLS-15: theirs as one unit, ours archived', () => {
    const state = stored(ours);
    const decision = decide(state, theirs);
    expect(decision.outcome).toBe(Outcome.CONFLICT_THEIRS);
    expect(decision.write?.payload).toBe(theirs);
    expect(decision.archive).toEqual({ payload: state.payload, reason: 'displaced' });
  });

  it('PSP-CLS-16: ours unchanged, theirs archived as not taken', () => {
    expect(decideWith(Ours)(stored(ours), theirs)).toEqual({
      outcome: Outcome.CONFLICT_OURS,
      archive: { payload: theirs, reason: 'not-taken' },
      conflict: 'concurrent-changes',
    });
  });

  it('PSP-CLS-21: deferred, theirs put aside', () => {
    expect(by('defer')(stored(ours), theirs)).toEqual({
      outcome: Outcome.CONFLICT_DEFERRED,
      archive: { payload: theirs, reason: 'deferred' },
      conflict: 'concurrent-changes',
    });
  });

  it('PSP-CLS-20: a merged state replaces ours, which is archived', () => {
    const merged = { ...entry({ base: 'v1', changes: 'a1 c1' }) };
    const state = stored(ours);
    const decision = by({ merged })(state, theirs);
    expect(decision.outcome).toBe(Outcome.CONFLICT_MERGED);
    expect(decision.write).toMatchObject({ payload: merged, fromPeer: false });
    expect(text(decision.write?.baseResource ?? octets(''))).toContain('"old"');
    expect(decision.archive).toEqual({ payload: state.payload, reason: 'displaced' });
  });

  it('PSP-CLS-22: a strategy sees both sides and the content they changed', () => {
    const seen: SyncPayload[] = [];
    const strategy = customStrategy('look', (conflict) => {
      seen.push(conflict.ours, conflict.theirs);
      expect(text(conflict.oursBase!)).toContain('"old"');
      expect(conflict.theirsBase).toBe(conflict.oursBase);
      expect(conflict.reason).toBe('concurrent-changes');
      return 'ours';
    });
    const state = stored(ours);
    decideWith(strategy)(state, theirs);
    expect(seen).toEqual([state.payload, theirs]);
  });
});

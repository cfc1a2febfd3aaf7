import { describe, expect, it } from 'vitest';
import type { SyncPayload } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { customStrategy, Ours, Theirs, type Conflict } from './conflict-resolution.ts';
import { decideWith } from './decide.ts';
import { strategyLaws } from './strategy.laws.ts';
import { change, changeId, entry, octets, stored, type EntryForm } from './testing/entries.ts';

strategyLaws('Theirs', () => Theirs);
strategyLaws('Ours', () => Ours);
strategyLaws('a custom strategy that defers', () => customStrategy('defer', () => 'defer'));
strategyLaws('a custom strategy that chooses and merges', () =>
  customStrategy('newest first', ({ ours, theirs, reason }) => {
    if (reason !== 'concurrent-changes' || ours.base === undefined) return 'theirs';
    if (ours.resource.length === 0) return 'ours';
    const id = { ...changeId('c1'), replicaId: changeId('c1').replicaId };
    const merged = { ...theirs, changes: [...theirs.changes, { ...change('c1'), id }] };
    return { merged: { ...merged, resource: entry({ base: 'v1', changes: 'c1' }).resource } };
  }),
);

const ours = { base: 'v1', changes: 'a1', baseFamily: 'old' };
const theirs = { base: 'v1', changes: 'b1' };

function resolving(
  merge: (conflict: Conflict) => unknown,
  sides: readonly [typeof ours | EntryForm, EntryForm] = [ours, theirs],
): () => unknown {
  const strategy = customStrategy('mine', merge as never);
  return () => decideWith(strategy)(stored(sides[0]), entry(sides[1]));
}

const merging = (
  merge: (conflict: Conflict) => SyncPayload,
  sides?: readonly [EntryForm, EntryForm],
): (() => unknown) => resolving((conflict) => ({ merged: merge(conflict) }), sides);

describe('what a strategy may not return', () => {
  it.each([
    ['nothing', () => undefined],
    ['another word', () => 'both'],
    ['an object without merged', () => ({ resource: 'x' })],
  ])('PSP-CLS-22: %s', (_title, answer) => {
    expect(resolving(answer)).toThrow(UsageError);
    expect(resolving(answer)).toThrow('the conflict strategy "mine" returned no resolution');
  });

  it('PSP-CLS-17: their resource with our changes, or ours with theirs', () => {
    const half = "combined one side's resource with the other side's changes";
    expect(merging((c) => ({ ...c.ours, resource: c.theirs.resource }))).toThrow(half);
    expect(merging((c) => ({ ...c.theirs, resource: c.ours.resource }))).toThrow(half);
    const versions: [EntryForm, EntryForm] = [
      { base: 'v1!', family: 'x' },
      { base: 'v2', family: 'y' },
    ];
    expect(merging((c) => ({ ...c.ours, resource: c.theirs.resource }), versions)).toThrow(half);
  });

  it('PSP-CLS-20: another resource, an invalid entry, a base of nobody', () => {
    expect(merging((c) => ({ ...c.ours, resourceId: 'p2' }))).toThrow('into another resource');
    const invalid = 'into an invalid entry (PSP-DATA-4)';
    expect(merging((c) => ({ ...c.ours, resource: octets('{') }))).toThrow(invalid);
    const base = { versionId: 'v9', lastUpdated: '' };
    expect(merging((c) => ({ ...c.ours, base }))).toThrow('a base that neither side has');
  });

  it('PSP-CHG-2: a known change with other content', () => {
    const altered = change('a1', '[]');
    expect(merging((c) => ({ ...c.ours, changes: [altered] }))).toThrow('altered a change');
  });

  it('PSP-CLS-20: changes that do not lead to the resource, where the base is known', () => {
    const { resource } = entry({ base: 'v1', family: 'elsewhere' });
    expect(merging((c) => ({ ...c.ours, resource }))).toThrow('do not lead to its resource');
  });

  it('PSP-CHG-2, PSP-CLS-26: under one id with two changes, either side and nothing else', () => {
    const copies: [EntryForm, EntryForm] = [
      { base: 'v1', changes: 'a1' },
      { base: 'v1', changes: 'a1=x' },
    ];
    expect(merging((c) => c.theirs, copies)).not.toThrow();
    expect(merging((c) => c.ours, copies)).not.toThrow();
    const third = merging((c) => ({ ...c.ours, changes: [change('a1=y')] }), copies);
    expect(third).toThrow('altered a change');
    const half = merging((c) => ({ ...c.ours, changes: c.theirs.changes }), copies);
    expect(half).toThrow("combined one side's resource with the other side's changes");
  });

  it('accepts one whole side as a merge', () => {
    expect(merging((c) => c.theirs)).not.toThrow();
    expect(merging((c) => c.ours)).not.toThrow();
  });

  it('a strategy has a name', () => {
    expect(() => customStrategy('', () => 'ours')).toThrow(UsageError);
    expect(() => customStrategy('x'.repeat(65), () => 'ours')).toThrow(UsageError);
  });
});

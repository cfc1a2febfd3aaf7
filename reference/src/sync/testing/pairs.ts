// Random pairs of states of one resource that share a history, for properties of classification.
// The content of a state is its family name; every patch replaces it.
import fc from 'fast-check';
import type { StoredEntry } from '../../store/store.ts';
import type { SyncPayload } from '../../wire/messages.ts';
import { entry, stored, type EntryForm } from './entries.ts';

/** One state, in the names of `entries.ts`. */
export interface Side {
  readonly base: string | undefined;
  /** The family name at the base; undefined: no base, or deleted there. */
  readonly baseFamily: string | undefined;
  readonly changes: readonly string[];
  readonly absorbed: readonly string[];
}

/** The receiver's state, the sender's, and whether the receiver has the content of its base. */
export interface Pair {
  readonly ours: Side;
  readonly theirs: Side;
  readonly known: boolean;
}

/** Where a list of changes leads; undefined: deleted, or not there yet. */
export function familyAfter(
  changes: readonly string[],
  start: string | undefined,
): string | undefined {
  let family = start;
  for (const name of changes) {
    const [bare = '', given] = name.replace(/^[+-]/, '').split('=');
    if (name.startsWith('-')) family = undefined;
    else family = given ?? (name.startsWith('+') ? 'new' : bare);
  }
  return family;
}

function formOf({ base, baseFamily, changes, absorbed }: Side): EntryForm {
  const family = familyAfter(changes, baseFamily);
  return {
    ...(base === undefined ? {} : { base }),
    changes: changes.join(' '),
    absorbed: absorbed.join(' '),
    ...(family === undefined ? { gone: true } : { family }),
  };
}

/** A state as it is sent. */
export function entryOfSide(side: Side): SyncPayload {
  return entry(formOf(side));
}

/** A state as it is held. */
export function storedSide(side: Side, known: boolean): StoredEntry {
  const { base, baseFamily, changes } = side;
  const isKept = known && base !== undefined && changes.length > 0 && baseFamily !== undefined;
  return stored({ ...formOf(side), ...(isKept ? { baseFamily } : {}) });
}

const history = fc
  .record({
    updates: fc.uniqueArray(fc.constantFrom('a2', 'b1', 'b2', 'c1'), { maxLength: 3 }),
    born: fc.boolean(),
    dies: fc.nat(3).map((n) => n === 0),
  })
  .map(({ updates, born, dies }) => [
    ...(born ? ['+a1'] : []),
    ...updates,
    ...(dies ? ['-d1'] : []),
  ]);

const choices = fc.record({
  start: fc.nat(4),
  length: fc.nat(4),
  version: fc.option(fc.constantFrom('v1', 'v2', 'v3', 'v3!'), { freq: 2 }),
  own: fc.nat(5),
  copy: fc.nat(9),
  forgets: fc.nat(5),
  knowsMore: fc.nat(9),
  otherContent: fc.nat(5),
});

type Choices = typeof choices extends fc.Arbitrary<infer T> ? T : never;

function sideFrom(story: readonly string[], by: Choices, owner: string): Side {
  const isBorn = story[0]?.startsWith('+') === true;
  const start = Math.min(by.start, story.length);
  const base = isBorn && start === 0 ? undefined : (by.version ?? `v${start + 1}`);
  const reached = familyAfter(story.slice(0, start), isBorn ? undefined : 'old');
  const baseFamily = reached === undefined || by.otherContent > 0 ? reached : 'other';
  let changes = story.slice(start, base === undefined ? Math.max(1, by.length) : start + by.length);
  // Nothing is left to change where the server has deleted it.
  if (base !== undefined && baseFamily === undefined) changes = [];
  const isOpen = base === undefined || baseFamily !== undefined;
  const ends = changes.at(-1)?.startsWith('-') === true;
  if (by.own === 0 && isOpen && !ends) changes = [...changes, `${owner}9`];
  if (by.copy === 0 && changes.length > 0 && !ends) {
    changes = [...changes.slice(0, -1), `${(changes.at(-1) ?? '').split('=')[0] ?? ''}=x`];
  }
  const bare = story.slice(0, start).map((name) => name.replace(/^[+-]/, ''));
  const absorbed = base === undefined ? [] : by.forgets === 0 ? bare.slice(1) : bare;
  const more = by.knowsMore === 0 && base !== undefined ? ['c1'] : [];
  const free = more.filter((name) => !bare.includes(name) && !changes.includes(name));
  return { base, baseFamily, changes, absorbed: [...absorbed, ...free] };
}

/** Pairs of which every row of the table gets its share. */
export const pairs: fc.Arbitrary<Pair> = fc
  .record({ story: history, ours: choices, theirs: choices, known: fc.nat(4).map((n) => n > 0) })
  .map(({ story, ours, theirs, known }) => ({
    ours: sideFrom(story, ours, 'x'),
    theirs: sideFrom(story, theirs, 'y'),
    known,
  }));

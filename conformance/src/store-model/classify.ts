// Chapter 16.2 once more, from its text: what a receiver does with an entry, by its own state of
// that resource. It knows no strategy and no store.
import { isFault, KitError } from '../fault.ts';
import { compareInstants, parseInstant } from '../json/instant.ts';
import type { Change, ServerVersion } from '../json/entry.ts';
import type { Json } from '../json/json-reader.ts';
import { contentAfter, sameServerContent, type Content } from './content.ts';
import { absorbedBy, beginsWith, idOf, jsonOf, nameOf, type Held, type State } from './state.ts';

/** What a row of the table decides. */
export interface Classified {
  readonly relation: 'STORED' | 'DUPLICATE' | 'FAST_FORWARDED' | 'STALE' | 'REBASED' | 'CONFLICT';
  /** Id of the row. */
  readonly row: string;
  /** What the store holds then; undefined with a conflict. */
  readonly result?: Settled;
}

/** What a store holds of a resource. */
export interface Settled extends Held {
  /** The content where its octets are not determined: those of `state.resource` are one choice. */
  readonly made?: Content;
}

type Base = ServerVersion | undefined;
type Order = 'same' | 'theirs' | 'ours' | 'unknowable';

/** Whether one base is newer than another (PSP-CLS-23). */
function isNewer(one: Base, other: Base): boolean {
  if (one === undefined) return false;
  if (other === undefined) return true;
  const [left, right] = [parseInstant(one.lastUpdated), parseInstant(other.lastUpdated)];
  return left !== undefined && right !== undefined && compareInstants(left, right) > 0;
}

function orderOf(theirs: Base, ours: Base): Order {
  if (theirs?.versionId === ours?.versionId) return 'same';
  if (isNewer(theirs, ours)) return 'theirs';
  return isNewer(ours, theirs) ? 'ours' : 'unknowable';
}

/** A state with the absorbed ids of another one that PSP-CLS-24 adds to it. */
export function withAbsorbed(kept: State, other: State): State {
  const order = orderOf(kept.base, other.base);
  if (order !== 'same' && order !== 'theirs') return kept;
  const known = new Set([...absorbedBy(kept), ...kept.changes.map(idOf)]);
  const added = other.absorbed.filter((id) => !known.has(nameOf(id)));
  return added.length === 0 ? kept : { ...kept, absorbed: [...kept.absorbed, ...added] };
}

/** Whether a list is some of a set, followed by a beginning of another list. */
function isAbsorbedThen(
  list: readonly Change[],
  absorbed: ReadonlySet<string>,
  other: readonly Change[],
): boolean {
  for (let split = 0; split <= list.length; split += 1) {
    if (beginsWith(other, list.slice(split))) return true;
    const next = list[split];
    if (next === undefined || !absorbed.has(idOf(next))) return false;
  }
  return false;
}

/** How many changes from the first on a set names, if it names none of the others. */
function absorbedPrefix(
  list: readonly Change[],
  absorbed: ReadonlySet<string>,
): number | undefined {
  const first = list.findIndex((change) => !absorbed.has(idOf(change)));
  const length = first < 0 ? list.length : first;
  return list.slice(length).some((change) => absorbed.has(idOf(change))) ? undefined : length;
}

const encoder = new TextEncoder();

/** Some octets of a content; which ones is not determined. */
export function octetsOf(content: Content): Uint8Array {
  return content === null ? new Uint8Array() : encoder.encode(textOf(content));
}

function textOf(json: Json): string {
  switch (json.type) {
    case 'object': {
      const members = [...json.members].map(
        ([key, value]) => `${JSON.stringify(key)}:${textOf(value)}`,
      );
      return `{${members.join(',')}}`;
    }
    case 'array':
      return `[${json.items.map(textOf).join(',')}]`;
    case 'string':
      return JSON.stringify(json.text);
    case 'number':
      return json.lexeme;
    case 'literal':
      return `${json.value}`;
  }
}

/** Changes put on top of a newer base; undefined where they do not apply. */
function onTop(newer: State, content: Json, rest: readonly Change[]): Settled | undefined {
  const made = contentAfter(content, rest, newer.base);
  if (isFault(made)) return undefined;
  const state = { ...newer, resource: octetsOf(made), changes: rest };
  return { state, baseContent: content, made };
}

/** PSP-CLS-10. */
function rebaseOurs(ours: Held, theirs: State): Settled | undefined {
  const { changes, base } = ours.state;
  const length = absorbedPrefix(changes, absorbedBy(theirs));
  if (theirs.changes.length > 0 || theirs.resource.length === 0 || length === undefined) {
    return undefined;
  }
  // Created here: the INSERT stands for the content, so it has to be in the prefix.
  if (base === undefined ? length === 0 : ours.baseContent === undefined) return undefined;
  const before = contentAfter(ours.baseContent ?? null, changes.slice(0, length), base);
  const content = jsonOf(theirs.resource);
  if (isFault(before) || before === null) return undefined;
  if (!sameServerContent(content, before, changes)) return undefined;
  const result = onTop(theirs, content, changes.slice(length));
  return result && { ...result, state: withAbsorbed(result.state, ours.state) };
}

/** PSP-CLS-25. */
function rebaseTheirs(ours: Held, theirs: State): Settled | undefined {
  const { state, baseContent } = ours;
  const length = absorbedPrefix(theirs.changes, absorbedBy(state));
  if (theirs.changes[0]?.type !== 'INSERT' || length === undefined || length === 0) {
    return undefined;
  }
  const rest = theirs.changes.slice(length);
  if (!beginsWith(rest, state.changes) || baseContent === undefined) return undefined;
  const before = contentAfter(null, theirs.changes.slice(0, length));
  if (isFault(before) || before === null) return undefined;
  const both = [...theirs.changes, ...state.changes];
  if (!sameServerContent(baseContent, before, both)) return undefined;
  const result = onTop(state, baseContent, rest);
  return result && { ...result, state: withAbsorbed(result.state, theirs) };
}

/** An entry as a receiver takes it: absorbed ids speak of a base (PSP-DATA-13). */
function understood(entry: State): State {
  return entry.base === undefined ? { ...entry, absorbed: [] } : entry;
}

/** What a receiver holds after it stored an entry as it is. */
export function storeTheirs(ours: Held | undefined, entry: State): Settled {
  const theirs = understood(entry);
  const isSameBase = ours !== undefined && orderOf(theirs.base, ours.state.base) === 'same';
  const own =
    theirs.changes.length === 0 && theirs.resource.length > 0 && theirs.base !== undefined;
  const baseContent = own ? jsonOf(theirs.resource) : isSameBase ? ours.baseContent : undefined;
  const state = ours === undefined ? theirs : withAbsorbed(theirs, ours.state);
  return { state, baseContent };
}

/** What a receiver holds after it left its own state as it is. */
export function keepOurs(ours: Held, entry: State): Settled {
  const theirs = understood(entry);
  return { ...ours, state: withAbsorbed(ours.state, theirs) };
}

/**
 * The row of the table that decides, the first that holds.
 *
 * @param entry - An entry that was checked and not refused.
 */
export function classify(ours: Held | undefined, entry: State): Classified {
  const theirs = understood(entry);
  if (ours === undefined) {
    return { relation: 'STORED', row: 'PSP-CLS-2', result: storeTheirs(undefined, theirs) };
  }
  if (keyDiffers(ours.state, theirs)) throw new KitError('two resources are compared');
  const { changes: o, base } = ours.state;
  const { changes: t } = theirs;
  const order = orderOf(theirs.base, base);
  const take = (row: string): Classified => {
    return { relation: 'FAST_FORWARDED', row, result: storeTheirs(ours, theirs) };
  };
  const leave = (row: string, relation: 'STALE' | 'DUPLICATE' = 'STALE'): Classified => {
    return { relation, row, result: keepOurs(ours, theirs) };
  };
  const conflict: Classified = { relation: 'CONFLICT', row: 'PSP-CLS-11' };
  if (beginsWith(t, o) && t.length === o.length) {
    const row = t.length === 0 ? 'PSP-CLS-7' : 'PSP-CLS-4';
    if (order === 'same') return leave('PSP-CLS-3', 'DUPLICATE');
    if (order === 'theirs') return take(row);
    return order === 'ours' ? leave(row) : { relation: 'CONFLICT', row };
  }
  if (order === 'unknowable') return conflict;
  if (order !== 'ours' && beginsWith(t, o)) return take('PSP-CLS-5');
  if (order !== 'theirs' && beginsWith(o, t)) return leave('PSP-CLS-6');
  if (order === 'same') return conflict;
  if (order === 'theirs') {
    if (isAbsorbedThen(o, absorbedBy(theirs), t)) return take('PSP-CLS-8');
    const result = rebaseOurs(ours, theirs);
    return result ? { relation: 'REBASED', row: 'PSP-CLS-10', result } : conflict;
  }
  if (isAbsorbedThen(t, absorbedBy(ours.state), o)) return leave('PSP-CLS-9');
  const result = rebaseTheirs(ours, theirs);
  return result ? { relation: 'REBASED', row: 'PSP-CLS-25', result } : conflict;
}

function keyDiffers(left: State, right: State): boolean {
  return left.resourceType !== right.resourceType || left.resourceId !== right.resourceId;
}

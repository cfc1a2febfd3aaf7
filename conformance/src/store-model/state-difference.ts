// What a dump says differently of one resource than the model, in sentences for a person. It knows
// no session.
import { isFault } from '../fault.ts';
import type { Entry as EntryValue } from '../control/values.ts';
import type { Change } from '../json/entry.ts';
import { equalJson } from '../json/json-equality.ts';
import { readJson } from '../json/json-reader.ts';
import type { StoreFinding } from '../run/judging.ts';
import { alterationsOf, sayTheSame } from './alteration.ts';
import { contentAfter, type Content } from './content.ts';
import { mergedContent, type Slot } from './model-store.ts';
import {
  absorbedBy,
  beginsWith,
  idOf,
  keyOf,
  nameOf,
  sameChange,
  stateOf,
  type State,
} from './state.ts';

/** The sentence for what nothing in a session accounts for. */
const untouched = 'PSP-ATOM-2';

/** Builds a finding about a resource. */
export function about(requirement: string, state: State, detail: string): StoreFinding {
  return { requirement, level: 'MUST', detail: `${keyOf(state)}: ${detail}` };
}

/** Where two octet strings part. */
function parting(left: Uint8Array, right: Uint8Array): number {
  const at = left.findIndex((octet, i) => octet !== right[i]);
  return at < 0 ? left.length : at;
}

function contentOf({ resource }: State): Content | undefined {
  if (resource.length === 0) return null;
  const json = readJson(resource);
  return isFault(json) ? undefined : json;
}

function sameContent(left: Content | undefined, right: Content | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  return left === null || right === null ? left === right : equalJson(left, right);
}

function resourceDifference(slot: Slot, found: State): string | undefined {
  const { state, made } = slot;
  if (made !== undefined) {
    const same = sameContent(made, contentOf(found));
    return same ? undefined : 'the resource is not the newer base with the rest applied';
  }
  if (Buffer.compare(state.resource, found.resource) === 0) return undefined;
  if (state.resource.length === 0) return 'it has a resource, it is deleted by the model';
  if (found.resource.length === 0) return 'it is deleted, the model has a resource';
  const at = parting(state.resource, found.resource);
  const kind = sayTheSame(state.resource, found.resource) ? ', with the same content' : '';
  return `the resource differs at octet ${at}${kind}`;
}

const shown = (change: Change): string => `${change.type} ${idOf(change)}`;

function changesDifference(expected: State, found: State): string | undefined {
  for (const [i, change] of expected.changes.entries()) {
    const other = found.changes[i];
    if (other === undefined) return `change ${i} (${shown(change)}) is missing`;
    if (sameChange(change, other)) continue;
    const isPayload = idOf(change) === idOf(other) && change.type === other.type;
    if (isPayload) return `the payload of change ${i} (${shown(change)}) differs`;
    return `change ${i} is ${shown(other)}, the model has ${shown(change)}`;
  }
  const more = found.changes[expected.changes.length];
  return more === undefined ? undefined : `a change too many: ${shown(more)}`;
}

function authorsDifference(expected: State, found: State): string | undefined {
  for (const [i, change] of expected.changes.entries()) {
    const other = found.changes[i];
    if (other?.recordedAt !== change.recordedAt) return `recorded_at of change ${i} differs`;
    if (other.baseVersionId !== change.baseVersionId) {
      return `base_version_id of change ${i} differs`;
    }
  }
  return undefined;
}

function baseDifference(expected: State, found: State): string | undefined {
  const words = ({ base }: State): string =>
    base === undefined ? 'none' : `${base.versionId} ${base.lastUpdated}`.trim();
  const [left, right] = [words(expected), words(found)];
  return left === right ? undefined : `its base is ${right}, the model has ${left}`;
}

/** How many absorbed ids a store has to keep; older ones may be dropped. */
const absorbedMax = 1_000;

function absorbedDifference(expected: State, found: State): string | undefined {
  // Absorbed ids speak of a base; without one they are nothing (PSP-DATA-13).
  if (expected.base === undefined) return undefined;
  const [left, right] = [absorbedBy(expected), absorbedBy(found)];
  const surplus = [...right].find((id) => !left.has(id));
  if (surplus !== undefined) return `absorbed id ${surplus} is there, the model has none`;
  const missing = [...left].find((id) => !right.has(id));
  if (missing === undefined || left.size > absorbedMax) return undefined;
  return `absorbed id ${missing} is missing`;
}

/**
 * What a dumped entry says differently.
 *
 * @param replica - The store's own replica id, where the dump says it.
 */
export function slotDifferences(slot: Slot, value: EntryValue, replica?: string): StoreFinding[] {
  const found = stateOf(value);
  if (slot.merged !== undefined) return mergeDifferences(slot, slot.merged, found, replica);
  const { state, rule = untouched } = slot;
  const told: readonly (readonly [string, string | undefined])[] = [
    [rule, baseDifference(state, found)],
    [rule, changesDifference(state, found)],
    [isRewritten(slot, found) ? 'PSP-DATA-1' : rule, resourceDifference(slot, found)],
    ['PSP-CLS-19', changesDifference(state, found) ?? authorsDifference(state, found)],
    ['PSP-CLS-24', absorbedDifference(state, found)],
    ...alterationsOf(state, found, slot.made !== undefined),
  ];
  const seen = new Set<string>();
  return told.flatMap(([requirement, detail]) => {
    if (detail === undefined || seen.has(detail)) return [];
    seen.add(detail);
    return [about(requirement, state, detail)];
  });
}

function isRewritten({ state, made }: Slot, found: State): boolean {
  return made === undefined && sayTheSame(state.resource, found.resource);
}

/** A merge is judged by its laws: one list stays, what follows is new and leads to the resource. */
function mergeDifferences(
  slot: Slot,
  merged: NonNullable<Slot['merged']>,
  found: State,
  replica: string | undefined,
): StoreFinding[] {
  const sides = [merged.theirs, merged.ours.state];
  const kept = sides.find((side) => beginsWith(found.changes, side.changes));
  const rule = 'PSP-CLS-20';
  if (kept === undefined) {
    return [about(rule, slot.state, 'its list begins with neither list of the conflict')];
  }
  const fresh = found.changes.slice(kept.changes.length);
  const known = new Set(sides.flatMap(({ changes }) => changes.map(idOf)));
  const old = fresh.find((change) => known.has(idOf(change)));
  if (old !== undefined) return [about(rule, slot.state, `${shown(old)} is no new change`)];
  const borrowed = fresh.find((change) => isBorrowed(change, sides, replica));
  if (borrowed !== undefined) {
    return [
      about(rule, slot.state, `${shown(borrowed)} has an id that is another store's to give`),
    ];
  }
  const base = baseDifference(kept, found);
  if (base !== undefined) return [about('PSP-CLS-17', slot.state, base)];
  const content = contentOf(kept);
  const after = content === undefined ? undefined : contentAfter(content, fresh);
  if (after === undefined || isFault(after) || !sameContent(after, contentOf(found))) {
    return [about('PSP-CLS-17', slot.state, 'its changes do not lead to its resource')];
  }
  const expected = mergedContent(merged);
  if (expected === undefined || sameContent(expected, contentOf(found))) return [];
  const detail = 'its content is not the one of section 16.4';
  return [{ ...about(rule, slot.state, detail), level: 'SHOULD' }];
}

/** PSP-CHG-1: under the replica id of the other side another store goes on counting. */
function isBorrowed(change: Change, sides: readonly State[], replica: string | undefined): boolean {
  const replicaOf = (one: Change): string => idOf(one).split('/')[0] ?? '';
  if (replica === undefined || replicaOf(change) === replica.toLowerCase()) return false;
  return sides.some(({ changes }) => changes.some((one) => replicaOf(one) === replicaOf(change)));
}

/** Whether an archived entry is a state. */
export function isArchived(value: EntryValue, state: State): boolean {
  const found = stateOf(value);
  return (
    keyOf(found) === keyOf(state) &&
    baseDifference(state, found) === undefined &&
    changesDifference(state, found) === undefined &&
    Buffer.compare(found.resource, state.resource) === 0
  );
}

/** Names of changes as a person reads them. */
export function changeNames({ changes }: State): string {
  return changes.map(({ id }) => (id === undefined ? '?' : nameOf(id))).join(', ') || 'no changes';
}

// Strategies that put what was done here on top of the server's version: what does not meet what
// others did there, or all of it where the user says so. Pure; knows no store and no connection.
import { replay } from '../fhir/change-list.ts';
import { diffPatch } from '../fhir/diff.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import {
  equalJson,
  isJsonObject,
  jsonAt,
  serverMetaKeys,
  type JsonObject,
  type JsonValue,
} from '../fhir/json-value.ts';
import { encodePatch } from '../fhir/patch.ts';
import {
  customStrategy,
  type Conflict,
  type ConflictResolutionStrategy,
  type Resolution,
} from '../sync/conflict-resolution.ts';
import { absorbedPrefix } from '../sync/change-set.ts';
import { withUpdate } from '../sync/conflict-synthesis.ts';
import {
  changedByTheirs,
  mergeMembers,
  plainNames,
  undoneMembers,
  type MergeContents,
} from '../sync/merge-members.ts';
import { mergeObstacle, type MergeObstacle } from '../sync/merge-obstacle.ts';
import { touchedMembers } from '../sync/touched-members.ts';
import type { LocalChange } from '../wire/messages.ts';

/**
 * Puts our changes on top of the server's newer version where no member of the resource was changed
 * both there and here (an array is one member); `fallback` decides every other conflict. What ours
 * did becomes one change of this store (PSP-CLS-20), the changes it is made of are archived.
 *
 * @throws UsageError when the fallback's name is too long to be named.
 */
export function mergeOntoServer(fallback: ConflictResolutionStrategy): ConflictResolutionStrategy {
  return customStrategy(
    `merge, else ${fallback.name}`,
    (conflict) => mergeOf(conflict) ?? fallback.resolve(conflict),
  );
}

/**
 * Puts our state as it is on top of the server's version: the difference becomes one change of this
 * store (PSP-CLS-20), the changes that led to our state are archived (PSP-CLS-15). What others did
 * there is undone where it differs, so this is for a user who has seen it; what the server keeps in
 * `meta` stays unless ours changed it. `fallback` decides where nothing can be put on top: of a
 * deletion there (S14), of a peer's changes, in a copied store.
 *
 * @throws UsageError when the fallback's name is too long to be named.
 */
export function oursOntoServer(fallback: ConflictResolutionStrategy): ConflictResolutionStrategy {
  return customStrategy(
    `ours on top, else ${fallback.name}`,
    (conflict) => restated(conflict) ?? fallback.resolve(conflict),
  );
}

/** What a merge onto the server's version starts from; undefined where that is not known here. */
function contentsOntoServer(conflict: Conflict): MergeContents | undefined {
  const { ours, oursBase } = conflict;
  const theirs = contentThere(conflict);
  // PSP-CLS-12: without the content that both changed nothing tells who changed what.
  const base = oursBase && objectOf(oursBase);
  if (theirs === undefined || base === undefined) return undefined;
  // What the server has of ours is common to both: undone here since, it is a change of ours.
  const contained = absorbedPrefix(ours.changes, conflict.theirs.absorbed);
  const before = replay(ours.changes.slice(0, contained), base);
  if (isEntryFault(before) || !isJsonObject(before)) return undefined;
  const own = ours.changes.slice(contained);
  const here = replay(own, before);
  if (isEntryFault(here) || !isJsonObject(here)) return undefined;
  const isSourceOurs = !equalJson(sourceOf(before), sourceOf(here));
  const keys = isSourceOurs ? serverMetaKeys : [...serverMetaKeys, 'source'];
  const contents: MergeContents = {
    ancestor: withMetaKeysOf(theirs, before, keys),
    ours: withMetaKeysOf(theirs, here, keys),
    theirs,
    oursTouched: touchedMembers(own),
    theirsTouched: conflict.touchedThere ?? new Set(),
  };
  return { ...contents, theirsTouched: touchedWithOurs(contents, own) };
}

/**
 * What others touched, with all that those changes of ours touch that may be among it: where the
 * server changed one member that a change of ours touches, it may have had the whole change, and
 * those before it, from somebody who carried them, and have taken parts of it back since.
 */
function touchedWithOurs(
  contents: MergeContents,
  own: readonly LocalChange[],
): ReadonlySet<string> {
  const last = own.findLastIndex((change) => changedByTheirs(contents, touchedMembers([change])));
  const carried = touchedMembers(own.slice(0, last + 1));
  return new Set([...contents.theirsTouched, ...carried]);
}

/** Why a merge onto the server's version is not possible. */
export function obstacleOntoServer(conflict: Conflict): MergeObstacle {
  const contents = contentsOntoServer(conflict);
  const obstacle = mergeObstacle(conflict, contents);
  if (contents === undefined || obstacle.kind !== 'too-large') return obstacle;
  const members = plainNames(undoneMembers(contents, 'ours'));
  return members.length > 0 ? { kind: 'undone', members } : obstacle;
}

function mergeOf(conflict: Conflict): Resolution | undefined {
  if (conflict.reason === 'copied-store') return undefined;
  const contents = contentsOntoServer(conflict);
  const merged = contents && mergeMembers(contents);
  if (contents === undefined || merged === undefined) return undefined;
  // The server would not show that it was taken back: whoever still carries it would bring it.
  if (undoneMembers(contents, 'ours').size > 0) return undefined;
  return ontoServer(conflict, contents.theirs, merged);
}

function restated(conflict: Conflict): Resolution | undefined {
  const theirs = contentThere(conflict);
  if (theirs === undefined || conflict.reason === 'copied-store') return undefined;
  // No patch says that what is there is to be deleted.
  if (conflict.ours.resource.length === 0) return { onto: 'theirs', patch: new Uint8Array(0) };
  const contents = contentsOntoServer(conflict);
  const ours = contents?.ours ?? objectOf(conflict.ours.resource);
  if (ours === undefined) return undefined;
  const isMetaOurs = contents === undefined ? ours.has('meta') : !haveOneMeta(contents);
  return ontoServer(conflict, theirs, isMetaOurs ? ours : withMember(ours, 'meta', theirs));
}

/** The server's content, where it is a version and not a deletion. */
function contentThere({ theirs }: Conflict): JsonObject | undefined {
  return theirs.changes.length > 0 ? undefined : objectOf(theirs.resource);
}

function ontoServer(
  { theirs }: Conflict,
  there: JsonObject,
  wanted: JsonObject,
): Resolution | undefined {
  const patch = patchOf(there, wanted);
  if (patch === undefined || patch === 'none') return patch && 'theirs';
  const synthesis = withUpdate(theirs, theirs.resource, patch);
  return isEntryFault(synthesis) ? undefined : { onto: 'theirs', patch };
}

function patchOf(before: JsonObject, after: JsonObject): Uint8Array | 'none' | undefined {
  try {
    const operations = diffPatch(before, after, { hasBase: true });
    return operations.length === 0 ? 'none' : encodePatch(operations);
  } catch (error) {
    // More operations than a patch may have, or a difference that no patch can say.
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function haveOneMeta({ ancestor, ours }: MergeContents): boolean {
  return equalJson(ancestor.get('meta') ?? null, ours.get('meta') ?? null);
}

function sourceOf(content: JsonObject): JsonValue {
  return jsonAt(content, 'meta', 'source') ?? null;
}

/** What servers write by themselves differs in each version, and is nobody's change. */
function withMetaKeysOf(
  theirs: JsonObject,
  content: JsonObject,
  keys: readonly string[],
): JsonObject {
  const [given, own] = [theirs.get('meta'), content.get('meta')];
  let meta: JsonObject = isJsonObject(own) ? own : new Map();
  for (const key of keys) meta = withMember(meta, key, isJsonObject(given) ? given : new Map());
  return meta.size === 0 && own === undefined ? content : new Map(content).set('meta', meta);
}

function withMember(content: JsonObject, key: string, from: JsonObject): JsonObject {
  const value = from.get(key);
  const copy = new Map(content);
  if (value === undefined) copy.delete(key);
  else copy.set(key, value);
  return copy;
}

function objectOf(octets: Uint8Array): JsonObject | undefined {
  if (octets.length === 0) return undefined;
  const value = parseLossless(octets);
  return isEntryFault(value) || !isJsonObject(value) ? undefined : value;
}

// What a local create, update, delete or server import makes of an entry: pure rules over the state
// before and the octets given. Knows nothing of tables and transactions.
import { replay } from '../fhir/change-list.ts';
import { diffPatch } from '../fhir/diff.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import type { JsonValue } from '../fhir/json-value.ts';
import { encodePatch, type PatchOperation } from '../fhir/patch.ts';
import {
  ChangeType,
  type ChangeId,
  type LocalChange,
  type ServerVersion,
} from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { contentOf, serverVersionOf, type LocalResource } from './local-resource.ts';
import type { ImportResult, StoredEntry } from './store.ts';
import type { EntryState } from './tables.ts';

/** Takes the id of a new change; called only when a change is made. */
export type NextChangeId = () => ChangeId;

/**
 * The state after a local create. Where the server's deletion is all that is left of an earlier
 * resource of that id, the new one follows it: it has no base, as every creation (PSP-CHG-5), so no
 * absorbed ids either, for those are inside a base (PSP-DATA-13), and its INSERT names the deletion
 * as the version that its author knew.
 *
 * @throws UsageError when the id is taken, by a deletion that is not settled too: the change list
 * has no place for a second INSERT (PSP-CHG-4).
 */
export function createdState(
  current: StoredEntry | undefined,
  given: LocalResource,
  recordedAt: string,
  nextId: NextChangeId,
): EntryState {
  const { resourceType, id } = given;
  const refusal = refusalToCreate(current);
  if (refusal !== undefined) throw new UsageError(refusal);
  const deletion = current?.payload.base?.versionId ?? '';
  const insert = change(nextId(), ChangeType.INSERT, given.octets, deletion, recordedAt);
  return {
    payload: {
      resourceType,
      resourceId: id,
      // PSP-DATA-9: no base, even where the resource brings a meta.versionId of somewhere else.
      base: undefined,
      resource: given.octets,
      changes: [insert],
      absorbed: [],
    },
    baseResource: undefined,
    origin: undefined,
    changesKept: 0,
  };
}

/**
 * Why a resource cannot be created where that entry is, and what to do instead; undefined where it
 * can. A DELETE that no server has seen ends its list (PSP-CHG-4): nothing can follow it there, and
 * without it those who have the resource would take the new one for another edit of it.
 */
export function refusalToCreate(current: StoredEntry | undefined): string | undefined {
  if (current === undefined) return undefined;
  const { resourceType, resourceId, base, changes, resource } = current.payload;
  const name = `${resourceType}/${resourceId}`;
  if (resource.length > 0) return `${name} exists already; update it instead`;
  if (changes.length === 0) return undefined;
  return base === undefined
    ? `${name} was created and deleted again, and other devices may know it; use a new id`
    : `${name} was deleted, and the server does not know yet; upload first, or use a new id`;
}

/**
 * The state after a local update; undefined when the content is equal outside server-owned meta,
 * which no change may touch (PSP-CHG-8).
 *
 * @throws UsageError when there is nothing to update, or the patch would be too long (PSP-LIM-4).
 */
export function updatedState(
  current: StoredEntry | undefined,
  given: LocalResource,
  recordedAt: string,
  nextId: NextChangeId,
): EntryState | undefined {
  const name = `${given.resourceType}/${given.id}`;
  const live = liveEntry(name, current, 'update');
  const hasBase = live.payload.base !== undefined;
  const patch = difference(name, endOf(live), contentOf(given.octets), hasBase);
  if (patch.length === 0) return undefined;
  const octets = encodePatch(patch);
  return withChange(live, ChangeType.UPDATE, octets, given.octets, recordedAt, nextId);
}

/**
 * The state after a local delete: the tombstone keeps base and changes.
 *
 * @throws UsageError when there is nothing to delete.
 */
export function deletedState(
  name: string,
  current: StoredEntry | undefined,
  recordedAt: string,
  nextId: NextChangeId,
): EntryState {
  const live = liveEntry(name, current, 'delete');
  const nothing = new Uint8Array(0);
  return withChange(live, ChangeType.DELETE, nothing, nothing, recordedAt, nextId);
}

/**
 * The state after the server's version of a resource was read, or why nothing is to be written.
 *
 * @throws UsageError when the resource has no meta.versionId.
 */
export function importedState(
  current: StoredEntry | undefined,
  given: LocalResource,
): EntryState | Exclude<ImportResult, 'imported'> {
  const { resourceType, id } = given;
  const base = serverVersionOf(given);
  if (current !== undefined) {
    if (current.payload.changes.length > 0) return 'kept-local-changes';
    if (isSameVersion(current, given.octets, base)) return 'unchanged';
  }
  return {
    payload: {
      resourceType,
      resourceId: id,
      base,
      resource: given.octets,
      changes: [],
      // What was inside the version before is inside this one too.
      absorbed: current?.payload.absorbed ?? [],
    },
    baseResource: undefined,
    origin: undefined,
    changesKept: 0,
  };
}

function isSameVersion(current: StoredEntry, octets: Uint8Array, base: ServerVersion): boolean {
  const { base: present, resource } = current.payload;
  return (
    present?.versionId === base.versionId &&
    present.lastUpdated === base.lastUpdated &&
    Buffer.compare(resource, octets) === 0
  );
}

function liveEntry(
  name: string,
  current: StoredEntry | undefined,
  verb: 'update' | 'delete',
): StoredEntry {
  if (current === undefined) {
    throw new UsageError(`${name} is not here, so there is nothing to ${verb}; create it first`);
  }
  if (current.payload.resource.length === 0) {
    const next =
      verb === 'update' && current.payload.changes.length === 0 ? '; create it again' : '';
    throw new UsageError(`${name} is deleted, so there is nothing to ${verb}${next}`);
  }
  return current;
}

/**
 * What a further patch will be applied to: where the changes lead, not the device's own text, for
 * that may lack or alter what changes never touch in `meta` (PSP-CHG-8, PSP-CHG-10).
 */
function endOf({ payload, baseResource }: StoredEntry): JsonValue {
  const stored = contentOf(payload.resource);
  if (payload.changes.length === 0) return stored;
  // Of a received entry the base's content may be unknown: the text is all there is.
  if (payload.base !== undefined && baseResource === undefined) return stored;
  const end = replay(payload.changes, baseResource && contentOf(baseResource), payload.base);
  return end === undefined || isEntryFault(end) ? stored : end;
}

function difference(
  name: string,
  before: JsonValue,
  after: JsonValue,
  hasBase: boolean,
): readonly PatchOperation[] {
  try {
    return diffPatch(before, after, { hasBase });
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new UsageError(`no one change leads to this ${name}: ${error.message}`, { cause: error });
  }
}

function withChange(
  current: StoredEntry,
  type: ChangeType,
  changePayload: Uint8Array,
  resource: Uint8Array,
  recordedAt: string,
  nextId: NextChangeId,
): EntryState {
  const { payload } = current;
  const versionId = payload.base?.versionId ?? '';
  return {
    payload: {
      ...payload,
      resource,
      changes: [...payload.changes, change(nextId(), type, changePayload, versionId, recordedAt)],
    },
    // PSP-CLS-12: the first change is where the server's content would be lost; keep it.
    baseResource:
      payload.changes.length === 0 && payload.base !== undefined
        ? payload.resource
        : current.baseResource,
    // Edited here: no longer what the peer has, so it may go back to it (PSP-SEL-6).
    origin: undefined,
    changesKept: payload.changes.length,
  };
}

function change(
  id: ChangeId,
  type: ChangeType,
  payload: Uint8Array,
  baseVersionId: string,
  recordedAt: string,
): LocalChange {
  return { id, type, payload, baseVersionId, recordedAt };
}

// What an entry becomes once the FHIR server holds changes of it: a pure rule over the state before
// and what the server was seen to hold. Knows nothing of tables and of how an upload is done.
import { rebase, replay } from '../fhir/change-list.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { isServerContent } from '../fhir/server-content.ts';
import { ENTRY_ABSORBED } from '../wire/limits.ts';
import type { ChangeId, LocalChange, ServerVersion } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { readLocalResource } from './local-resource.ts';
import type { StoredEntry, UploadedResult, UploadedVersion } from './store.ts';
import type { EntryState } from './tables.ts';

/**
 * The state after the server's version is known, or why nothing is to be written.
 *
 * @throws UsageError when the content is no resource of that name.
 */
export function uploadedState(
  current: StoredEntry | undefined,
  uploaded: UploadedVersion,
): { readonly result: UploadedResult; readonly next?: EntryState } {
  checkContent(uploaded);
  if (current === undefined) return { result: 'changed-meanwhile' };
  const { base, changes } = current.payload;
  const { contained, resource } = uploaded;
  if (base?.versionId !== uploaded.baseVersionId || !beginsWith(changes, contained)) {
    return { result: isAbsorbed(current, idsOf(contained)) ? 'settled' : 'changed-meanwhile' };
  }
  const rest = changes.slice(contained.length);
  if (rest.length === 0) {
    return { result: 'settled', next: stateOf(current, uploaded, resource, [], undefined) };
  }
  const onTop = resultOf(current, uploaded, rest);
  if (onTop === undefined) return { result: 'content-differs' };
  return { result: 'rebased', next: stateOf(current, uploaded, onTop, rest, resource) };
}

function stateOf(
  current: StoredEntry,
  { version, contained }: UploadedVersion,
  resource: Uint8Array,
  changes: LocalChange[],
  baseResource: Uint8Array | undefined,
): EntryState {
  const { payload } = current;
  const base: ServerVersion = { versionId: version.versionId, lastUpdated: version.lastUpdated };
  const ids = idsOf(contained);
  const known = payload.absorbed.filter((id) => !ids.some((other) => isSame(id, other)));
  // The oldest are dropped: forgetting one may cost a conflict, never a change.
  const absorbed = [...known, ...ids].slice(-ENTRY_ABSORBED);
  return {
    payload: { ...payload, resource, base, changes, absorbed },
    baseResource,
    // No peer has this state.
    origin: undefined,
    changesKept: 0,
  };
}

/** The content with the rest on top; undefined where that was made for other content. */
function resultOf(
  { payload, baseResource }: StoredEntry,
  uploaded: UploadedVersion,
  rest: readonly LocalChange[],
): Uint8Array | undefined {
  if (uploaded.resource.length === 0) return undefined;
  const { changes } = payload;
  const base = baseResource ?? uploaded.baseResource;
  if (payload.base !== undefined && base === undefined) return undefined;
  const start = base === undefined ? undefined : parseLossless(base);
  if (isEntryFault(start)) return undefined;
  const prefix = changes.slice(0, uploaded.contained.length);
  const expected = replay(prefix, start, payload.base);
  const found = parseLossless(uploaded.resource);
  if (expected === undefined || isEntryFault(expected) || isEntryFault(found)) return undefined;
  // PSP-CLS-12: a patch that applies to other content is silently wrong.
  if (!isServerContent(expected, found, changes)) return undefined;
  const result = rebase(uploaded.resource, rest, uploaded.version);
  return isEntryFault(result) ? undefined : result;
}

function checkContent({ resource, resourceType, resourceId, version }: UploadedVersion): void {
  if (version.versionId === '') throw new UsageError('a server version has a version id');
  if (resource.length === 0) return;
  const given = readLocalResource(resource);
  if (given.resourceType === resourceType && given.id === resourceId) return;
  throw new UsageError(`the server's content names ${given.resourceType}/${given.id}`);
}

// PSP-CLS-26: the state of a store that was copied may have come in under way, with the very ids.
function beginsWith(changes: readonly LocalChange[], sent: readonly LocalChange[]): boolean {
  return sent.every(({ id, type, payload }, index) => {
    const here = changes[index];
    if (id === undefined || here?.type !== type || !isSame(id, here.id)) return false;
    return Buffer.compare(payload, here.payload) === 0;
  });
}

function idsOf(changes: readonly LocalChange[]): ChangeId[] {
  return changes.flatMap(({ id }) => (id === undefined ? [] : [id]));
}

function isAbsorbed({ payload }: StoredEntry, ids: readonly ChangeId[]): boolean {
  return (
    ids.length > 0 && ids.every((id) => payload.absorbed.some((absorbed) => isSame(id, absorbed)))
  );
}

function isSame(a: ChangeId, b: ChangeId | undefined): boolean {
  return a.counter === b?.counter && Buffer.compare(a.replicaId, b.replicaId) === 0;
}

// Copies of messages that share no octets with the original, in one normal form: no field for
// unknown fields where there are none. Knows only the messages' shape.
import type { ChangeId, LocalChange, ServerVersion, SyncPayload } from '../wire/messages.ts';
import type { StoredEntry } from './store.ts';

/** Unknown fields of a message, by tag; as the generated code keeps them (PSP-MSG-11). */
export type UnknownFields = { [key: number]: Uint8Array[] } | undefined;

/** True when a message has fields unknown to this version. */
export function hasUnknown(fields: UnknownFields): boolean {
  if (fields === undefined) return false;
  for (const _tag in fields) return true;
  return false;
}

/** Copies unknown fields; undefined when there are none. */
export function copyUnknown(fields: UnknownFields): UnknownFields {
  if (fields === undefined || !hasUnknown(fields)) return undefined;
  const copy: { [key: number]: Uint8Array[] } = {};
  for (const [tag, values] of Object.entries(fields)) {
    copy[Number(tag)] = values.map(copyOctets);
  }
  return copy;
}

/** Copies a change id. */
export function copyChangeId(id: ChangeId): ChangeId {
  return {
    replicaId: copyOctets(id.replicaId),
    counter: id.counter,
    _unknownFields: copyUnknown(id._unknownFields),
  };
}

/** Copies a server version. */
export function copyVersion(version: ServerVersion): ServerVersion {
  return {
    versionId: version.versionId,
    lastUpdated: version.lastUpdated,
    _unknownFields: copyUnknown(version._unknownFields),
  };
}

/** Copies a local change. */
export function copyChange(change: LocalChange): LocalChange {
  return {
    id: change.id === undefined ? undefined : copyChangeId(change.id),
    type: change.type,
    payload: copyOctets(change.payload),
    baseVersionId: change.baseVersionId,
    recordedAt: change.recordedAt,
    _unknownFields: copyUnknown(change._unknownFields),
  };
}

/** Copies an entry with all it holds. */
export function copyPayload(payload: SyncPayload): SyncPayload {
  return {
    resourceType: payload.resourceType,
    resourceId: payload.resourceId,
    resource: copyOctets(payload.resource),
    base: payload.base === undefined ? undefined : copyVersion(payload.base),
    changes: payload.changes.map(copyChange),
    absorbed: payload.absorbed.map(copyChangeId),
    _unknownFields: copyUnknown(payload._unknownFields),
  };
}

/** Copies an entry as a store holds it. */
export function copyEntry(entry: StoredEntry): StoredEntry {
  return {
    payload: copyPayload(entry.payload),
    baseResource: entry.baseResource === undefined ? undefined : copyOctets(entry.baseResource),
    sequence: entry.sequence,
    origin: entry.origin === undefined ? undefined : copyOctets(entry.origin),
  };
}

/**
 * Copies octets into a plain Uint8Array of its own: `slice` of a Buffer would alias, and a view
 * keeps the whole chunk it was cut from alive.
 */
export function copyOctets(octets: Uint8Array): Uint8Array {
  return new Uint8Array(octets);
}

/** Octets of a resource and its change payloads: what page sizes are counted in. */
export function payloadOctets(payload: SyncPayload): number {
  return payload.changes.reduce(
    (sum, change) => sum + change.payload.length,
    payload.resource.length,
  );
}

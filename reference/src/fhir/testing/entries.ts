// Entries and changes for tests, written as text.
import type { LocalChange, SyncPayload } from '../../wire/messages.ts';
import { ChangeType } from '../../wire/messages.ts';
import { octetsOf } from './json-values.ts';

let counter = 0n;

/** A change with an id of its own. */
export function change(type: ChangeType, payload = ''): LocalChange {
  counter += 1n;
  return {
    id: { replicaId: new Uint8Array(16).fill(7), counter },
    type,
    payload: octetsOf(payload),
    baseVersionId: '',
    recordedAt: '',
  };
}

/** An INSERT of a resource. */
export const insert = (resource: string): LocalChange => change(ChangeType.INSERT, resource);
/** An UPDATE by a patch. */
export const update = (patch: string): LocalChange => change(ChangeType.UPDATE, patch);
/** A DELETE. */
export const remove = (): LocalChange => change(ChangeType.DELETE);

/** An entry of Patient/p1 with what is given; no base, no changes, no resource otherwise. */
export function entry(
  parts: Partial<Omit<SyncPayload, 'resource'>> & { readonly resource?: string },
): SyncPayload {
  const { resource = '', ...others } = parts;
  return {
    resourceType: 'Patient',
    resourceId: 'p1',
    base: undefined,
    changes: [],
    absorbed: [],
    ...others,
    resource: octetsOf(resource),
  };
}

/** Patient/p1 with members after its identity, such as `"active":true`. */
export const patient = (members = ''): string =>
  `{"resourceType":"Patient","id":"p1"${members === '' ? '' : `,${members}`}}`;

/** What a server named when it gave version 3. */
export const base = { versionId: '3', lastUpdated: '2024-05-01T12:00:00Z' };

// How many octets an entry and its parts take before they are encoded, unknown fields included.
// Knows the shape of the messages; field numbers are 1 to 15 throughout, so a tag is one octet.
import type { ChangeId, LocalChange, ServerVersion, SyncPayload } from './messages.ts';
import { utf8Octets } from './utf8-length.ts';

/** A part of an entry, or an entry. */
type EntryPart = SyncPayload | LocalChange | ChangeId | ServerVersion;

/** Whether a message has fields unknown to this version. */
export function hasUnknown({ _unknownFields: fields }: EntryPart): boolean {
  if (fields === undefined) return false;
  for (const _tag in fields) return true;
  return false;
}

/** Octets of a varint; a negative number takes ten. */
function varintOctets(value: number | bigint): number {
  if (value < 0) return 10;
  let octets = 1;
  // Arithmetic on bigints makes one for each step.
  const start = value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  for (let rest = start; rest > 0x7f; octets++) {
    rest = typeof rest === 'bigint' ? rest >> 7n : Math.floor(rest / 128);
  }
  return octets;
}

/** Octets of a field with a length: its tag, the length, the contents. */
export const lengthField = (octets: number): number => 1 + varintOctets(octets) + octets;

const bytesField = (value: Uint8Array): number =>
  value.length === 0 ? 0 : lengthField(value.length);
const textField = (value: string): number => (value === '' ? 0 : lengthField(utf8Octets(value)));
const numberField = (value: number | bigint): number => (value ? 1 + varintOctets(value) : 0);

function unknownOctets(message: EntryPart): number {
  let octets = 0;
  if (!hasUnknown(message)) return octets;
  for (const [tag, values] of Object.entries(message._unknownFields ?? {})) {
    for (const value of values) octets += varintOctets(Number(tag)) + value.length;
  }
  return octets;
}

/** Octets of a change id, without tag and length, as all below. */
export const idOctets = (id: ChangeId): number =>
  bytesField(id.replicaId) + numberField(id.counter) + unknownOctets(id);

/** Octets of a server version. */
export const baseOctets = (base: ServerVersion): number =>
  textField(base.versionId) + textField(base.lastUpdated) + unknownOctets(base);

/** Octets of a change. */
export const changeOctets = (change: LocalChange): number =>
  (change.id === undefined ? 0 : lengthField(idOctets(change.id))) +
  numberField(change.type) +
  bytesField(change.payload) +
  textField(change.baseVersionId) +
  textField(change.recordedAt) +
  unknownOctets(change);

/** Octets of an entry. */
export function entryOctets(entry: SyncPayload): number {
  let octets =
    textField(entry.resourceType) +
    textField(entry.resourceId) +
    bytesField(entry.resource) +
    (entry.base === undefined ? 0 : lengthField(baseOctets(entry.base))) +
    unknownOctets(entry);
  for (const change of entry.changes) octets += lengthField(changeOctets(change));
  for (const id of entry.absorbed) octets += lengthField(idOctets(id));
  return octets;
}

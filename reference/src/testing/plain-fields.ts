// Messages in the plain form of the golden vectors: names of the schema, octets as hex, enum values
// by name, fields at their default left out.
import { encodeBatch } from '../wire/batch.ts';
import * as messages from '../wire/messages.ts';
import { hexOf } from './golden-vectors.ts';

const enumOf: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  pakeSuite: messages.PakeSuite,
  secretKind: messages.SecretKind,
  fhirRelease: messages.FhirRelease,
  code: messages.ErrorCode,
  retry: messages.RetryClass,
  mode: messages.SelectionMode,
  encoding: messages.PayloadEncoding,
  cursorDisposition: messages.CursorDisposition,
  reason: messages.WithheldReason,
  outcome: messages.Outcome,
  type: messages.ChangeType,
};

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function plain(name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return hexOf(value);
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map((item) => plain(name, item));
  if (typeof value === 'object' && value !== null) return plainFields(value);
  const names = enumOf[name];
  if (names === undefined || typeof value !== 'number') return value;
  return Object.keys(names).find((key) => names[key] === value) ?? value;
}

function isDefault(value: unknown): boolean {
  if (value === undefined || value === 0 || value === '' || value === false) return true;
  if (value === 0n) return true;
  return (Array.isArray(value) || value instanceof Uint8Array) && value.length === 0;
}

/** The plain form of a message; unknown fields are left out. */
export function plainFields(message: object): Record<string, unknown> {
  const known = Object.entries(message).filter(
    ([name, value]) => name !== '_unknownFields' && !isDefault(value),
  );
  return Object.fromEntries(known.map(([name, value]) => [snake(name), plain(name, value)]));
}

/** Plain fields of a vector without those at their default, for comparison. */
export function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => !isDefault(item));
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutDefaults(item)]));
}

/** An entry as the vectors give it: its encoding without the tag and length of a Batch. */
export function encodedEntryHex(entry: messages.SyncPayload): string {
  const batch = encodeBatch([entry]);
  let start = 1;
  while ((batch[start] ?? 0) > 0x7f) start += 1;
  return hexOf(batch.subarray(start + 1));
}

// Entries as the other designs carry them: plain JSON, the resource as a value inside it. What is
// lost of numbers and of white space on the way is theirs to answer for.
import type { SyncPayload } from '../reference/src/wire/messages.ts';
import type { PlainChange, PlainEntry } from './plain-rows.ts';

/** One entry as a JSON value. */
export interface JsonEntry {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly versionId: string | null;
  readonly lastUpdated: string | null;
  readonly resource: unknown;
  readonly changes: readonly {
    readonly counter: string;
    readonly type: number;
    readonly payload: unknown;
    readonly baseVersionId: string;
    readonly recordedAt: string;
  }[];
}

const utf8 = new TextDecoder();
const valueOf = (octets: Uint8Array): unknown => JSON.parse(utf8.decode(octets)) as unknown;
const octetsOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** An entry as a JSON value. */
export function jsonEntry({ base, changes, ...payload }: SyncPayload): JsonEntry {
  return {
    resourceType: payload.resourceType,
    resourceId: payload.resourceId,
    versionId: base?.versionId ?? null,
    lastUpdated: base?.lastUpdated ?? null,
    resource: valueOf(payload.resource),
    changes: changes.map((change) => ({
      counter: String(change.id?.counter ?? 0n),
      type: change.type,
      payload: valueOf(change.payload),
      baseVersionId: change.baseVersionId,
      recordedAt: change.recordedAt,
    })),
  };
}

/** The rows of a JSON value. */
export function rowsOfJson(entry: JsonEntry): PlainEntry {
  const changes = entry.changes.map(({ counter, payload, ...change }): PlainChange => {
    return { ...change, counter: BigInt(counter), payload: octetsOf(payload) };
  });
  return { ...entry, resource: octetsOf(entry.resource), changes };
}

/** The rows of an entry as it is. */
export function rowsOfPayload({ base, changes, ...payload }: SyncPayload): PlainEntry {
  return {
    resourceType: payload.resourceType,
    resourceId: payload.resourceId,
    resource: payload.resource,
    versionId: base?.versionId ?? null,
    lastUpdated: base?.lastUpdated ?? null,
    changes: changes.map(({ id, ...change }) => ({ ...change, counter: id?.counter ?? 0n })),
  };
}

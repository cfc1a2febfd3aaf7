// An entry together with the octets that it was read from, for who hands it on as it is. Knows
// nothing of their form; batch-reader.ts makes them.
import type { ChangeId, LocalChange, ServerVersion, SyncPayload } from './messages.ts';

/**
 * An entry that was read from octets in the form in which writers write them. They are behind a
 * private name: an entry made of this one with something else in it, `{...entry, base}`, has them
 * no more. It is never altered in place: then it and they would say different things.
 */
export class ReadEntry implements SyncPayload {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly resource: Uint8Array;
  readonly base: ServerVersion | undefined;
  readonly changes: LocalChange[];
  readonly absorbed: ChangeId[];
  readonly _unknownFields: SyncPayload['_unknownFields'];
  readonly #octets: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  /** The field of a Batch, tag and length included, is `octets` from `start` up to `end`. */
  constructor(entry: SyncPayload, octets: Uint8Array, start: number, end: number) {
    this.resourceType = entry.resourceType;
    this.resourceId = entry.resourceId;
    this.resource = entry.resource;
    this.base = entry.base;
    this.changes = entry.changes;
    this.absorbed = entry.absorbed;
    this._unknownFields = entry._unknownFields;
    this.#octets = octets;
    this.#start = start;
    this.#end = end;
  }

  /**
   * An entry as a Batch of nothing else, a view; undefined where it was not read from that form.
   * Several behind one another are a Batch of several.
   */
  static octetsOf(entry: SyncPayload): Uint8Array | undefined {
    if (!(#octets in entry)) return undefined;
    return entry.#octets.subarray(entry.#start, entry.#end);
  }
}

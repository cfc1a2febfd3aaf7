// Entries as a sender reads them. Knows no store.
import type { SyncPayload } from '../wire/messages.ts';
import { payloadOfOctets } from './payload-octets.ts';
import type { StoredEntry } from './store.ts';

/** An entry as a sender reads it: without what never leaves the device. */
export interface StoredPayload extends Omit<StoredEntry, 'baseResource'> {
  /** As in `payload`, which some stores read only when it is asked for. */
  readonly resourceType: string;
  readonly resourceId: string;
  /**
   * The entry as a Batch of it alone; undefined where it is not at hand. It is the reader's own,
   * who may give its memory back, and reads neither it nor `payload` afterwards.
   */
  readonly encoded: Uint8Array | undefined;
}

/** An entry that was read whole, as a sender reads it. */
export function payloadOf({ payload, sequence, origin }: StoredEntry): StoredPayload {
  const { resourceType, resourceId } = payload;
  return { resourceType, resourceId, payload, sequence, origin, encoded: undefined };
}

/**
 * An entry of which only the octets were read: they are what is sent, and most senders ask for no
 * more.
 */
export class EncodedPayload implements StoredPayload {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly sequence: bigint;
  readonly origin: Uint8Array | undefined;
  readonly encoded: Uint8Array;
  #payload: SyncPayload | undefined;

  /** @param encoded - As `octetsOfPayload` made it. */
  constructor(
    resourceType: string,
    resourceId: string,
    sequence: bigint,
    origin: Uint8Array | undefined,
    encoded: Uint8Array,
  ) {
    this.resourceType = resourceType;
    this.resourceId = resourceId;
    this.sequence = sequence;
    this.origin = origin;
    this.encoded = encoded;
  }

  /** @throws Error where no entry can be read from the octets. */
  get payload(): SyncPayload {
    return (this.#payload ??= payloadOfOctets(this.encoded));
  }
}

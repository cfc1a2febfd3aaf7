// Every limit and timer of version 1 as a constant; spec/v1/limits.json holds the same numbers with
// their reasons, and a test compares the two. Names end in their unit. Knows no message but Limits.
import { ErrorCode, type Limits } from './messages.ts';
import { violation, type Violation } from './violation.ts';

/** The one wire version of this implementation (PSP-VER-1). */
export const WIRE_VERSION = 1;

/** Longest body of a frame before keys (PSP-FRAME-4). */
export const HANDSHAKE_FRAME_OCTETS = 8_192;
/** Smallest `max_frame_octets` that may be announced (PSP-LIM-1). */
export const FRAME_OCTETS_MIN = 65_536;
/** Largest `max_frame_octets` that may be announced (PSP-LIM-1). */
export const FRAME_OCTETS_MAX = 67_108_864;
/** `max_frame_octets` where none is announced (PSP-LIM-3). */
export const FRAME_OCTETS_DEFAULT = 4_194_304;
/** Smallest `max_batch_octets` that may be announced (PSP-LIM-1). */
export const BATCH_OCTETS_MIN = 65_536;
/** Largest `max_batch_octets` that may be announced (PSP-LIM-1). */
export const BATCH_OCTETS_MAX = 67_108_864;
/** `max_batch_octets` where none is announced (PSP-LIM-3). */
export const BATCH_OCTETS_DEFAULT = 4_194_304;
/** Smallest `max_batch_entries` that may be announced (PSP-LIM-1). */
export const BATCH_ENTRIES_MIN = 1;
/** Largest `max_batch_entries` that may be announced (PSP-LIM-1). */
export const BATCH_ENTRIES_MAX = 1_000;
/** `max_batch_entries` where none is announced (PSP-LIM-3). */
export const BATCH_ENTRIES_DEFAULT = 1_000;
/** Largest ratio of `uncompressed_octets` to the octets of a compressed batch (PSP-DEF-3). */
export const DEFLATE_RATIO = 200;

/**
 * List items, message fields and unknown fields that one message may have (PSP-MSG-21). A long
 * message may have more: one for each {@link OCTETS_PER_ELEMENT} of its octets.
 */
export const MESSAGE_ELEMENTS = 65_536;
/** Octets for each element of a message that has more than {@link MESSAGE_ELEMENTS}. */
export const OCTETS_PER_ELEMENT = 16;

/** Fewest versions in Initiate (PSP-VER-1). */
export const VERSIONS_MIN = 1;
/** Most versions in Initiate (PSP-VER-1). */
export const VERSIONS_MAX = 16;
/** Fewest PAKE shares in Initiate. */
export const PAKE_SHARES_MIN = 1;
/** Most PAKE shares in Initiate. */
export const PAKE_SHARES_MAX = 4;
/** Octets of a PAKE share. */
export const PAKE_SHARE_OCTETS = 32;
/** Octets of a session nonce (PSP-HS-2). */
export const SESSION_NONCE_OCTETS = 16;
/** Octets of a server digest (PSP-SRV-1). */
export const SERVER_DIGEST_OCTETS = 16;
/** Octets of a confirmation tag (PSP-KEY-2). */
export const CONFIRM_TAG_OCTETS = 64;
/** Octets of the tag that ends a sealed frame (PSP-SEAL-1). */
export const SEAL_TAG_OCTETS = 16;
/** Frames sealed in one direction (PSP-SEAL-3). */
export const SEALED_FRAMES = 4_194_304;
/** Octets of a replica id (PSP-ID-1). */
export const REPLICA_ID_OCTETS = 16;
/** Longest display name, in octets of UTF-8. */
export const DISPLAY_NAME_OCTETS = 128;
/** Longest canonical server URL, in octets. */
export const SERVER_URL_OCTETS = 2_048;
/** Longest cursor (PSP-RESUME-4). */
export const CURSOR_OCTETS = 256;
/** Longest `Abort.detail`, in octets of UTF-8. */
export const DETAIL_OCTETS = 256;

/** Most resource types in one Request. */
export const REQUESTED_TYPES = 256;
/** Most search parameters for one resource type. */
export const SEARCH_PARAMETERS = 64;
/** Shortest name of a search parameter, in octets. */
export const PARAMETER_NAME_OCTETS_MIN = 1;
/** Longest name of a search parameter, in octets. */
export const PARAMETER_NAME_OCTETS_MAX = 128;
/** Longest value of a search parameter, in octets. */
export const PARAMETER_VALUE_OCTETS = 4_096;

/** Longest resource type, in characters (PSP-DATA-6). */
export const RESOURCE_TYPE_CHARACTERS = 64;
/** Longest resource id, in characters (PSP-DATA-6). */
export const RESOURCE_ID_CHARACTERS = 64;
/** Longest version id, in octets. */
export const VERSION_ID_OCTETS = 64;
/** Longest last-updated instant, in octets. */
export const INSTANT_OCTETS = 64;
/** Most changes in one entry (PSP-LIM-4). */
export const ENTRY_CHANGES = 1_000;
/** Most absorbed change ids in one entry (PSP-LIM-4). */
export const ENTRY_ABSORBED = 1_000;
/** Most patch operations in one change (PSP-LIM-4). */
export const PATCH_OPERATIONS = 1_000;
/** Deepest nesting of JSON (PSP-DATA-4). */
export const JSON_DEPTH = 64;
/** Values of a resource or change payload, objects and arrays included (PSP-LIM-4). */
export const JSON_VALUES = 1_000_000;

/** Digits of an access code, its check digit included (PSP-CODE-1). */
export const ACCESS_CODE_DIGITS = 9;
/** Octets of a QR secret (PSP-CODE-10). */
export const QR_SECRET_OCTETS = 32;
/** Failed PAKE runs that end a sender's listening (PSP-CODE-8). */
export const FAILED_PAKE_RUNS = 3;
/** Life of a secret (PSP-CODE-6). */
export const SECRET_LIFE_MS = 120_000;
/** Wait for the first frame of the peer (PSP-TIME-2). */
export const FIRST_FRAME_MS = 10_000;
/** Wait for the receiver's user to enter a code (PSP-TIME-7). */
export const CODE_PROMPT_MS = 120_000;
/** Wait for Confirm (PSP-TIME-4). */
export const CONFIRM_MS = 10_000;
/** Silence of the peer after keys that ends a session (PSP-TIME-5). */
export const IDLE_MS = 30_000;
/** Own silence after keys that calls for a KeepAlive (PSP-TIME-6). */
export const KEEP_ALIVE_MS = 10_000;
/** Wait for the peer's end of the stream in a close (PSP-CLOSE-1). */
export const CLOSE_MS = 2_000;
/** Octets read in a close (PSP-CLOSE-1). */
export const CLOSE_OCTETS = 16_777_216;

/** Announced limits with the defaults put in. */
export interface EffectiveLimits {
  readonly maxFrameOctets: number;
  readonly maxBatchOctets: number;
  readonly maxBatchEntries: number;
}

/** What holds where a peer announced `limits` (PSP-LIM-3). */
export function effectiveLimits(limits: Limits | undefined): EffectiveLimits {
  return {
    maxFrameOctets: limits?.maxFrameOctets || FRAME_OCTETS_DEFAULT,
    maxBatchOctets: limits?.maxBatchOctets || BATCH_OCTETS_DEFAULT,
    maxBatchEntries: limits?.maxBatchEntries || BATCH_ENTRIES_DEFAULT,
  };
}

/**
 * Octets that a Payload may need besides its batch: message type, other fields without padding, the
 * tag of the sealed frame and a little grease.
 */
export const PAYLOAD_OVERHEAD_OCTETS = 512;

/**
 * The longest encoded Batch to make for a peer: one that fits its batch limit and, left
 * uncompressed, also a frame of its frame limit (PSP-PAY-12).
 */
export function batchOctetsFor(limits: EffectiveLimits): number {
  return Math.min(limits.maxBatchOctets, limits.maxFrameOctets - PAYLOAD_OVERHEAD_OCTETS);
}

const inRange = (value: number, min: number, max: number): boolean => value >= min && value <= max;

/** Checks announced limits (PSP-LIM-2); 0 stands for the default. */
export function checkLimits(limits: Limits | undefined): Violation | undefined {
  const effective = effectiveLimits(limits);
  const fits =
    inRange(effective.maxFrameOctets, FRAME_OCTETS_MIN, FRAME_OCTETS_MAX) &&
    inRange(effective.maxBatchOctets, BATCH_OCTETS_MIN, BATCH_OCTETS_MAX) &&
    inRange(effective.maxBatchEntries, BATCH_ENTRIES_MIN, BATCH_ENTRIES_MAX);
  if (fits) return undefined;
  return violation(ErrorCode.MALFORMED_MESSAGE, 'PSP-LIM-2', 'a limit outside its range');
}

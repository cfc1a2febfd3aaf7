// Unknown values that a peer has to ignore, sent so that no peer comes to rely on their absence
// (PSP-EXT-2). Pure: the caller brings the random octets. Does not decide how often to grease.
import { FIRST_PRIVATE_CAPABILITY } from './capability.ts';
import type { GreaseOctets } from './message-codec.ts';
import type { Capability } from './messages.ts';

/** A source of random octets; grease needs no secrecy, only variety. */
export type RandomOctets = (count: number) => Uint8Array;

/** First and last field number that never gets a meaning (PSP-EXT-1). */
export const GREASE_FIELDS = { first: 15_000, last: 15_999 } as const;

const TYPE_FIRST = 0x8b;
const TYPE_STEP = 0x10;
const TYPE_COUNT = 7;
const CAPABILITY_FIRST = 27;
const CAPABILITY_STEP = 31;
const CAPABILITY_COUNT = Math.ceil((FIRST_PRIVATE_CAPABILITY - CAPABILITY_FIRST) / CAPABILITY_STEP);

const FIELDS_MAX = 3;
const FIELD_OCTETS_MAX = 8;
const MESSAGE_OCTETS_MAX = 32;

/** Longest result of {@link greaseFields}: tag of 3 octets, length, contents, for each field. */
export const GREASE_FIELDS_OCTETS = FIELDS_MAX * (3 + 1 + FIELD_OCTETS_MAX);

const wireTypes = [0, 1, 2, 5] as const;

/** A whole number below `bound`, nearly uniform. */
function below(bound: number, randomOctets: RandomOctets): number {
  const [high = 0, low = 0] = randomOctets(2);
  return (high * 256 + low) % bound;
}

function greaseField(randomOctets: RandomOctets): number[] {
  const count = GREASE_FIELDS.last - GREASE_FIELDS.first + 1;
  const wireType = wireTypes[below(wireTypes.length, randomOctets)] ?? 0;
  const tag = (GREASE_FIELDS.first + below(count, randomOctets)) * 8 + wireType;
  const octets = [(tag & 0x7f) | 0x80, ((tag >>> 7) & 0x7f) | 0x80, tag >>> 14];
  switch (wireType) {
    case 0:
      return [...octets, below(0x80, randomOctets)];
    case 1:
      return [...octets, ...randomOctets(8)];
    case 5:
      return [...octets, ...randomOctets(4)];
    case 2: {
      const length = below(FIELD_OCTETS_MAX + 1, randomOctets);
      return [...octets, length, ...randomOctets(length)];
    }
  }
}

/** One to three encoded unknown fields, to put behind any message (PSP-EXT-1). */
export function greaseFields(randomOctets: RandomOctets): GreaseOctets {
  const fields = 1 + below(FIELDS_MAX, randomOctets);
  const octets = Array.from({ length: fields }, () => greaseField(randomOctets));
  return Uint8Array.from(octets.flat());
}

/** An encoded message with unknown fields behind it. */
export function greaseMessage(message: Uint8Array, randomOctets: RandomOctets): Uint8Array {
  return Uint8Array.from([...message, ...greaseFields(randomOctets)]);
}

/**
 * A whole message of a grease type, never 0xFF (PSP-FRAME-13): a frame's body before keys, a plain
 * text after them.
 */
export function greaseBody(randomOctets: RandomOctets): Uint8Array {
  const type = TYPE_FIRST + TYPE_STEP * below(TYPE_COUNT, randomOctets);
  const length = below(MESSAGE_OCTETS_MAX + 1, randomOctets);
  return Uint8Array.from([type, ...randomOctets(length)]);
}

/** A capability that means nothing, to offer in Initiate. */
export function greaseCapability(randomOctets: RandomOctets): Capability {
  const id = CAPABILITY_FIRST + CAPABILITY_STEP * below(CAPABILITY_COUNT, randomOctets);
  return { id, critical: false, value: randomOctets(below(FIELD_OCTETS_MAX + 1, randomOctets)) };
}

/** Whether a message type is grease. */
export function isGreaseType(typeOctet: number): boolean {
  return typeOctet >= TYPE_FIRST && typeOctet < 0xf0 && (typeOctet - TYPE_FIRST) % TYPE_STEP === 0;
}

/** Whether a capability id is grease; ids of private use never are. */
export function isGreaseCapability(id: number): boolean {
  return id < FIRST_PRIVATE_CAPABILITY && id % CAPABILITY_STEP === CAPABILITY_FIRST;
}

/** Whether a field number is grease. */
export function isGreaseField(number: number): boolean {
  return number >= GREASE_FIELDS.first && number <= GREASE_FIELDS.last;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  GREASE_FIELDS_OCTETS,
  greaseBody,
  greaseCapability,
  greaseFields,
  greaseMessage,
  isGreaseCapability,
  isGreaseField,
  isGreaseType,
  type RandomOctets,
} from './grease.ts';
import { decodeMessage, encodeMessage } from './message-codec.ts';
import { anyMessage } from './testing/messages.ts';
import { pattern } from './testing/octets.ts';
import { changed } from './testing/valid-messages.ts';
import { isViolation } from './violation.ts';

const seeded = { seed: 20_261_122, numRuns: 300 };

/** A source that repeats itself for each seed, and differs from call to call. */
function source(seed: number): RandomOctets {
  let call = 0;
  return (count) => pattern(count, seed + 7_919 * call++);
}

const unknownFields = (message: unknown): object =>
  (message as { value: { _unknownFields?: object } }).value._unknownFields ?? {};

describe('grease', () => {
  it('PSP-EXT-3: fields behind a message change nothing but its unknown fields', () => {
    const seen = new Set<number>();
    fc.assert(
      fc.property(anyMessage, fc.nat(), (message, seed) => {
        const octets = greaseFields(source(seed));
        expect(octets.length).toBeLessThanOrEqual(GREASE_FIELDS_OCTETS);
        const decoded = decodeMessage(encodeMessage(message, octets));
        if (isViolation(decoded)) throw new Error(decoded.detail);
        const tags = Object.keys(unknownFields(decoded)).map(Number);
        expect(tags.length).toBeGreaterThan(0);
        for (const tag of tags) {
          expect(isGreaseField(tag >>> 3)).toBe(true);
          seen.add(tag & 7);
        }
        const value = 'value' in decoded ? decoded.value : undefined;
        expect({ ...decoded, value: { ...value, _unknownFields: {} } }).toEqual(message);
        const after = greaseMessage(encodeMessage(message), source(seed));
        expect(after).toEqual(encodeMessage(message, octets));
      }),
      seeded,
    );
    expect([...seen].sort()).toEqual([0, 1, 2, 5]);
  });

  it('PSP-EXT-1: messages have one of the seven grease types and are ignorable', () => {
    const types = new Set<number>();
    for (let seed = 0; seed < 200; seed++) {
      const body = greaseBody(source(seed));
      const [typeOctet = 0] = body;
      types.add(typeOctet);
      expect(decodeMessage(body)).toEqual({ type: 'Ignorable', typeOctet });
    }
    expect([...types].sort((a, b) => a - b)).toEqual([0x8b, 0x9b, 0xab, 0xbb, 0xcb, 0xdb, 0xeb]);
    const grease = Array.from({ length: 256 }, (_, octet) => octet).filter(isGreaseType);
    expect(grease).toEqual([...types].sort((a, b) => a - b));
  });

  it('PSP-EXT-1: capabilities have a grease id and pass in Initiate', () => {
    const ids = new Set<number>();
    for (let seed = 0; seed < 200; seed++) {
      const capability = greaseCapability(source(seed));
      ids.add(capability.id);
      expect(isGreaseCapability(capability.id)).toBe(true);
      expect(capability.critical).toBe(false);
      const initiate = changed('Initiate', { capabilities: [capability] });
      expect(decodeMessage(encodeMessage(initiate))).toMatchObject(initiate);
    }
    expect(ids.size).toBeGreaterThan(50);
  });

  it('PSP-EXT-1: tells grease from what has or may get a meaning', () => {
    expect([26, 27, 28, 58, 16_364, 16_395].filter(isGreaseCapability)).toEqual([27, 58, 16_364]);
    expect([14_999, 15_000, 15_999, 16_000].filter(isGreaseField)).toEqual([15_000, 15_999]);
  });
});

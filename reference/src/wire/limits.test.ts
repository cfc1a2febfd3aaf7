import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BatchBuilder } from './batch.ts';
import * as limits from './limits.ts';
import { GREASE_FIELDS_OCTETS } from './grease.ts';
import { encodeMessage } from './message-codec.ts';
import { entryOf } from './testing/messages.ts';
import { pattern } from './testing/octets.ts';
import { changed } from './testing/valid-messages.ts';

interface Limit {
  readonly id: string;
  readonly value?: number;
  readonly min?: number;
  readonly max?: number;
  readonly default?: number;
  readonly unit: string;
}

const path = new URL('../../../spec/v1/limits.json', import.meta.url);
const table = (JSON.parse(readFileSync(path, 'utf8')) as { limits: Limit[] }).limits;

/** The constants that a row stands for: its id in capitals, then which end, then milliseconds. */
function constantsOf(limit: Limit): [string, number][] {
  const name = limit.id.toUpperCase().replaceAll('-', '_');
  if (limit.unit === 'seconds') return [[`${name}_MS`, 1000 * (limit.value ?? Number.NaN)]];
  const ends = { '': limit.value, _MIN: limit.min, _MAX: limit.max, _DEFAULT: limit.default };
  return Object.entries(ends).flatMap(([end, value]) =>
    value === undefined ? [] : [[`${name}${end}`, value] as [string, number]],
  );
}

describe('limits', () => {
  it('PSP-LIM-1: the constants and the table of the specification are the same', () => {
    const ours = new Set(['WIRE_VERSION', 'PAYLOAD_OVERHEAD_OCTETS', 'OCTETS_PER_ELEMENT']);
    const constants = Object.entries(limits).filter(
      ([name, value]) => typeof value === 'number' && !ours.has(name),
    );
    expect(Object.fromEntries(constants)).toEqual(Object.fromEntries(table.flatMap(constantsOf)));
    expect(new Set(table.map((limit) => limit.id)).size).toBe(table.length);
  });

  it('PSP-LIM-3: a limit that is absent or 0 takes its default', () => {
    const defaults = {
      maxFrameOctets: 4_194_304,
      maxBatchOctets: 4_194_304,
      maxBatchEntries: 1_000,
    };
    expect(limits.effectiveLimits(undefined)).toEqual(defaults);
    const some = { maxFrameOctets: 0, maxBatchOctets: 70_000, maxBatchEntries: 0 };
    expect(limits.effectiveLimits(some)).toEqual({ ...defaults, maxBatchOctets: 70_000 });
  });

  it('PSP-LIM-2: limits outside their ranges are malformed, those at the ends are not', () => {
    const ends = { maxFrameOctets: 65_536, maxBatchOctets: 67_108_864, maxBatchEntries: 1 };
    expect(limits.checkLimits(ends)).toBeUndefined();
    expect(limits.checkLimits(undefined)).toBeUndefined();
    for (const [name, value] of [
      ['maxFrameOctets', 65_535],
      ['maxBatchOctets', 67_108_865],
      ['maxBatchEntries', 1_001],
    ] as const) {
      const beyond = { ...ends, [name]: value };
      expect(limits.checkLimits(beyond)).toMatchObject({ requirement: 'PSP-LIM-2' });
    }
  });

  it('PSP-FRAME-6: a batch made for a peer fits a frame of that peer, grease included', () => {
    const peer = limits.effectiveLimits({
      maxFrameOctets: 65_536,
      maxBatchOctets: 0,
      maxBatchEntries: 0,
    });
    const octetsMax = limits.batchOctetsFor(peer);
    const builder = new BatchBuilder({ octetsMax, entriesMax: peer.maxBatchEntries });
    // Tags, lengths and the other fields of that entry.
    const overhead = 47;
    expect(builder.add(entryOf('a', octetsMax - overhead))).toBe(true);
    expect(builder.octets).toBe(octetsMax);
    const payload = changed('Payload', {
      sequence: 2n ** 64n - 1n,
      uncompressedOctets: octetsMax,
      batch: builder.take(),
      cursor: pattern(limits.CURSOR_OCTETS),
    });
    const body = encodeMessage(payload, pattern(GREASE_FIELDS_OCTETS)).length;
    expect(body + limits.SEAL_TAG_OCTETS).toBeLessThanOrEqual(peer.maxFrameOctets);
    const small = limits.effectiveLimits({
      maxFrameOctets: 0,
      maxBatchOctets: 65_536,
      maxBatchEntries: 0,
    });
    expect(limits.batchOctetsFor(small)).toBe(65_536);
  });
});

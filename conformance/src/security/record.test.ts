// Sealed frames in sequence: counters, the limit, and what an adversary does with them.
import { describe, expect, it } from 'vitest';
import { isFault, KitError } from '../fault.ts';
import { limits } from '../wire/limits.ts';
import { u32 } from '../wire/octets.ts';
import { nonceOf, openAt, Opener, sealAt, Sealer } from './record.ts';

const keys = { key: new Uint8Array(32).fill(3), iv: new Uint8Array(12).fill(0xff) };
const message = Uint8Array.of(0x1e);
const bodyOf = (frame: Uint8Array): Uint8Array => frame.subarray(4);

describe('records', () => {
  it('PSP-SEAL-7 opens in order what was sealed in order', () => {
    const sealer = new Sealer(keys);
    const opener = new Opener(keys);
    for (let i = 0; i < 300; i++) {
      expect(opener.open(bodyOf(sealer.seal(Uint8Array.of(0x1e, i & 255))))).toEqual(
        Uint8Array.of(0x1e, i & 255),
      );
    }
    expect([sealer.counter, opener.counter]).toEqual([300, 300]);
  });

  it('PSP-SEAL-4 opens no frame that was repeated or left out, and none after it', () => {
    const sealer = new Sealer(keys);
    const opener = new Opener(keys);
    const first = sealer.seal(message);
    expect(opener.open(bodyOf(first))).toEqual(message);
    expect(opener.open(bodyOf(first))).toMatchObject({ code: 'SEAL_BROKEN' });
    // The next one would open: a reader that closed reads no more.
    sealer.skip();
    const later = bodyOf(sealer.seal(message));
    expect(openAt(keys, 2, later)).toEqual(message);
    expect(opener.open(later)).toMatchObject({ code: 'SEAL_BROKEN' });
    sealer.skip();
    const other = new Opener(keys);
    expect(other.open(bodyOf(sealer.seal(message)))).toMatchObject({ code: 'SEAL_BROKEN' });
  });

  it('PSP-SEAL-1 binds the length octets', () => {
    const frame = sealAt(keys, 0, message, u32(18));
    expect(openAt(keys, 0, bodyOf(frame))).toMatchObject({ requirement: 'PSP-SEAL-4' });
    expect(openAt(keys, 0, bodyOf(sealAt(keys, 0, message)))).toEqual(message);
  });

  it('PSP-SEAL-6 opens an empty message and refuses it', () => {
    const frame = sealAt(keys, 5, new Uint8Array());
    expect(openAt(keys, 5, bodyOf(frame))).toMatchObject({ code: 'MALFORMED_FRAME' });
  });

  it('PSP-SEAL-4 opens nothing shorter than a tag', () => {
    for (const length of [0, 1, 15, 16]) {
      const opened = openAt(keys, 0, new Uint8Array(length));
      expect(opened).toMatchObject({ code: 'SEAL_BROKEN' });
    }
  });

  it('PSP-SEAL-2 counts in the last eight octets of the nonce', () => {
    expect(nonceOf(new Uint8Array(12), 4_294_967_296)).toEqual(
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0),
    );
  });

  it('PSP-SEAL-3 seals 2^22 frames and no more; PSP-SEAL-10 takes no more', () => {
    const sealer = new Sealer(keys);
    sealer.skip(limits.sealedFrames - 1);
    expect(openAt(keys, limits.sealedFrames - 1, bodyOf(sealer.seal(message)))).toEqual(message);
    expect(() => sealer.seal(message)).toThrow(KitError);
    const opener = new Opener(keys);
    const frame = bodyOf(sealAt(keys, 0, message));
    expect(isFault(opener.open(frame))).toBe(false);
    opener.skip(limits.sealedFrames - 1);
    const beyond = opener.open(bodyOf(sealAt(keys, limits.sealedFrames, message)));
    expect(beyond).toMatchObject({ code: 'RECORD_LIMIT', requirement: 'PSP-SEAL-10' });
  });
});

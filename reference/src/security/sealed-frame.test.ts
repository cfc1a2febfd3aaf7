// Sealed frames: known answers, and every way to tamper with one. The known answers come from
// Python's cryptography package.
import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../wire/messages.ts';
import { isViolation, UsageError } from '../wire/violation.ts';
import { ascii, concat } from './octets.ts';
import {
  FrameOpener,
  FrameSealer,
  mustCloseSilently,
  recordNonce,
  recordsMax,
  sealTagOctets,
} from './sealed-frame.ts';
import { counting, hex, toHex, withOneBitFlipped } from './testing/octets.ts';

const keys = { key: counting(32), iv: hex('a0a1a2a3a4a5a6a7a8a9aaab') };
const otherDirection = { key: counting(32, 1), iv: counting(12) };
const message = concat(hex('1e'), ascii('keep'));
const refused = { kind: 'violation', requirement: 'PSP-SEAL-4' };

function sealed(counter = 0, plain = message): Uint8Array {
  const frame = new FrameSealer(keys, counter).seal(plain);
  if (isViolation(frame)) throw new Error(frame.detail);
  return frame;
}

const bodyOf = (frame: Uint8Array): Uint8Array => frame.subarray(4);

describe('PSP-SEAL-1, PSP-SEAL-2 sealing', () => {
  it.each([
    [0, 'a0a1a2a3a4a5a6a7a8a9aaab', 'f8731948355d17082233f1aa531854eacb47bce80d'],
    [1, 'a0a1a2a3a4a5a6a7a8a9aaaa', '4bf5a602a0121094ea8f12c178f32e42f6ad218938'],
    [4_194_302, 'a0a1a2a3a4a5a6a7a8965555', '8a084ccda0b4ed09e4307f01c0027926f27fd8be66'],
  ])('PSP-SEAL-2 record %i has the known nonce and octets', (counter, nonce, body) => {
    expect(toHex(recordNonce(keys.iv, counter))).toBe(nonce);
    expect(toHex(sealed(counter))).toBe(`00000015${body}`);
  });

  it('PSP-SEAL-2 uses all 8 octets of the counter and leaves the iv as it was', () => {
    const shared = Buffer.from(keys.iv);
    expect(toHex(recordNonce(shared, 77))).toBe(toHex(recordNonce(keys.iv, 77)));
    expect(toHex(shared)).toBe(toHex(keys.iv));
    expect(toHex(recordNonce(new Uint8Array(12), 2 ** 32 + 5))).toBe('000000000000000100000005');
    expect(toHex(keys.iv)).toBe('a0a1a2a3a4a5a6a7a8a9aaab');
  });

  it('PSP-SEAL-2 advances by one for each frame, on both sides', () => {
    const sealer = new FrameSealer(keys);
    const opener = new FrameOpener(keys);
    for (let counter = 0; counter < 300; counter += 1) {
      const frame = sealer.seal(message) as Uint8Array;
      expect(toHex(frame)).toBe(toHex(sealed(counter)));
      expect(opener.open(bodyOf(frame))).toEqual(message);
    }
  });

  it('PSP-SEAL-1 opens what it sealed, from one octet to four MiB', () => {
    for (const octets of [1, 15, 16, 17, 65_536, 4_194_304]) {
      const plain = new Uint8Array(octets).fill(0x13);
      const frame = sealed(0, plain);
      expect(frame.length).toBe(4 + octets + sealTagOctets);
      const opened = new FrameOpener(keys).open(bodyOf(frame)) as Uint8Array;
      expect(Buffer.compare(opened, plain)).toBe(0);
    }
  });
});

describe('PSP-SEAL-4 frames that do not open', () => {
  it('PSP-SEAL-4 a flipped bit anywhere in the body', () => {
    let tried = 0;
    for (const body of withOneBitFlipped(bodyOf(sealed()))) {
      expect(new FrameOpener(keys).open(body)).toMatchObject(refused);
      tried += 1;
    }
    expect(tried).toBe((message.length + sealTagOctets) * 8);
  });

  it('PSP-SEAL-1 a changed length: octets added, dropped or moved to the next frame', () => {
    const body = bodyOf(sealed());
    for (const changed of [
      concat(body, hex('00')),
      body.subarray(0, -1),
      body.subarray(1),
      body.subarray(0, sealTagOctets),
      body.subarray(0, sealTagOctets - 1),
      new Uint8Array(0),
    ]) {
      expect(new FrameOpener(keys).open(changed)).toMatchObject(refused);
    }
  });

  it('PSP-SEAL-2 a frame replayed, skipped or out of order', () => {
    const [first, second] = [bodyOf(sealed(0)), bodyOf(sealed(1))];
    const replayed = new FrameOpener(keys);
    expect(replayed.open(first)).toEqual(message);
    expect(replayed.open(first)).toMatchObject(refused);
    expect(new FrameOpener(keys).open(second)).toMatchObject(refused);
  });

  it('PSP-SEAL-2 a frame reflected into the other direction', () => {
    expect(new FrameOpener(otherDirection).open(bodyOf(sealed()))).toMatchObject(refused);
  });

  it('PSP-SEAL-4 a plain frame after keys', () => {
    const plain = concat(hex('1e'), counting(40));
    expect(new FrameOpener(keys).open(plain)).toMatchObject(refused);
  });

  it('PSP-SEAL-4 nothing opens after one frame did not', () => {
    const opener = new FrameOpener(keys);
    expect(opener.open(bodyOf(sealed(1)))).toMatchObject(refused);
    expect(opener.open(bodyOf(sealed(0)))).toMatchObject(refused);
  });

  it('PSP-SEAL-4 tells that the connection must close without an answer', () => {
    const broken = new FrameOpener(keys).open(hex('00'));
    const empty = new FrameOpener(keys).open(emptyBody());
    expect([broken, empty].map((fault) => isViolation(fault) && mustCloseSilently(fault))).toEqual([
      true,
      false,
    ]);
  });
});

/** A correctly sealed frame without a message, which our sealer refuses to make. */
function emptyBody(): Uint8Array {
  return hex('a779e79942329b729157b558a1a37946');
}

describe('PSP-SEAL-6 an empty message', () => {
  it('PSP-SEAL-6 is MALFORMED_FRAME to the reader', () => {
    expect(new FrameOpener(keys).open(emptyBody())).toMatchObject({
      code: ErrorCode.MALFORMED_FRAME,
      requirement: 'PSP-SEAL-6',
    });
  });

  it('PSP-SEAL-6 is refused by the writer', () => {
    expect(() => new FrameSealer(keys).seal(new Uint8Array(0))).toThrow(UsageError);
  });
});

describe('PSP-SEAL-3 the record limit', () => {
  const limit = { code: ErrorCode.RECORD_LIMIT, requirement: 'PSP-SEAL-3' };

  it('PSP-SEAL-3 keeps the last of 2^22 records for the Abort that says so', () => {
    const sealer = new FrameSealer(keys, recordsMax - 2);
    const opener = new FrameOpener(keys, recordsMax - 2);
    expect(recordsMax).toBe(4_194_304);
    expect(opener.open(bodyOf(sealer.seal(message) as Uint8Array))).toEqual(message);
    expect(sealer.seal(message)).toMatchObject(limit);
    expect(sealer.seal(message)).toMatchObject(limit);
    const abort = sealer.sealAbort(message)!;
    expect(toHex(abort)).toBe('00000015379c4c17431b9c959f457742ee58a0f3a543a7eef7');
    expect(opener.open(bodyOf(abort))).toEqual(message);
    expect(sealer.sealAbort(message)).toBeUndefined();
  });

  it('PSP-SEAL-3 PSP-SEAL-10 opens no frame beyond the limit, whatever it holds', () => {
    const opener = new FrameOpener(keys, recordsMax);
    expect(opener.open(bodyOf(sealed()))).toMatchObject(limit);
  });

  it('PSP-SEAL-2 refuses a counter that can’t be', () => {
    for (const counter of [-1, 0.5, recordsMax + 1, Number.NaN]) {
      expect(() => new FrameSealer(keys, counter)).toThrow(UsageError);
      expect(() => new FrameOpener(keys, counter)).toThrow(UsageError);
    }
  });
});

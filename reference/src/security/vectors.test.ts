// The security layer against the golden vectors, which share no code with it.
import { describe, expect, it } from 'vitest';
import { ErrorCode, SecretKind } from '../wire/messages.ts';
import { isViolation } from '../wire/violation.ts';
import { goldenVectors, hexOf, octetsOf, titleOf } from '../testing/golden-vectors.ts';
import { parseAccessCode } from './access-code.ts';
import { agree } from './agreement.ts';
import * as cpace from './cpace.ts';
import { deriveKeys, hkdfExtract, transcriptHash } from './key-schedule.ts';
import { parseQrSecret } from './qr-secret.ts';
import { FrameOpener, FrameSealer, mustCloseSilently } from './sealed-frame.ts';
import { prs } from './secret.ts';
import { canonicalServerUrl, serverDigest } from './server-digest.ts';

type Hex = Readonly<Record<string, string>>;

function little(hex: string): bigint {
  return BigInt(`0x${hexOf(octetsOf(hex).reverse())}`);
}

function field(record: Hex, name: string): Uint8Array {
  const value = record[name];
  if (value === undefined) throw new Error(`the vector has no ${name}`);
  return octetsOf(value);
}

describe('vectors: CPace', () => {
  for (const { vectors } of goldenVectors<Hex, Hex>('cpace', 'run')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, { input, expect: want }) => {
      const [sid, ya, yb] = [field(input, 'sid'), little(input['ya']!), little(input['yb']!)];
      const inputs = { prs: field(input, 'prs'), channel: field(input, 'ci'), sid };
      expect(hexOf(cpace.generatorString(inputs))).toBe(want['generator_string']);
      expect(hexOf(cpace.generator(inputs))).toBe(want['generator']);
      const shareA = cpace.shareOf(ya, inputs);
      const shareB = cpace.shareOf(yb, inputs);
      expect([hexOf(shareA), hexOf(shareB)]).toEqual([want['share_a'], want['share_b']]);
      const k = cpace.scalarMultVfy(ya, shareB)!;
      expect(hexOf(k)).toBe(want['k']);
      const transcript = {
        shareA,
        associatedA: field(input, 'ada'),
        shareB,
        associatedB: field(input, 'adb'),
      };
      const isk = cpace.intermediateKey(sid, k, transcript);
      expect(hexOf(isk)).toBe(want['isk']);
      const { ta, tb } = cpace.confirmationTags(sid, isk, transcript);
      expect([hexOf(ta), hexOf(tb)]).toEqual([want['ta'], want['tb']]);
    });
  }

  for (const { vectors, parameters } of goldenVectors<Hex, Hex, Hex>('cpace', 'share')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const scalar = little(parameters['scalar']!);
      const share = field(vector.input, 'share');
      const k = cpace.scalarMultVfy(scalar, share);
      if (vector.result === 'valid') {
        expect(k === undefined ? undefined : hexOf(k)).toBe(vector.expect['k']);
        return;
      }
      expect(k).toBeUndefined();
      const octets = new Uint8Array(16);
      const own = { scalar, share: new Uint8Array(32) };
      const fault = agree({
        role: 'sender',
        own,
        peerShare: share,
        sessionNonce: octets,
        initiateBody: octets,
        acceptBody: octets,
      });
      expect(fault).toMatchObject({ code: ErrorCode[vector.error as 'AUTH_FAILED'] });
    });
  }
});

describe('vectors: key schedule', () => {
  for (const { vectors } of goldenVectors<Hex, Hex>('key-schedule', 'derive')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, { input, expect: want }) => {
      const bodies = [field(input, 'initiate_frame'), field(input, 'accept_frame')];
      const [initiate, accept] = bodies.map((frame) => frame.subarray(4));
      const th = transcriptHash(initiate!, accept!);
      expect(hexOf(th)).toBe(want['th']);
      const isk = field(input, 'isk');
      expect(hexOf(hkdfExtract(th, isk))).toBe(want['prk']);
      const keys = deriveKeys(isk, th);
      const got = {
        s2r_key: hexOf(keys.s2r.key),
        s2r_iv: hexOf(keys.s2r.iv),
        r2s_key: hexOf(keys.r2s.key),
        r2s_iv: hexOf(keys.r2s.iv),
        exporter: hexOf(keys.exporter),
      };
      expect(want).toMatchObject(got);
    });
  }
});

describe('vectors: sealed frames', () => {
  for (const { vectors, parameters } of goldenVectors<Hex, Hex, Hex>('sealed-frame', 'open')) {
    const keys = { key: field(parameters, 'key'), iv: field(parameters, 'iv') };
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const counter = Number(vector.input['counter']);
      const frame = field(vector.input, 'frame');
      const opened = new FrameOpener(keys, counter).open(frame.subarray(4));
      if (vector.result === 'valid') {
        expect(opened instanceof Uint8Array ? hexOf(opened) : opened).toBe(
          vector.expect['message'],
        );
        const last = counter === 2 ** 22 - 1;
        const sealer = new FrameSealer(keys, counter);
        const message = field(vector.expect, 'message');
        const sealed = last ? sealer.sealAbort(message) : sealer.seal(message);
        expect(sealed instanceof Uint8Array ? hexOf(sealed) : sealed).toBe(hexOf(frame));
        return;
      }
      if (!isViolation(opened)) throw new Error('the frame opened');
      expect(mustCloseSilently(opened)).toBe(vector.error === 'SEAL_BROKEN');
      if (vector.error !== 'SEAL_BROKEN') {
        expect(opened.code).toBe(ErrorCode[vector.error as 'MALFORMED_FRAME']);
      }
    });
  }
});

describe('vectors: server identity', () => {
  for (const { vectors } of goldenVectors<string, string>('server', 'canonical-url')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const canonical = canonicalServerUrl(vector.input);
      if (vector.result === 'valid') {
        expect(canonical).toBe(vector.expect);
        expect(canonicalServerUrl(vector.expect)).toBe(vector.expect);
      } else {
        expect(canonical).toMatchObject({ kind: 'url-fault' });
      }
    });
  }
  for (const { vectors } of goldenVectors<Hex, string>('server', 'digest')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, { input, expect: want }) => {
      const digest = serverDigest(field(input, 'session_nonce'), input['canonical_url']!);
      expect(hexOf(digest)).toBe(want);
    });
  }
});

describe('vectors: access code and QR text', () => {
  for (const { vectors } of goldenVectors<string, string>('access-code', 'typed-code')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const code = parseAccessCode(vector.input);
      if (vector.result === 'valid') expect(code).toBe(vector.expect);
      else expect(code).toMatchObject({ kind: 'code-fault' });
    });
  }
  for (const { vectors } of goldenVectors<string, string>('access-code', 'qr-text')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const secret = parseQrSecret(vector.input);
      if (vector.result === 'valid') {
        expect(secret instanceof Uint8Array ? hexOf(secret) : secret).toBe(vector.expect);
      } else {
        expect(secret).not.toBeInstanceOf(Uint8Array);
      }
    });
  }
  it('PSP-KEY-1: PRS is the kind, then the secret', () => {
    const [run] = goldenVectors<Hex, Hex>('cpace', 'run')[0]!.vectors;
    const digits = octetsOf(run!.input['prs']!).subarray(1);
    expect(hexOf(prs(SecretKind.DIGITS, digits))).toBe(run!.input['prs']);
  });
});

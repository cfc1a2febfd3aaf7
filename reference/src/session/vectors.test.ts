// A whole recorded session against the layers below the session: from the scalars and the code to
// every octet of both directions. The recording shares no code with them.
import { describe, expect, it } from 'vitest';
import { agree, FrameOpener, FrameSealer, makeShare, serverDigest } from '../security/index.ts';
import type { Agreement } from '../security/index.ts';
import { goldenVectors, hexOf, octetsOf, titleOf } from '../testing/golden-vectors.ts';
import { plainFields, withoutDefaults } from '../testing/plain-fields.ts';
import {
  decodeMessage,
  encodeMessage,
  isViolation,
  unpackBatch,
  type KnownMessage,
} from '../wire/index.ts';
import { SecretKind } from '../wire/messages.ts';

interface Step {
  readonly direction: 's2r' | 'r2s';
  readonly type: string;
  readonly sealed: boolean;
  readonly message: string;
  readonly frame: string;
  readonly fields: Readonly<Record<string, unknown>>;
}
interface Parameters {
  readonly code: string;
  readonly url: string;
  readonly ya: string;
  readonly yb: string;
}

function messageOf(step: Step): KnownMessage {
  const decoded = decodeMessage(octetsOf(step.message));
  if (isViolation(decoded) || decoded.type === 'Ignorable') throw new Error(step.type);
  return decoded;
}

/** A random source that gives a scalar, little-endian and padded to the 64 octets of a draw. */
const scalarSource = (hex: string) => () => octetsOf(hex.padEnd(128, '0'));

/** Both sides of the key agreement, each from its own scalar and what it saw. */
function agreements(steps: readonly Step[], parameters: Parameters): readonly Agreement[] {
  const [first, second] = steps.map(messageOf);
  if (first?.type !== 'Initiate' || second?.type !== 'Accept') throw new Error('order');
  const sessionNonce = first.value.sessionNonce;
  expect(hexOf(serverDigest(sessionNonce, parameters.url))).toBe(hexOf(first.value.serverDigest));
  const code = new TextEncoder().encode(parameters.code);
  const bodies = {
    sessionNonce,
    initiateBody: octetsOf(steps[0]?.message ?? ''),
    acceptBody: octetsOf(steps[1]?.message ?? ''),
  };
  const share = (hex: string) =>
    makeShare(SecretKind.DIGITS, code, sessionNonce, scalarSource(hex));
  const [ours, theirs] = [share(parameters.ya), share(parameters.yb)];
  const digits = first.value.pakeShares.find((s) => s.secretKind === SecretKind.DIGITS);
  expect(hexOf(ours.share)).toBe(hexOf(digits?.share ?? new Uint8Array()));
  expect(hexOf(theirs.share)).toBe(hexOf(second.value.pakeShare));
  const both = [
    agree({ role: 'sender', own: ours, peerShare: theirs.share, ...bodies }),
    agree({ role: 'receiver', own: theirs, peerShare: ours.share, ...bodies }),
  ];
  return both.map((agreement) => {
    if (isViolation(agreement)) throw new Error(agreement.detail);
    return agreement;
  });
}

describe('vectors: transcript', () => {
  const groups = goldenVectors<
    { frames: readonly Step[] },
    { entries: readonly unknown[] },
    Parameters
  >('transcript', 'session');
  for (const { vectors, parameters } of groups) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const steps = vector.input.frames;
      const [sender, receiver] = agreements(steps, parameters);
      if (sender === undefined || receiver === undefined) throw new Error('no agreement');
      expect(sender).toEqual(receiver);
      const sealers = {
        s2r: new FrameSealer(sender.keys.s2r),
        r2s: new FrameSealer(sender.keys.r2s),
      };
      const openers = {
        s2r: new FrameOpener(receiver.keys.s2r),
        r2s: new FrameOpener(receiver.keys.r2s),
      };
      for (const step of steps) {
        const message = messageOf(step);
        expect(message.type).toBe(step.type);
        expect(plainFields(message.value)).toEqual(withoutDefaults(step.fields));
        const octets = encodeMessage(message);
        expect(hexOf(octets)).toBe(step.message);
        if (!step.sealed) continue;
        const frame = sealers[step.direction].seal(octets);
        expect(isViolation(frame) ? frame : hexOf(frame)).toBe(step.frame);
        const opened = openers[step.direction].open(octetsOf(step.frame).subarray(4));
        expect(isViolation(opened) ? opened : hexOf(opened)).toBe(step.message);
      }
      const tags = steps.flatMap((step) => {
        const message = messageOf(step);
        return message.type === 'Confirm' ? [hexOf(message.value.tag)] : [];
      });
      expect(tags).toEqual([hexOf(sender.tb), hexOf(sender.ta)]);
    });

    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s: its entries', (_, vector) => {
      const step = vector.input.frames.find(({ type }) => type === 'Payload');
      const payload = step && messageOf(step);
      if (payload?.type !== 'Payload') throw new Error('no Payload');
      const entries = unpackBatch(payload.value, {
        limits: { maxFrameOctets: 65536, maxBatchOctets: 65536, maxBatchEntries: 1000 },
        deflate: false,
      });
      if (isViolation(entries)) throw new Error(entries.detail);
      expect([...entries].map(plainFields)).toEqual(withoutDefaults(vector.expect.entries));
    });
  }
});

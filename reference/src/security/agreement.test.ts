// The whole key agreement, against values computed by other code, and with one thing wrong at a
// time. The expected values come from a Python program on libsodium, hashlib and hmac.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ErrorCode, SecretKind } from '../wire/messages.ts';
import { isViolation } from '../wire/violation.ts';
import { agree, makeShare, type Agreement, type AgreementInputs } from './agreement.ts';
import { ascii, concat } from './octets.ts';
import { counting, hex, scripted, toHex, withOneBitFlipped } from './testing/octets.ts';

const sessionNonce = counting(16);
const code = ascii('572000007');
const initiateBody = concat(hex('01'), ascii('initiate'.repeat(40)));
const acceptBody = concat(hex('02'), ascii('accept'));

const sender = makeShare(SecretKind.DIGITS, code, sessionNonce, scripted(counting(64)));
const receiver = makeShare(SecretKind.DIGITS, code, sessionNonce, scripted(counting(64, 64)));

const asSender: AgreementInputs = {
  role: 'sender',
  own: sender,
  peerShare: receiver.share,
  sessionNonce,
  initiateBody,
  acceptBody,
};
const asReceiver: AgreementInputs = {
  ...asSender,
  role: 'receiver',
  own: receiver,
  peerShare: sender.share,
};

function agreed(inputs: AgreementInputs): Agreement {
  const result = agree(inputs);
  if (isViolation(result)) throw new Error(result.detail);
  return result;
}

describe('PSP-KEY-1 to PSP-KEY-4 the agreement', () => {
  it('PSP-KEY-1 makes the shares that other code makes from the same draws', () => {
    expect(toHex(sender.share)).toBe(
      'f61b16924ef6590a42a461de7519cf2a734629ea7263ce6085bae21695063841',
    );
    expect(toHex(receiver.share)).toBe(
      '5a9f70ec01b40bae41dfd89331c1c0834d61ce5ad8c20496a55e189913c0c51a',
    );
  });

  it('PSP-KEY-2, PSP-KEY-3, PSP-KEY-4 give the tags and keys that other code gives', () => {
    const { ta, tb, keys } = agreed(asSender);
    expect([ta, tb].map(toHex)).toEqual([
      '64f31b29e6044d5b8c6570b1c5a8ad2085840ff74ef82a2346d856e2173f7262' +
        '9d27773d98cbb5afa5f81eb542f93ef715686984b78be5c036b0f2ab6654872c',
      'd8b867615090969bc24885ca604d18961aa5b234a05c1472b469231206a76fda' +
        'e6ed41836fd5383e058ff0db516cb10a8d9f30e9eab2be93796f7740773d3043',
    ]);
    expect([keys.s2r.key, keys.r2s.key, keys.exporter].map(toHex)).toEqual([
      '42df8a7bb42afd90db371234cdeca83a6abdbf1558f52ef4730a5ff962de2b0f',
      '8611244fd937bf92056e8b1612b3abd4e8d9e529082e133e60d8cac4e5e00a5f',
      'c708dcd6d70cc4ce4a2790d4d90f0bc6f27e0283a5963710ab86d3747d9bb1bb',
    ]);
    expect([keys.s2r.iv, keys.r2s.iv].map(toHex)).toEqual([
      'dca8d9a877513226269f181f',
      '6702e6c5e7775fdfd557563a',
    ]);
  });

  it('PSP-KEY-1 gives both sides the same', () => {
    expect(agreed(asReceiver)).toEqual(agreed(asSender));
  });

  it('PSP-CODE-12 a second connection with the same secret has another share', () => {
    const again = makeShare(SecretKind.DIGITS, code, sessionNonce, randomBytes);
    expect(toHex(again.share)).not.toBe(toHex(sender.share));
  });
});

describe('PSP-HS-12, PSP-HS-15 one thing wrong gives other tags and other keys', () => {
  const right = agreed(asSender);
  const differs = (other: Agreement): void => {
    expect(toHex(other.ta)).not.toBe(toHex(right.ta));
    expect(toHex(other.tb)).not.toBe(toHex(right.tb));
    expect(toHex(other.keys.s2r.key)).not.toBe(toHex(right.keys.s2r.key));
    expect(toHex(other.keys.r2s.key)).not.toBe(toHex(right.keys.r2s.key));
  };
  const receiverWith = (kind: SecretKind, secret: Uint8Array, nonce = sessionNonce): Agreement => {
    const own = makeShare(kind, secret, nonce, scripted(counting(64, 64)));
    return agreed({ ...asReceiver, own, sessionNonce: nonce });
  };

  it('PSP-HS-12 another code', () => {
    differs(receiverWith(SecretKind.DIGITS, ascii('572000014')));
  });

  it('PSP-HS-12 a secret of another kind', () => {
    differs(receiverWith(SecretKind.QR, new Uint8Array(32)));
  });

  it('PSP-HS-2 another session nonce', () => {
    differs(receiverWith(SecretKind.DIGITS, code, counting(16, 1)));
  });

  it('PSP-HS-16 any bit of Initiate or Accept', () => {
    for (const changed of withOneBitFlipped(acceptBody)) {
      differs(agreed({ ...asSender, acceptBody: changed }));
    }
    for (const changed of withOneBitFlipped(initiateBody.subarray(0, 9))) {
      differs(agreed({ ...asSender, initiateBody: changed }));
    }
  });

  it('PSP-HS-12 a tag sent back to where it came from', () => {
    expect(toHex(right.ta)).not.toBe(toHex(right.tb));
    // A mirror: the same share and the same octets in both directions, but for the message type.
    const mirror = agreed({
      ...asSender,
      peerShare: sender.share,
      acceptBody: concat(hex('02'), initiateBody.subarray(1)),
    });
    expect(toHex(mirror.ta)).not.toBe(toHex(mirror.tb));
  });
});

describe('PSP-HS-10 unusable shares', () => {
  it.each([
    ['the identity', new Uint8Array(32)],
    ['no group element', new Uint8Array(32).fill(0xff)],
    ['31 octets', receiver.share.subarray(1)],
    ['nothing', new Uint8Array(0)],
  ])('PSP-HS-10 %s is AUTH_FAILED as a value', (_, peerShare) => {
    for (const inputs of [asSender, asReceiver]) {
      expect(agree({ ...inputs, peerShare })).toMatchObject({
        kind: 'violation',
        code: ErrorCode.AUTH_FAILED,
        requirement: 'PSP-HS-10',
      });
    }
  });
});

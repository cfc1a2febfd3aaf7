// Both kinds of secret: their text and what the key agreement takes.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretKind } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { ascii } from './octets.ts';
import { formatQrSecret, generateQrSecret, parseQrSecret } from './qr-secret.ts';
import { codeSecret, generateSecret, parseSecret, prs } from './secret.ts';
import { counting, hex, scripted, toHex } from './testing/octets.ts';

const qr = counting(32, 0xe0);
const qrText = 'FPSP1:4OHi4-Tl5ufo6err7O3u7_Dx8vP09fb3-Pn6-_z9_v8';

describe('PSP-CODE-10, PSP-CODE-11 the QR secret', () => {
  it('PSP-CODE-10 is 32 octets as drawn', () => {
    expect(generateQrSecret(scripted(qr))).toEqual(qr);
    expect(() => generateQrSecret(() => new Uint8Array(31))).toThrow(UsageError);
  });

  it('PSP-CODE-10 has octets of its own, whatever the source does with its buffer', () => {
    const buffer = Buffer.from(qr);
    const secret = generateQrSecret(() => buffer);
    buffer.fill(0);
    expect(secret).toEqual(new Uint8Array(qr));
  });

  it('PSP-CODE-11 is shown as FPSP1: and unpadded base64url', () => {
    expect(formatQrSecret(qr)).toBe(qrText);
    expect(parseQrSecret(qrText)).toEqual(qr);
    expect(parseQrSecret(`\n ${qrText}\r\n`)).toEqual(qr);
  });

  it.each([
    ['another prefix', qrText.replace('FPSP1', 'FPSP2'), 'wrong-prefix'],
    ['a prefix in lower case', qrText.toLowerCase(), 'wrong-prefix'],
    ['a web address', 'https://example.org/', 'wrong-prefix'],
    ['nothing', '', 'wrong-prefix'],
    ['only the prefix', 'FPSP1:', 'wrong-text'],
    ['a character too few', qrText.slice(0, -1), 'wrong-text'],
    ['a character too many', `${qrText}A`, 'wrong-text'],
    ['padding', `${qrText}=`, 'wrong-text'],
    ['the other base64 alphabet', qrText.replace('-', '+'), 'wrong-text'],
    ['a space inside', `${qrText.slice(0, 20)} ${qrText.slice(20)}`, 'wrong-text'],
    ['set bits after the last octet', qrText.replace(/8$/, '9'), 'wrong-text'],
  ])('PSP-CODE-11 refuses %s', (_, text, reason) => {
    expect(parseQrSecret(text)).toMatchObject({ kind: 'qr-fault', reason });
  });
});

describe('PSP-KEY-1 the password-related string', () => {
  it('PSP-KEY-1 is the kind and then the secret', () => {
    expect(toHex(prs(SecretKind.DIGITS, ascii('572000007')))).toBe('01353732303030303037');
    expect(toHex(prs(SecretKind.QR, qr))).toBe(`02${toHex(qr)}`);
  });

  it('PSP-KEY-1 has no form for other kinds or lengths', () => {
    expect(() => prs(SecretKind.UNSPECIFIED, qr)).toThrow(UsageError);
    expect(() => prs(3 as SecretKind, qr)).toThrow(UsageError);
    expect(() => prs(SecretKind.DIGITS, ascii('57200000'))).toThrow(UsageError);
    expect(() => prs(SecretKind.QR, qr.subarray(1))).toThrow(UsageError);
  });
});

describe('PSP-CODE-3, PSP-CODE-11 reading a secret of either kind', () => {
  it('PSP-CODE-11 takes a text with the prefix as a QR secret', () => {
    expect(parseSecret(` ${qrText}`)).toEqual({ kind: SecretKind.QR, secret: qr });
    expect(parseSecret('FPSP1:572')).toMatchObject({ kind: 'qr-fault' });
  });

  it('PSP-CODE-3 takes everything else as typed digits', () => {
    expect(parseSecret('000 000 000')).toEqual(codeSecret('000000000'));
    expect(parseSecret('FPSP 123')).toMatchObject({ kind: 'code-fault', reason: 'not-a-digit' });
  });

  it('PSP-CODE-1, PSP-CODE-10 reads every secret that it draws', () => {
    const digits = generateSecret(SecretKind.DIGITS, scripted(hex('00000007')));
    expect(parseSecret(Buffer.from(digits.secret).toString('ascii'))).toEqual(digits);
    const scanned = generateSecret(SecretKind.QR, randomBytes);
    expect(parseSecret(formatQrSecret(scanned.secret))).toEqual(scanned);
  });
});

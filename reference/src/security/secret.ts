// The secret that proves "can see the sender's screen", in the form the key agreement takes. Knows
// both kinds and their text; nothing of how long a secret lives.
import { SecretKind } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { generateAccessCode, parseAccessCode, type AccessCodeFault } from './access-code.ts';
import { ascii, concat, type RandomOctets } from './octets.ts';
import { generateQrSecret, parseQrSecret, qrPrefix, type QrSecretFault } from './qr-secret.ts';

/** A secret of a kind that this library can show and take. */
export interface Secret {
  readonly kind: typeof SecretKind.DIGITS | typeof SecretKind.QR;
  /** DIGITS: 9 ASCII digits. QR: 32 octets. */
  readonly secret: Uint8Array;
}

const octetsOf: Readonly<Record<Secret['kind'], number>> = {
  [SecretKind.DIGITS]: 9,
  [SecretKind.QR]: 32,
};

/**
 * The password-related string of CPace: the kind as one octet, then the secret (PSP-KEY-1). The
 * kind keeps a secret of one kind from ever meaning the same as one of another.
 *
 * @throws {@link UsageError} for a kind without a format, or a secret of another length.
 */
export function prs(kind: SecretKind, secret: Uint8Array): Uint8Array {
  if (kind !== SecretKind.DIGITS && kind !== SecretKind.QR) {
    throw new UsageError('A secret is of kind DIGITS or QR.');
  }
  if (secret.length !== octetsOf[kind]) {
    throw new UsageError(`A secret of kind ${kind} has ${octetsOf[kind]} octets.`);
  }
  return concat(Uint8Array.of(kind), secret);
}

/** The secret of an access code, given as its nine ASCII digits. */
export function codeSecret(code: string): Secret {
  return { kind: SecretKind.DIGITS, secret: ascii(code) };
}

/** Draws a new secret of the given kind (PSP-CODE-1, PSP-CODE-10). */
export function generateSecret(kind: Secret['kind'], randomOctets: RandomOctets): Secret {
  return kind === SecretKind.DIGITS
    ? codeSecret(generateAccessCode(randomOctets))
    : { kind, secret: generateQrSecret(randomOctets) };
}

/**
 * Reads what a person typed or a camera saw: the text of a QR secret, or an access code.
 *
 * @returns the secret, or a fault whose message tells the person what to do.
 */
export function parseSecret(text: string): Secret | AccessCodeFault | QrSecretFault {
  if (text.trim().startsWith(qrPrefix)) {
    const parsed = parseQrSecret(text);
    return parsed instanceof Uint8Array ? { kind: SecretKind.QR, secret: parsed } : parsed;
  }
  const parsed = parseAccessCode(text);
  return typeof parsed === 'string' ? codeSecret(parsed) : parsed;
}

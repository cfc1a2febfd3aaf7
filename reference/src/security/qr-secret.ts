// The secret that a QR code carries, and its text. Knows nothing of pictures.
import { UsageError } from '../wire/violation.ts';
import type { RandomOctets } from './octets.ts';

/** How the text of every QR secret of version 1 begins (PSP-CODE-11). */
export const qrPrefix = 'FPSP1:';
/** Octets of a QR secret (PSP-CODE-10). */
export const qrSecretOctets = 32;

/** A scanned text that is no QR secret; `message` tells the person what to do. */
export interface QrSecretFault {
  readonly kind: 'qr-fault';
  readonly reason: 'wrong-prefix' | 'wrong-text';
  readonly message: string;
}

/**
 * Draws the secret of a QR code, independent of the access code shown beside it (PSP-CODE-10).
 *
 * @throws {@link UsageError} when `randomOctets` returns another number of octets.
 */
export function generateQrSecret(randomOctets: RandomOctets): Uint8Array {
  const secret = randomOctets(qrSecretOctets);
  if (secret.length !== qrSecretOctets) {
    throw new UsageError(`randomOctets(${qrSecretOctets}) must return that many octets.`);
  }
  // A copy: `slice` of a Buffer, which many sources return, would share its memory.
  return new Uint8Array(secret);
}

/** The text to put in a QR code (PSP-CODE-11). */
export function formatQrSecret(secret: Uint8Array): string {
  return qrPrefix + Buffer.from(secret).toString('base64url');
}

/** Reads the text of a QR code; white space around it is ignored, as a paste often brings some. */
export function parseQrSecret(text: string): Uint8Array | QrSecretFault {
  const trimmed = text.trim();
  if (!trimmed.startsWith(qrPrefix)) {
    return {
      kind: 'qr-fault',
      reason: 'wrong-prefix',
      message: 'This is no code of FHIR Peer Sync. Scan the code on the sender’s screen.',
    };
  }
  const secret = new Uint8Array(Buffer.from(trimmed.slice(qrPrefix.length), 'base64url'));
  // Buffer skips what it does not know; only a text that it would write itself is right.
  if (secret.length !== qrSecretOctets || formatQrSecret(secret) !== trimmed) {
    return {
      kind: 'qr-fault',
      reason: 'wrong-text',
      message: 'The code was not read completely. Scan the whole code again.',
    };
  }
  return secret;
}

// What a testee shows its user to be typed or scanned, and what the kit makes of it. Pure.
import { isFault } from '../fault.ts';
import { secretOf, type Secret } from '../peer/exchange.ts';
import { readQrText, readTypedCode } from '../security/access-code.ts';

/** A secret on show, as the event `code` tells it. */
export interface ShownCode {
  readonly digits?: string;
  readonly qr?: string;
}

/** What is on show for one connection. */
export interface Shown {
  /** One, or one of each kind; the kit as receiver takes the first. */
  readonly secrets: readonly Secret[];
  /** Absent where the testee drew none. */
  readonly code?: ShownCode;
}

function faultOf(text: string, isQr: boolean): string | undefined {
  // PSP-CODE-1, PSP-CODE-11: a person or a camera hands on what is there, and nothing else.
  const read = isQr ? readQrText(text) : readTypedCode(text);
  return isFault(read) ? read.detail : undefined;
}

/**
 * Reads what a testee shows.
 *
 * @param scans - Whether only the QR text is taken.
 * @returns what is wrong with it as a sentence, where nobody could use it.
 */
export function readShown({ digits, qr }: ShownCode, scans: boolean): Shown | string {
  const wrong = [
    ...(digits === undefined ? [] : [faultOf(digits, false)]),
    ...(qr === undefined ? [] : [faultOf(qr, true)]),
  ].find((why) => why !== undefined);
  if (wrong !== undefined) return `the testee showed no good secret: ${wrong}`;
  const taken = scans ? [qr] : [digits, qr];
  const secrets = taken.flatMap((text) => (text === undefined ? [] : secretOf(text)));
  if (secrets.length === 0) return 'the testee showed no secret of the kind that is taken';
  const code = {
    ...(digits === undefined ? {} : { digits }),
    ...(qr === undefined ? {} : { qr }),
  };
  return { secrets, code };
}

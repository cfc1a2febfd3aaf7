// Shows the sender's code, as digits and as a QR code, with the time it has left. Draws no secret
// and keeps none.
import { renderUnicodeCompact } from 'uqr';
import { formatAccessCode } from '../security/access-code.ts';
import { formatQrSecret } from '../security/qr-secret.ts';
import type { Secret } from '../security/secret.ts';
import { SecretKind } from '../wire/messages.ts';
import { formatClock } from './number-text.ts';
import type { Screen } from './screen.ts';

const redrawEveryMs = 1_000;
const escape = '\u001b';
// Version 4 with two modules of margin on each side; a narrower terminal would break its lines.
const qrColumns = 37;

/** The kinds of secret that this screen can show. */
export function kindsFor(screen: Screen): Secret['kind'][] {
  const hasQr = screen.json || (screen.printsToTerminal && screen.columns >= qrColumns);
  return hasQr ? [SecretKind.DIGITS, SecretKind.QR] : [SecretKind.DIGITS];
}

/** One code on a screen, until it is taken away. */
export class CodeDisplay {
  readonly #screen: Screen;
  readonly #nowMs: () => number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #endMs = 0;
  #waitingFor = '';

  constructor(screen: Screen, nowMs: () => number) {
    this.#screen = screen;
    this.#nowMs = nowMs;
  }

  /** Shows fresh secrets, and counts their life down on a terminal. */
  show(secrets: readonly Secret[], lifeMs: number, waitingFor: string): void {
    const digits = secrets.find(({ kind }) => kind === SecretKind.DIGITS);
    const qr = secrets.find(({ kind }) => kind === SecretKind.QR);
    const expiresInSeconds = Math.round(lifeMs / 1000);
    const code = Buffer.from(digits?.secret ?? []).toString('ascii');
    const qrText = qr === undefined ? undefined : formatQrSecret(qr.secret);
    this.#screen.emit({ event: 'code', code, ...(qrText && { qr: qrText }), expiresInSeconds });
    if (qrText !== undefined) this.#screen.print(this.#picture(qrText));
    const shown = this.#screen.mark('bold', formatAccessCode(code));
    this.#screen.print(`Code: ${shown} (valid for ${expiresInSeconds} s)`);
    this.#endMs = this.#nowMs() + lifeMs;
    this.#timer ??= setInterval(() => {
      this.#draw();
    }, redrawEveryMs);
    this.waitFor(waitingFor);
  }

  /** Says what is waited for now, as long as a code is shown. */
  waitFor(waitingFor: string): void {
    this.#waitingFor = waitingFor;
    if (this.#timer !== undefined) this.#draw();
  }

  /** The code on show is worth nothing any more. */
  hide(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#screen.liveLine('');
  }

  #draw(): void {
    const left = formatClock(this.#endMs - this.#nowMs());
    this.#screen.liveLine(`Valid for ${left} more; waiting for ${this.#waitingFor}`);
  }

  #picture(text: string): string {
    const lines = renderUnicodeCompact(text, { ecc: 'M', border: 2 }).split('\n');
    // White on black whatever the terminal's colours are, or a camera sees the negative.
    const isMarked = this.#screen.mark('bold', '') !== '';
    return lines
      .map((line) => (isMarked ? `${escape}[97;40m${line}${escape}[0m` : line))
      .join('\n');
  }
}

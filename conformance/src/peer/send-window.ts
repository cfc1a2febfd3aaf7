// How far the kit may run ahead of the testee's Acks when it is the sender (section 11.1). It
// counts and sends nothing; a case that is about the window does not ask it.
import type { TextFields } from '../wire/message-text.ts';

/** The window that the testee announced and what is under way in it. */
export class SendWindow {
  #payloads: number | undefined;
  #octets = 0n;
  /** `uncompressed_octets` of the Payloads that are not acknowledged. */
  readonly #underWay: { readonly sequence: number; readonly octets: bigint }[] = [];

  /** Takes in the window of a Request or Ack, and what the Ack covers. */
  hear(fields: TextFields): void {
    const window = fields['window'] as TextFields | undefined;
    if (window !== undefined) {
      this.#payloads = Number(window['max_unacked_payloads'] ?? 0);
      this.#octets = BigInt((window['max_unacked_octets'] ?? 0) as number | string);
    }
    const through = Number(fields['through_sequence'] ?? 0);
    const open = this.#underWay.filter(({ sequence }) => sequence > through);
    this.#underWay.splice(0, this.#underWay.length, ...open);
  }

  /** Takes in a Payload that was sent. */
  sent(sequence: number, octets: bigint): void {
    this.#underWay.push({ sequence, octets });
  }

  /** Whether a Payload of so many octets may go; a peer that named no window forbids nothing. */
  admits(octets: bigint): boolean {
    if (this.#payloads === undefined) return true;
    if (this.#underWay.length >= this.#payloads) return false;
    if (this.#underWay.length === 0) return true;
    return this.#underWay.reduce((sum, { octets: own }) => sum + own, octets) <= this.#octets;
  }
}

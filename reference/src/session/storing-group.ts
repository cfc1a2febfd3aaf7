// Payloads that wait to be stored, as many as make one good transaction: a durable commit costs the
// same for one entry and for a thousand. Knows no store; what is durable together is acknowledged
// Payload by Payload.
import type { Allowance } from '../machine/index.ts';
import type { PayloadGroup } from '../sync/index.ts';
import { isViolation, unpackBatch } from '../wire/index.ts';
import type { EntryOutcome, Payload, SyncPayload, UnpackTerms, Violation } from '../wire/index.ts';

// Measured: beyond this a transaction gains nothing, and until it ends nobody else writes.
const entriesEnough = 1_000;
const octetsMax = 2 * 1024 * 1024;

/** The first Payloads of a queue, taken out of it. */
export class StoringGroup implements PayloadGroup {
  readonly #queue: Payload[];
  readonly #payloadsMax: number;
  readonly #taken: { readonly sequence: bigint; readonly entries: number }[] = [];
  readonly entries: SyncPayload[] = [];
  /** The last one that is not empty. */
  cursor: Uint8Array = new Uint8Array(0);

  /**
   * @param queue - Not empty; what the group takes leaves it.
   * @param allowance - The sender's window; half of it is stored while the other half travels.
   */
  constructor(queue: Payload[], allowance: Allowance) {
    this.#queue = queue;
    this.#payloadsMax = Math.max(1, Math.floor(allowance.payloads / 2));
  }

  /** How many Payloads were taken and opened. */
  get payloads(): number {
    return this.#taken.length;
  }

  /**
   * Takes Payloads and opens their batches; to be called once.
   *
   * @returns the fault of a Payload, which is not taken and neither is what follows.
   */
  open(terms: UnpackTerms): Violation | undefined {
    let octets = 0;
    while (this.#hasRoom(octets)) {
      const payload = this.#queue.shift();
      if (payload === undefined) break;
      const entries = unpackBatch(payload, terms);
      if (isViolation(entries)) return entries;
      for (const entry of entries) this.entries.push(entry);
      this.#taken.push({ sequence: payload.sequence, entries: entries.length });
      if (payload.cursor.length > 0) this.cursor = payload.cursor;
      octets += payload.uncompressedOctets;
    }
    return undefined;
  }

  /** Outcomes by the place in {@link StoringGroup.entries}, named as an Ack names them. */
  named(outcomes: readonly EntryOutcome[]): EntryOutcome[] {
    const ends: number[] = [];
    for (const { entries } of this.#taken) ends.push((ends.at(-1) ?? 0) + entries);
    return outcomes.map((outcome) => {
      const at = ends.findIndex((end) => outcome.entryIndex < end);
      const first = at > 0 ? (ends[at - 1] ?? 0) : 0;
      const sequence = this.#taken[at]?.sequence ?? 0n;
      return { ...outcome, sequence, entryIndex: outcome.entryIndex - first };
    });
  }

  #hasRoom(octets: number): boolean {
    const next = this.#queue[0];
    if (this.#taken.length === 0) return next !== undefined;
    if (next === undefined || this.#taken.length >= this.#payloadsMax) return false;
    return this.entries.length < entriesEnough && octets + next.uncompressedOctets <= octetsMax;
  }
}

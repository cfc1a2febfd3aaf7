// Payloads that wait to be stored, as many as make one good transaction: a durable commit costs the
// same for one entry and for a thousand. Knows no store; what is durable together is acknowledged
// Payload by Payload.
import type { Allowance } from '../machine/index.ts';
import type { PayloadGroup } from '../sync/index.ts';
import { giveBack, isViolation, PayloadEncoding, unpackBatch } from '../wire/index.ts';
import type { BatchEntries, EntryOutcome, Payload, SyncPayload } from '../wire/index.ts';
import type { UnpackTerms, Violation } from '../wire/index.ts';

// Measured: beyond this a transaction gains nothing, and until it ends nobody else writes.
const entriesEnough = 1_000;
// Measured: twice as much gains a fiftieth of the rate and takes 20 to 40 MB more, half as much
// costs a sixteenth.
const octetsMax = 1.5 * 1024 * 1024;
// Measured: to wait for a quarter of this where nothing is compressed makes commits of one Payload
// and costs a sixth of the rate; to wait for more gains nothing.
const heldEnough = 1024 * 1024;

const payloadsIn = (allowance: Allowance): number =>
  Math.max(1, Math.floor(allowance.payloads / 2));

/** Whether no other Payload is worth waiting for: these fill a group, or are much to hold. */
export function fillsGroup(queue: readonly Payload[], allowance: Allowance): boolean {
  const octets = queue.reduce((sum, { uncompressedOctets }) => sum + uncompressedOctets, 0);
  const held = queue.reduce((sum, { batch }) => sum + batch.length, 0);
  return queue.length >= payloadsIn(allowance) || octets >= octetsMax || held >= heldEnough;
}

/** The first Payloads of a queue, taken out of it. */
export class StoringGroup implements PayloadGroup {
  readonly #queue: Payload[];
  readonly #payloadsMax: number;
  readonly #taken: { readonly sequence: bigint; readonly batch: BatchEntries }[] = [];
  /** Made anew each time they are gone through. */
  readonly entries: Iterable<SyncPayload> = { [Symbol.iterator]: () => this.#all() };
  #count = 0;
  /** The last one that is not empty. */
  cursor: Uint8Array = new Uint8Array(0);

  /**
   * @param queue - Not empty; what the group takes leaves it.
   * @param allowance - The sender's window; half of it is stored while the other half travels.
   */
  constructor(queue: Payload[], allowance: Allowance) {
    this.#queue = queue;
    this.#payloadsMax = payloadsIn(allowance);
  }

  /** How many entries there are, of each resource type. */
  get types(): Iterable<readonly [type: string, entries: number]> {
    return this.#taken.flatMap(({ batch }) => [...batch.types]);
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
      const batch = unpackBatch(payload, terms);
      if (isViolation(batch)) return batch;
      this.#taken.push({ sequence: payload.sequence, batch });
      this.#count += batch.length;
      // A copy: it is part of the message that is given back here, or with its entries.
      if (payload.cursor.length > 0) this.cursor = payload.cursor.slice();
      // What was compressed is used up; what was not is what the entries are views of.
      if (payload.encoding === PayloadEncoding.DEFLATE) giveBack(payload.batch);
      octets += payload.uncompressedOctets;
    }
    return undefined;
  }

  /** Outcomes by the place in {@link StoringGroup.entries}, named as an Ack names them. */
  named(outcomes: readonly EntryOutcome[]): EntryOutcome[] {
    const ends: number[] = [];
    for (const { batch } of this.#taken) ends.push((ends.at(-1) ?? 0) + batch.length);
    return outcomes.map((outcome) => {
      const at = ends.findIndex((end) => outcome.entryIndex < end);
      const first = at > 0 ? (ends[at - 1] ?? 0) : 0;
      const sequence = this.#taken[at]?.sequence ?? 0n;
      return { ...outcome, sequence, entryIndex: outcome.entryIndex - first };
    });
  }

  /** Gives back what the entries are views of; to be called when they are stored. */
  release(): void {
    for (const { batch } of this.#taken) batch.release();
  }

  *#all(): Generator<SyncPayload, void> {
    for (const { batch } of this.#taken) for (const entry of batch) yield entry;
  }

  #hasRoom(octets: number): boolean {
    const next = this.#queue[0];
    if (this.#taken.length === 0) return next !== undefined;
    if (next === undefined || this.#taken.length >= this.#payloadsMax) return false;
    return this.#count < entriesEnough && octets + next.uncompressedOctets <= octetsMax;
  }
}

// One session's data on its way in: stores each Payload in one transaction, counts outcomes, and
// compares the counts at the end. Memory depends on the number of types and on fixed caps only.
import {
  ErrorCode,
  Outcome,
  type Complete,
  type EntryOutcome,
  type Identity,
  type Offer,
  type Receipt,
  type SelectionMode,
} from '../wire/messages.ts';
import { UsageError, violation, type Violation } from '../wire/violation.ts';
import type { Decide, Store, Verdict } from '../store/store.ts';
import type { ConflictReason } from './classification.ts';
import { ReferenceTracker } from './references.ts';
import { ReportTally } from './report-tally.ts';
import type { SyncReport } from './report.ts';
import type { PayloadGroup, SyncImport } from './sync-receiver.ts';

/** An entry that was decided about. */
interface Arrived {
  readonly resourceType: string;
  readonly resourceId: string;
  /** What it refers to that has to be looked for. */
  readonly targets: readonly string[] | undefined;
}

/** What an import belongs to. */
export interface ImportSetting {
  readonly store: Store;
  readonly decide: Decide;
  readonly mode: SelectionMode;
  /** What the cursors of this session belong to. */
  readonly scope: string;
}

/** A {@link SyncImport} into a store. */
export class StoreImport implements SyncImport {
  readonly #setting: ImportSetting;
  readonly #peer: Uint8Array;
  readonly #tally: ReportTally;
  readonly #references: ReferenceTracker;
  #payloads = 0n;
  #agreed = false;

  constructor(setting: ImportSetting, sender: Identity, offer: Offer) {
    this.#setting = setting;
    this.#peer = sender.replicaId;
    this.#tally = new ReportTally({
      role: 'receiver',
      replicaId: sender.replicaId,
      displayName: sender.displayName,
      mode: setting.mode,
      disposition: offer.cursorDisposition,
    });
    this.#tally.offered(offer.totals);
    this.#tally.replaceWithheld(offer.withheld);
    this.#references = new ReferenceTracker(async (type, id) => {
      const entry = await setting.store.get(type, id);
      return entry !== undefined && entry.payload.resource.length > 0;
    });
  }

  get report(): SyncReport {
    return this.#tally.snapshot();
  }

  async receive({ entries, cursor, payloads }: PayloadGroup): Promise<EntryOutcome[]> {
    const { store, scope } = this.#setting;
    const arrived: Arrived[] = [];
    // Read of an entry when it is stored: nothing else of it outlives its own turn.
    const decide: Decide = (current, received) => {
      const { resourceType, resourceId } = received;
      const decision = this.#setting.decide(current, received);
      const written = decision.write?.payload.resource;
      const targets =
        written === undefined || written.length === 0
          ? undefined
          : this.#references.arriving(resourceType, resourceId, decision.references ?? written);
      arrived.push({ resourceType, resourceId, targets });
      return decision;
    };
    // PSP-ATOM-3, PSP-RESUME-1: one transaction, and nothing is counted before it is durable.
    const verdicts = await store.updateRemote({ peer: this.#peer, scope, entries, cursor }, decide);
    this.#payloads += BigInt(payloads);
    this.#tally.payloads += payloads;
    const outcomes: EntryOutcome[] = [];
    for (const [index, { resourceType, resourceId, targets }] of arrived.entries()) {
      const verdict = verdicts[index];
      if (verdict === undefined)
        throw new Error('the store decided about fewer entries than given');
      const { outcome, code } = verdict;
      this.#tally.transferred(resourceType);
      // The store hands back what our own decision said.
      const reason = verdict.conflict as ConflictReason | undefined;
      this.#tally.settled(resourceType, resourceId, outcome, code, reason);
      if (outcome !== Outcome.STORED) outcomes.push(outcomeOf(index, verdict));
      if (targets === undefined || outcome === Outcome.REFUSED) continue;
      if (this.#references.stored(targets)) await this.#references.catchUp();
    }
    return outcomes;
  }

  async complete(message: Complete): Promise<Violation | undefined> {
    const fault = this.#faultOfCounts(message);
    if (fault !== undefined) return fault;
    const { store, scope } = this.#setting;
    // PSP-DONE-3: before the Receipt, because the sender may forget the session after it.
    if (message.cursor.length > 0) await store.setCursor(this.#peer, scope, message.cursor);
    this.#tally.replaceWithheld(message.withheld);
    // PSP-SEL-10: only now, because a target may come after its referrer.
    this.#tally.dangling = await this.#references.report();
    this.#agreed = true;
    return undefined;
  }

  receipt(): Receipt {
    if (!this.#agreed) throw new UsageError('a Receipt is due when complete() found no fault');
    this.#tally.complete = true;
    return { counts: this.#tally.outcomeCounts() };
  }

  // PSP-DONE-2
  #faultOfCounts(message: Complete): Violation | undefined {
    const mismatch = (detail: string): Violation =>
      violation(ErrorCode.COUNT_MISMATCH, 'PSP-DONE-2', detail);
    if (message.payloads !== this.#payloads) {
      return mismatch(`Complete counts ${message.payloads} Payloads, ${this.#payloads} came`);
    }
    const sent = new Map<string, bigint>();
    for (const { resourceType, entries } of message.entries) {
      sent.set(resourceType, (sent.get(resourceType) ?? 0n) + entries);
    }
    const received = this.#tally.transferredByType();
    for (const resourceType of new Set([...sent.keys(), ...received.keys()])) {
      if ((sent.get(resourceType) ?? 0n) !== BigInt(received.get(resourceType) ?? 0)) {
        return mismatch('the count of a resource type in Complete differs from what came');
      }
    }
    return undefined;
  }
}

function outcomeOf(entryIndex: number, { outcome, code }: Verdict): EntryOutcome {
  return { sequence: 0n, entryIndex, outcome, code: code ?? ErrorCode.UNSPECIFIED };
}

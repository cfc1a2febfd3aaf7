// Counts what happens in a session and makes the report of it. Memory is bounded by the number of
// resource types and by the length of the lists, never by the number of resources.
import {
  CursorDisposition,
  ErrorCode,
  Outcome,
  SelectionMode,
  WithheldReason,
  type OutcomeCount,
  type TypeCount,
  type WithheldCount,
} from '../wire/messages.ts';
import type { ConflictReason } from './classification.ts';
import type {
  BoundedList,
  DanglingReport,
  DispositionName,
  ErrorName,
  ModeName,
  OutcomeName,
  ResourceReport,
  SyncReport,
  TypeReport,
  WithheldName,
} from './report.ts';

/** How many items a list of a report holds; the others are only counted. */
export const reportItemsMax = 1_000;

interface TypeTally {
  offered: number | undefined;
  transferred: number;
  acknowledged: number;
  outcomes: Map<Outcome, number>;
  withheld: Map<WithheldReason, number>;
}

interface ListTally {
  readonly items: ResourceReport[];
  more: number;
}

/** What a report says about the session as a whole. */
export interface ReportHead {
  readonly role: 'sender' | 'receiver';
  /** 16 octets. */
  readonly replicaId: Uint8Array;
  readonly displayName: string;
  readonly mode: SelectionMode;
  readonly disposition: CursorDisposition;
}

/** The counts of a session while it runs. */
export class ReportTally {
  readonly #head: ReportHead;
  readonly #types = new Map<string, TypeTally>();
  readonly #resources: ListTally = { items: [], more: 0 };
  readonly #conflicts: ListTally = { items: [], more: 0 };
  readonly #refused: ListTally = { items: [], more: 0 };
  payloads = 0;
  complete = false;
  dangling: DanglingReport | undefined;

  constructor(head: ReportHead) {
    this.#head = head;
  }

  /** Takes the totals of an Offer; a type that it does not list was offered 0 times. */
  offered(totals: readonly TypeCount[]): void {
    for (const { resourceType, entries } of totals)
      this.#of(resourceType).offered = Number(entries);
  }

  /** Counts an entry that went into a batch or came out of one. */
  transferred(resourceType: string): void {
    this.#of(resourceType).transferred += 1;
  }

  /** Counts an entry that is durable at the receiver. */
  settled(
    resourceType: string,
    resourceId: string,
    outcome: Outcome,
    code?: ErrorCode,
    reason?: ConflictReason,
  ): void {
    const tally = this.#of(resourceType);
    tally.acknowledged += 1;
    increase(tally.outcomes, outcome, 1);
    // Of a million of them no list tells more than that they are there.
    const isPlain = !isConflict(outcome) && outcome !== Outcome.REFUSED;
    if (isPlain && this.#resources.items.length >= reportItemsMax) {
      this.#resources.more += 1;
      return;
    }
    const why = outcome === Outcome.REFUSED ? { code: errorName(code) } : {};
    const report = { resourceType, resourceId, outcome: outcomeName(outcome), ...why };
    append(this.#resources, report);
    if (isConflict(outcome)) {
      // In this list only: the one of all resources is the same on both sides.
      append(this.#conflicts, reason === undefined ? report : { ...report, reason });
    }
    if (outcome === Outcome.REFUSED) append(this.#refused, report);
  }

  /** Counts an entry that is selected and not sent. */
  withhold(resourceType: string, reason: WithheldReason, entries = 1): void {
    increase(this.#of(resourceType).withheld, reason, entries);
  }

  /** Replaces what was withheld by what the sender says in the end. */
  replaceWithheld(counts: readonly WithheldCount[]): void {
    for (const tally of this.#types.values()) tally.withheld.clear();
    for (const { resourceType, reason, entries } of counts) {
      this.withhold(resourceType, reason, Number(entries));
    }
  }

  /** Replaces the outcomes by those of a Receipt, which counts what is durable (PSP-DONE-5). */
  replaceOutcomes(counts: readonly OutcomeCount[]): void {
    for (const tally of this.#types.values()) {
      tally.acknowledged = 0;
      tally.outcomes.clear();
    }
    for (const { resourceType, outcome, entries } of counts) {
      const tally = this.#of(resourceType);
      tally.acknowledged += Number(entries);
      increase(tally.outcomes, outcome, Number(entries));
    }
  }

  /** Entries transferred, by type. */
  transferredByType(): ReadonlyMap<string, number> {
    return new Map([...this.#types].map(([type, tally]) => [type, tally.transferred]));
  }

  /** What was withheld, as the wire has it. */
  withheldCounts(): WithheldCount[] {
    return this.#sorted().flatMap(([resourceType, tally]) =>
      [...tally.withheld]
        .sort(([a], [b]) => a - b)
        .map(([reason, entries]) => ({ resourceType, reason, entries: BigInt(entries) })),
    );
  }

  /** The outcomes, as the wire has them. */
  outcomeCounts(): OutcomeCount[] {
    return this.#sorted().flatMap(([resourceType, tally]) =>
      [...tally.outcomes]
        .sort(([a], [b]) => a - b)
        .map(([outcome, entries]) => ({ resourceType, outcome, entries: BigInt(entries) })),
    );
  }

  /** The report as of now. */
  snapshot(): SyncReport {
    const { role, replicaId, displayName, mode, disposition } = this.#head;
    return {
      role,
      peer: { replicaId: Buffer.from(replicaId).toString('hex'), displayName },
      mode: modeNames.get(mode) as ModeName,
      cursor: dispositionName(disposition),
      complete: this.complete,
      payloads: this.payloads,
      types: this.#sorted().map(([resourceType, tally]) => typeReport(resourceType, tally)),
      resources: listReport(this.#resources),
      conflicts: listReport(this.#conflicts),
      refused: listReport(this.#refused),
      ...(this.dangling === undefined ? {} : { dangling: this.dangling }),
    };
  }

  #sorted(): [string, TypeTally][] {
    return [...this.#types].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #of(resourceType: string): TypeTally {
    let tally = this.#types.get(resourceType);
    if (tally === undefined) {
      tally = {
        offered: undefined,
        transferred: 0,
        acknowledged: 0,
        outcomes: new Map(),
        withheld: new Map(),
      };
      this.#types.set(resourceType, tally);
    }
    return tally;
  }
}

function isConflict(outcome: Outcome): boolean {
  return outcome >= Outcome.CONFLICT_THEIRS && outcome <= Outcome.CONFLICT_DEFERRED;
}

function increase<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function append(list: ListTally, report: ResourceReport): void {
  if (list.items.length < reportItemsMax) list.items.push(report);
  else list.more += 1;
}

function listReport(list: ListTally): BoundedList<ResourceReport> {
  return { items: [...list.items], more: list.more };
}

function typeReport(resourceType: string, tally: TypeTally): TypeReport {
  const { offered, transferred, acknowledged } = tally;
  return {
    resourceType,
    ...(offered === undefined ? {} : { offered }),
    transferred,
    acknowledged,
    outcomes: named(tally.outcomes, outcomeName),
    withheld: named(tally.withheld, withheldName),
  };
}

function named<K, N extends string>(
  counts: ReadonlyMap<K, number>,
  nameOfKey: (key: K) => N,
): Partial<Record<N, number>> {
  const result: Partial<Record<N, number>> = {};
  for (const [key, count] of counts) {
    const name = nameOfKey(key);
    if (count > 0) result[name] = (result[name] ?? 0) + count;
  }
  return result;
}

type Names = ReadonlyMap<number, string>;

// Values of our own that stand for no value at all have no name on purpose.
function namesOf(values: Readonly<Record<string, number>>): Names {
  const named = Object.entries(values).filter(([, value]) => value > 0);
  return new Map(named.map(([name, value]) => [value, name]));
}

const outcomeNames = namesOf(Outcome);
const withheldNames = namesOf(WithheldReason);
const dispositionNames = namesOf(CursorDisposition);
const modeNames = namesOf(SelectionMode);
const errorNames = namesOf(ErrorCode);

function outcomeName(outcome: Outcome): OutcomeName {
  return (outcomeNames.get(outcome) ?? 'OTHER') as OutcomeName;
}

function withheldName(reason: WithheldReason): WithheldName {
  return (withheldNames.get(reason) ?? 'OTHER') as WithheldName;
}

// A receiver treats an unknown value as STARTING_OVER, which promises nothing.
function dispositionName(disposition: CursorDisposition): DispositionName {
  return (dispositionNames.get(disposition) ?? 'STARTING_OVER') as DispositionName;
}

function errorName(code: ErrorCode | undefined): ErrorName {
  const value = code ?? ErrorCode.UNSPECIFIED;
  return (errorNames.get(value) ?? String(value)) as ErrorName;
}

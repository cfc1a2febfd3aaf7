// What the tries of one fault came to: the counts that every report has, and what went wrong, in
// words. Decides what a failure is; knows no fault.

/** The counts of one fault. */
export interface FaultRow {
  readonly fault: string;
  /** Sessions, or openings of a store, that ran. */
  readonly runs: number;
  /** Faults that struck while something was under way. */
  readonly struck: number;
  readonly lost: number;
  readonly doubled: number;
  readonly hangs: number;
  /** Everything else that should not be. */
  readonly wrong: number;
  readonly peakRssMiB: number;
  /** Further counts, by their name. */
  readonly counts: Readonly<Record<string, number>>;
  /** The first of what went wrong. */
  readonly problems: readonly string[];
  /** Set where this machine could not make the fault. */
  readonly skipped?: string;
}

const problemsMax = 10;

/** Counts while a fault is tried. */
export class Tally {
  readonly #fault: string;
  readonly #counts = new Map<string, number>();
  readonly #problems: string[] = [];
  runs = 0;
  struck = 0;
  lost = 0;
  doubled = 0;
  hangs = 0;
  wrong = 0;
  peakKiB = 0;

  constructor(fault: string) {
    this.#fault = fault;
  }

  /** Counts something that only this fault has. */
  count(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  /** The largest of several. */
  most(name: string, value: number): void {
    this.#counts.set(name, Math.max(this.#counts.get(name) ?? 0, value));
  }

  /** Takes the outcome of a comparison. */
  compared({ lost, doubled }: { readonly lost: number; readonly doubled: number }): void {
    this.lost += lost;
    this.doubled += doubled;
    if (lost + doubled > 0) this.#say(`${lost} lost, ${doubled} doubled`);
  }

  /** Something that should not be. */
  problem(text: string): void {
    this.wrong += 1;
    this.#say(text);
  }

  /** Something that holds, or is a problem. */
  check(holds: boolean, text: string): void {
    if (!holds) this.problem(text);
  }

  hung(text: string): void {
    this.hangs += 1;
    this.#say(text);
  }

  row(): FaultRow {
    const { runs, struck, lost, doubled, hangs, wrong } = this;
    return {
      fault: this.#fault,
      ...{ runs, struck, lost, doubled, hangs, wrong },
      peakRssMiB: Math.round(this.peakKiB / 1024),
      counts: Object.fromEntries(this.#counts),
      problems: this.#problems,
    };
  }

  #say(text: string): void {
    if (this.#problems.length < problemsMax) this.#problems.push(text);
  }
}

/** A row for a fault that can't be made here. */
export function skippedRow(fault: string, why: string): FaultRow {
  return { ...new Tally(fault).row(), skipped: why };
}

/** True where nothing went wrong. */
export function isGood({ lost, doubled, hangs, wrong }: FaultRow): boolean {
  return lost + doubled + hangs + wrong === 0;
}

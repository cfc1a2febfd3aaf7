// What a mutant is to the kit: a testee that is wrong in one place, the sentence that it breaks and
// the cases that have to find it. How it was made wrong is not for the kit to know.
import type { Case } from '../cases/case.ts';
import type { TesteeCommand } from '../control/child-channel.ts';
import type { Delivery } from '../peer/delivery.ts';
import type { Verdict } from '../run/verdict.ts';

/** A case that has to find a mutant. */
export interface Citation {
  readonly case: Case;
  readonly delivery: Delivery;
  /** What a problem has to say where none names the sentence. */
  readonly says?: string;
}

/** A faulty testee. `$SCRATCH` in a command is an empty folder of that one process. */
export interface Mutant {
  readonly name: string;
  /** Id of the sentence. */
  readonly breaks: string;
  readonly command: TesteeCommand;
  /** The same testee without its fault. */
  readonly baseline: TesteeCommand;
  readonly kills: readonly Citation[];
  /** Name of the file that it stands in. */
  readonly file: string;
  /** Of all that the file says of it, in hex: a result is of one row as it was. */
  readonly digest: string;
}

/** What came of one cited case. */
export interface Trial {
  readonly citation: Citation;
  /** Absent where it was not played. */
  readonly verdict?: Verdict;
  /** Why it is no kill; absent where it is one. */
  readonly miss?: string;
  /** What was found wrong, for people. */
  readonly found: readonly string[];
}

/** What came of one mutant. */
export interface MutantResult {
  readonly mutant: Mutant;
  /** Every cited case has to find it, for the stated reason. */
  readonly isKilled: boolean;
  readonly trials: readonly Trial[];
  /** Why nothing could be played. */
  readonly why?: string;
}

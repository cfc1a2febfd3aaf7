// One octet for each step of a transaction, written to a pipe by the process that takes the step: a
// pipe keeps what a killed process wrote. Knows SQL's three words and nothing of what is stored.
import { writeSync } from 'node:fs';
import { StatementSync, type SQLInputValue } from 'node:sqlite';

/** What a mark says; `committing` is written before COMMIT runs, `committed` after it. */
export const Mark = {
  BEGUN: 0x62,
  COMMITTING: 0x63,
  COMMITTED: 0x65,
  ROLLED_BACK: 0x72,
  /** A local edit resolved: whoever made it was told that it is kept. */
  EDITED: 0x64,
} as const;

/** The file descriptor of the pipe in the marking process. */
export const marksFd = 4;

/** Where a process was in its transactions when its last mark was written. */
export type Place = 'outside' | 'in a transaction' | 'inside a commit';

/** The place that a last mark tells. */
export function placeAfter(mark: number | undefined): Place {
  if (mark === Mark.BEGUN) return 'in a transaction';
  return mark === Mark.COMMITTING ? 'inside a commit' : 'outside';
}

/** Writes one mark. */
export function writeMark(mark: number): void {
  writeSync(marksFd, Uint8Array.of(mark));
}

/**
 * Marks every transaction of this process from now on. Between a mark and its step lie
 * microseconds: a kill in there is counted with the step, and COMMIT, which flushes to the disk,
 * takes much longer.
 */
export function markTransactions(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { run } = StatementSync.prototype;
  const marking = function (this: StatementSync, ...values: SQLInputValue[]): unknown {
    const { sourceSQL } = this;
    if (sourceSQL === 'BEGIN IMMEDIATE') writeMark(Mark.BEGUN);
    if (sourceSQL === 'COMMIT') writeMark(Mark.COMMITTING);
    const result: unknown = Reflect.apply(run, this, values);
    if (sourceSQL === 'COMMIT') writeMark(Mark.COMMITTED);
    if (sourceSQL === 'ROLLBACK') writeMark(Mark.ROLLED_BACK);
    return result;
  };
  StatementSync.prototype.run = marking as typeof run;
}

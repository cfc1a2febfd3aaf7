// The store itself could not be opened, read or written. Knows nothing of SQL: an implementation
// maps its own faults to these reasons.

/** Why a store could not do its work. */
export type StoreFault =
  /** Nothing is at that path. */
  | 'missing'
  /** Something is at that path already. */
  | 'exists'
  /** The file is not a store of this program. */
  | 'not-a-store'
  /** The store was written by a newer version of this program. */
  | 'newer-version'
  /** Another process holds the store. */
  | 'locked'
  /** The store may not be written. */
  | 'read-only'
  /** The disk or the store's allowance is full. */
  | 'full'
  /** The file's content is damaged. */
  | 'damaged'
  /** Any other failure of the file system or the database. */
  | 'failed';

/** What a {@link StoreError} can be told beyond its message. */
export interface StoreErrorOptions extends ErrorOptions {
  /** What to do next, one sentence, where the kind of fault alone does not say it. */
  readonly advice?: string;
}

/** A fault of the store's environment; the message says what to do, `cause` keeps the origin. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly fault: StoreFault;
  /** What to do next; undefined where the message, or the kind of fault, says it. */
  readonly advice: string | undefined;

  constructor(fault: StoreFault, message: string, options?: StoreErrorOptions) {
    super(message, options);
    this.fault = fault;
    this.advice = options?.advice;
  }
}

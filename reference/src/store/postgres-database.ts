// A connection to the database of a store, and transactions on it: when one begins, what happens
// when the connection is lost, and who may write. Knows no table.
import { performance } from 'node:perf_hooks';
import { PostgresChannel, PostgresFault } from './postgres-channel.ts';
import { digestOf } from './postgres-draft.ts';
import { isLacking, storeErrorOf } from './postgres-faults.ts';
import type { Columns, Statement } from './postgres-messages.ts';
import { octetsOf } from './postgres-rows.ts';
import type { PostgresTarget } from './postgres-target.ts';
import { StoreError } from './store-error.ts';

/** How a store in PostgreSQL is opened. */
export interface PostgresOptions {
  /**
   * How long to wait for another process that writes the store, in milliseconds; 5 000 unless
   * given. The whole process stands still meanwhile, as with every other wait below.
   */
  readonly lockWaitMs?: number;
  /** How long the server may take to let us in, in milliseconds; 5 000 unless given. */
  readonly connectWaitMs?: number;
  /** How long it may take to answer, in milliseconds; then it is taken for lost. 60 000. */
  readonly answerWaitMs?: number;
}

/** What comes back: for each statement its rows. */
export type Answers = readonly (readonly Columns[])[];

/** The first questions of a transaction. */
export interface Opening {
  readonly statements: readonly Statement[];
  /** Gets the answers. */
  readonly told: (answers: Answers) => void;
}

const begins = {
  // Whoever writes has the store's row first (FOR UPDATE), so each statement may see the newest.
  write: 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
  read: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
} as const;

/** One connection, made again where it was lost between two transactions. */
export class PostgresDatabase {
  readonly target: PostgresTarget;
  /** Called on each new connection, before anything else is asked. */
  onConnected: () => void = () => undefined;
  readonly #options: PostgresOptions;
  readonly #channel: PostgresChannel;
  #isConnected = false;
  #isWriter = false;
  #mayTryAtMs = 0;
  #whyNot: unknown;
  /** What opens the transaction that is under way; undefined once it is open, or none is. */
  #opening: Opening | undefined;
  /** True: a transaction is open on the server, so a new connection would not be in it. */
  #isOpen = false;
  #isWriting = false;

  constructor(target: PostgresTarget, options: PostgresOptions) {
    this.target = target;
    this.#options = options;
    this.#channel = new PostgresChannel(options.answerWaitMs ?? 60_000);
  }

  /**
   * Runs work in a transaction that begins with its first question.
   *
   * @param first - Asked as it begins.
   * @param end - What is to be written, when the work is done; nothing: nothing is committed.
   */
  transaction<T>(
    kind: keyof typeof begins,
    first: Opening,
    work: () => T,
    end: () => readonly Statement[],
  ): T {
    this.#isWriting = kind === 'write';
    if (this.#isWriting) this.claim();
    this.#opening = { ...first, statements: [{ text: begins[kind] }, ...first.statements] };
    try {
      const result = work();
      const statements = end();
      if (statements.length > 0) {
        // By itself: a connection that was lost meanwhile is made anew before there is a COMMIT
        // of which nobody could tell what became of it.
        this.begin();
        this.#run([...statements, { text: 'COMMIT' }]);
        this.#isOpen = false;
      }
      return result;
    } finally {
      if (this.#isOpen) this.#send({ text: 'ROLLBACK' });
      this.#isOpen = false;
      this.#opening = undefined;
      this.#isWriting = false;
    }
  }

  /** Sees to it that the transaction has begun. */
  begin(): void {
    if (this.#opening !== undefined) this.ask();
  }

  /** Asks, in the transaction that is under way, or on its own where none is. */
  ask(...statements: readonly Statement[]): Answers {
    if (this.#isOpen) return this.#run(statements);
    const opening = this.#opening;
    const answers = this.#runAnew([...(opening?.statements ?? []), ...statements]);
    if (opening === undefined) return answers;
    this.#opening = undefined;
    this.#isOpen = true;
    opening.told(answers.slice(1, opening.statements.length));
    return answers.slice(opening.statements.length);
  }

  /** Asks; undefined where the engine, or the role, has not what it takes. Outside transactions. */
  askIfAble(statement: Statement): readonly Columns[] | undefined {
    try {
      return this.#run([statement])[0];
    } catch (error) {
      if (error instanceof StoreError && isLacking(error.cause)) return undefined;
      throw error;
    }
  }

  /**
   * Makes this process the one that writes the store, until it closes it or loses the connection.
   *
   * An engine without advisory locks lets several processes write in turns: each transaction has
   * the store's row for itself from its first question on, whoever it is of.
   *
   * @throws StoreError where another process has it, or the server is a replica.
   */
  claim(): void {
    this.connect();
    if (this.#isWriter) return;
    try {
      this.#claim();
    } catch (error) {
      // The connection may have been lost since somebody read.
      if (this.#isConnected) throw error;
      this.connect();
      this.#claim();
    }
  }

  #claim(): void {
    const [[asked] = []] = this.#run([{ text: 'SHOW transaction_read_only' }]);
    if (asked?.[0] === 'on') {
      const fault = { message: 'it takes reading transactions only', code: '25006', lost: false };
      throw storeErrorOf(this.target.shown, new PostgresFault(fault));
    }
    const digest = digestOf(octetsOf(`peersync ${this.target.schema}`));
    const key = Buffer.from(digest).readBigInt64BE(0);
    this.askIfAble({ text: 'SELECT pg_advisory_lock($1)', values: [String(key)] });
    this.#isWriter = true;
  }

  /** Connects where no connection is. */
  connect(): void {
    if (this.#isConnected) return;
    // A server that keeps everybody waiting must not take all of this process's time.
    if (performance.now() < this.#mayTryAtMs) throw this.#whyNot;
    const fromMs = performance.now();
    try {
      const connectWaitMs = this.#options.connectWaitMs ?? 5_000;
      this.#channel.connect({ url: this.target.url, connectWaitMs });
      this.#isConnected = true;
      this.#isWriter = false;
      this.#settle();
      this.onConnected();
    } catch (error) {
      this.#isConnected = false;
      const nowMs = performance.now();
      this.#mayTryAtMs = nowMs + (nowMs - fromMs);
      this.#whyNot = storeErrorOf(this.target.shown, error, true);
      throw this.#whyNot;
    }
  }

  close(): void {
    this.#isConnected = false;
    this.#channel.close();
  }

  #settle(): void {
    const lockWaitMs = this.#options.lockWaitMs ?? 5_000;
    const text = `SET lock_timeout = ${Math.max(1, Math.round(lockWaitMs))}`;
    if (!this.target.setsLockWait) this.#run([{ text }]);
    // PSP-ACK-1: whatever else the server is set to, a commit that we are told of is on its disk.
    // Settings that wait for standbys too are left as they are.
    const [[asked] = []] = this.#run([{ text: 'SHOW synchronous_commit' }]);
    if (asked?.[0] === 'off') this.#run([{ text: 'SET synchronous_commit = on' }]);
  }

  /** Once more where the connection was lost: before a transaction there is nothing to lose. */
  #runAnew(statements: readonly Statement[]): Answers {
    this.connect();
    try {
      return this.#run(statements);
    } catch (error) {
      if (this.#isConnected) {
        // It may be open, and have failed at a later question.
        this.#send({ text: 'ROLLBACK' });
        throw error;
      }
      // Whoever writes has to be the one who does on the new connection too.
      if (this.#isWriting) this.claim();
      else this.connect();
      return this.#run(statements);
    }
  }

  #run(statements: readonly Statement[]): Answers {
    try {
      return this.#channel.run(statements);
    } catch (error) {
      if (error instanceof PostgresFault && error.lost) this.#isConnected = false;
      throw storeErrorOf(this.target.shown, error);
    }
  }

  #send(statement: Statement): void {
    if (this.#isConnected) this.#channel.send([statement]);
  }
}

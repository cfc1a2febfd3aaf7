// What the store's thread and the thread that owns the connection to PostgreSQL say to each other.
// Knows no SQL and no table.
import type { MessagePort } from 'node:worker_threads';

/** A parameter; octets go to the server in binary, everything else as text. */
export type Parameter = Uint8Array | string | number | null;

/** One statement. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly Parameter[];
}

/** One row: octets for `bytea`, the server's text for every other type. */
export type Columns = readonly (Uint8Array | string | null)[];

/** How a connection is made. */
export interface Connecting {
  readonly url: string;
  readonly connectWaitMs: number;
}

/** What the connection's thread is asked to do. */
export type Asked =
  | { readonly kind: 'connect'; readonly connecting: Connecting }
  | { readonly kind: 'run'; readonly statements: readonly Statement[] }
  | { readonly kind: 'end' };

/** A question with its number. */
export type Request = Asked & { readonly id: number };

/** Why a request failed. */
export interface Fault {
  readonly message: string;
  /** SQLSTATE where the server spoke, the system's code otherwise; empty for none. */
  readonly code: string;
  /** True: there is no connection any more. */
  readonly lost: boolean;
}

/** The answer: the rows of each statement in order, or the first fault. */
export type Reply = { readonly id: number } & (
  | { readonly rows: readonly (readonly Columns[])[]; readonly fault?: undefined }
  | { readonly fault: Fault }
);

/** What a connection's thread is started with. */
export interface ThreadData {
  readonly port: MessagePort;
  /** One number that grows with each answer; whoever waits for one is woken by it. */
  readonly answers: Int32Array<SharedArrayBuffer>;
}

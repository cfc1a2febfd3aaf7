// How long a secret lives and how often it may be tried: a value that each event turns into the
// next one. Time comes in as an argument (monotonic, in milliseconds); nothing here waits or draws
// on a clock. The listening loop of a sender keeps one book for as long as it listens.
import { ErrorCode } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { erase, type RandomOctets } from './octets.ts';
import { generateSecret, type Secret } from './secret.ts';

/** Milliseconds from the first showing of a secret to its end (PSP-CODE-6). */
export const secretLifeMs = 120_000;
/** Failed runs after which a sender stops listening (PSP-CODE-8). */
export const failedRunsMax = 3;

/** Secrets that a user can see, one for each kind offered, first shown at `shownAtMs`. */
export interface SecretsOnShow {
  readonly secrets: readonly Secret[];
  readonly shownAtMs: number;
}

/**
 * Where a listening sender stands with its secrets.
 *
 * - `empty`: nothing is on show; {@link openSecret} comes next.
 * - `on-show`: the secrets wait for a connection.
 * - `running`: one connection uses them (PSP-CODE-7).
 * - `stopped`: too many runs failed; only the user's own action makes a new book (PSP-CODE-8).
 */
export type SecretBook =
  | { readonly phase: 'empty'; readonly failedRuns: number }
  | ({ readonly phase: 'on-show'; readonly failedRuns: number } & SecretsOnShow)
  | ({ readonly phase: 'running'; readonly failedRuns: number } & SecretsOnShow)
  | { readonly phase: 'stopped'; readonly failedRuns: number };

/**
 * How a connection that took the secrets ended.
 *
 * - `succeeded`: both tags were right.
 * - `failed`: a share or a tag was wrong: somebody guessed, or mistyped.
 * - `timed-out`, `cancelled`: the run ended after Accept without a verdict.
 * - `unused`: it ended before an Accept came; the peer learned nothing and tried nothing.
 */
export type RunResult = 'succeeded' | 'failed' | 'timed-out' | 'cancelled' | 'unused';

/** Whether a connection may use the secrets now, or with which code to reject it. */
export type RunPermission =
  | { readonly kind: 'ready'; readonly secrets: readonly Secret[] }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly requirement: string };

/** A new book, at the user's action that starts the listening (PSP-SEC-2). */
export function emptyBook(): SecretBook {
  return { phase: 'empty', failedRuns: 0 };
}

/**
 * Draws fresh secrets and puts them on show, in place of any that were.
 *
 * @param kinds - The kinds to show, each once.
 * @param book - The book so far; failed runs keep counting over its secrets.
 * @throws {@link UsageError} while a run uses the present secrets, and after the book stopped.
 */
export function openSecret(
  kinds: readonly Secret['kind'][],
  nowMs: number,
  book: SecretBook,
  randomOctets: RandomOctets,
): SecretBook {
  if (book.phase === 'stopped') {
    throw new UsageError('Too many runs failed: ask the user, then begin with emptyBook().');
  }
  if (book.phase === 'running') throw new UsageError('End the present run with runEnded() first.');
  if (kinds.length === 0 || new Set(kinds).size !== kinds.length) {
    throw new UsageError('Name at least one kind of secret, and each kind once.');
  }
  discard(book);
  // PSP-CODE-10: each kind draws for itself; a QR code must not give the digits away.
  const secrets = kinds.map((kind) => generateSecret(kind, randomOctets));
  return { phase: 'on-show', failedRuns: book.failedRuns, secrets, shownAtMs: nowMs };
}

/** Milliseconds that the secrets on show have left; 0 when there are none. */
export function remainingMs(book: SecretBook, nowMs: number): number {
  if (book.phase !== 'on-show' && book.phase !== 'running') return 0;
  return Math.max(0, book.shownAtMs + secretLifeMs - nowMs);
}

/**
 * The book at a later time: secrets whose life is over are erased. A run that has begun is left to
 * end by itself, as its secret was already used up in its share.
 */
export function bookAt(book: SecretBook, nowMs: number): SecretBook {
  if (book.phase !== 'on-show' || remainingMs(book, nowMs) > 0) return book;
  // PSP-CODE-6: a code left on a screen must be worthless to whoever passes later.
  discard(book);
  return { phase: 'empty', failedRuns: book.failedRuns };
}

/** Whether a connection may use the secrets now; if not, the code of the Reject to answer with. */
export function canStartRun(book: SecretBook, nowMs: number): RunPermission {
  if (book.phase === 'running') {
    // PSP-CODE-7, PSP-CODE-13: two runs at once would be two guesses at one secret.
    return { kind: 'refused', code: ErrorCode.BUSY, requirement: 'PSP-CODE-13' };
  }
  if (book.phase === 'stopped') {
    return { kind: 'refused', code: ErrorCode.CODE_EXPIRED, requirement: 'PSP-CODE-8' };
  }
  if (book.phase === 'empty' || remainingMs(book, nowMs) === 0) {
    return { kind: 'refused', code: ErrorCode.CODE_EXPIRED, requirement: 'PSP-CODE-6' };
  }
  return { kind: 'ready', secrets: book.secrets };
}

/**
 * Gives the secrets to one connection.
 *
 * @throws {@link UsageError} when {@link canStartRun} refuses.
 */
export function runStarted(book: SecretBook, nowMs: number): SecretBook {
  if (book.phase !== 'on-show' || canStartRun(book, nowMs).kind === 'refused') {
    throw new UsageError('Ask canStartRun() before a connection uses the secrets.');
  }
  return { ...book, phase: 'running' };
}

/**
 * Takes the secrets back from the connection, and erases them unless it made no use of them.
 *
 * @throws {@link UsageError} when no run is going on.
 */
export function runEnded(book: SecretBook, result: RunResult, nowMs: number): SecretBook {
  if (book.phase !== 'running') throw new UsageError('No run is going on.');
  // Who only connects and goes away must not be able to burn the code on the screen.
  if (result === 'unused') return bookAt({ ...book, phase: 'on-show' }, nowMs);
  // PSP-CODE-5, PSP-CODE-6: a second run would be a second guess at the same secret.
  discard(book);
  const failedRuns = book.failedRuns + (result === 'failed' ? 1 : 0);
  // PSP-CODE-8: whoever guesses on must wait for a person.
  return { phase: failedRuns >= failedRunsMax ? 'stopped' : 'empty', failedRuns };
}

function discard(book: SecretBook): void {
  if (book.phase !== 'on-show' && book.phase !== 'running') return;
  erase(...book.secrets.map(({ secret }) => secret));
}

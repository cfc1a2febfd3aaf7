// The life of secrets on show: who may use them, how often and for how long.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ErrorCode, SecretKind } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import {
  bookAt,
  canStartRun,
  emptyBook,
  openSecret,
  remainingMs,
  runEnded,
  runStarted,
  secretLifeMs,
  type RunResult,
  type SecretBook,
} from './secret-life.ts';
import { toHex } from './testing/octets.ts';

const digits = [SecretKind.DIGITS];
const both = [SecretKind.DIGITS, SecretKind.QR];
const draw = (count: number): Uint8Array => new Uint8Array(randomBytes(count));
const open = (nowMs = 1000, book = emptyBook()): SecretBook =>
  openSecret(digits, nowMs, book, draw);
const failedOnce = (book: SecretBook): SecretBook =>
  runEnded(runStarted(open(0, book), 0), 'failed', 1);

function secretsOf(book: SecretBook): readonly Uint8Array[] {
  if (book.phase !== 'on-show' && book.phase !== 'running') return [];
  return book.secrets.map(({ secret }) => secret);
}

describe('PSP-CODE-10 opening', () => {
  it('PSP-CODE-10 draws each kind for itself', () => {
    const book = openSecret(both, 0, emptyBook(), draw);
    const permission = canStartRun(book, 0);
    expect(permission.kind === 'ready' && permission.secrets.map(({ kind }) => kind)).toEqual(both);
    const [code, qr] = secretsOf(book).map(toHex);
    expect(qr).not.toContain(code);
  });

  it('PSP-CODE-6 draws a new secret each time and erases the one before', () => {
    const first = open();
    const [shown] = secretsOf(first);
    const text = toHex(shown!);
    const second = open(2000, first);
    expect(toHex(shown!)).toBe('00'.repeat(9));
    expect(toHex(secretsOf(second)[0]!)).not.toBe(text);
  });

  it('PSP-CODE-1 refuses no kind, a kind twice, and a running book', () => {
    expect(() => openSecret([], 0, emptyBook(), draw)).toThrow(UsageError);
    expect(() => openSecret([...digits, ...digits], 0, emptyBook(), draw)).toThrow(UsageError);
    expect(() => open(0, runStarted(open(0), 0))).toThrow(UsageError);
  });
});

describe('PSP-CODE-5, PSP-CODE-6 one run, and 120 seconds', () => {
  it.each<RunResult>(['succeeded', 'failed', 'timed-out', 'cancelled'])(
    'PSP-CODE-5, PSP-CODE-6 a run that %s burns and erases the secret',
    (result) => {
      const running = runStarted(open(), 1500);
      const [secret] = secretsOf(running);
      const ended = runEnded(running, result, 1600);
      expect(ended.phase).toBe('empty');
      expect(toHex(secret!)).toBe('00'.repeat(9));
      expect(canStartRun(ended, 1600)).toMatchObject({ code: ErrorCode.CODE_EXPIRED });
    },
  );

  it('PSP-CODE-5 a connection that made no use of the secret leaves it on show', () => {
    const book = open();
    const back = runEnded(runStarted(book, 1500), 'unused', 1600);
    expect(back).toEqual(book);
    expect(canStartRun(back, 1600).kind).toBe('ready');
  });

  it('PSP-CODE-6 ends 120 seconds after the first showing, to the millisecond', () => {
    const book = open(1000);
    const end = 1000 + secretLifeMs;
    expect(secretLifeMs).toBe(120_000);
    expect([1000, end - 1, end, end + 1].map((now) => remainingMs(book, now))).toEqual([
      120_000, 1, 0, 0,
    ]);
    expect(canStartRun(book, end - 1).kind).toBe('ready');
    expect(bookAt(book, end - 1)).toBe(book);
    expect(canStartRun(book, end)).toMatchObject({ code: ErrorCode.CODE_EXPIRED });
    expect(() => runStarted(book, end)).toThrow(UsageError);
    const [secret] = secretsOf(book);
    expect(bookAt(book, end)).toEqual({ phase: 'empty', failedRuns: 0 });
    expect(toHex(secret!)).toBe('00'.repeat(9));
  });

  it('PSP-CODE-6 has nothing to give where nothing is on show', () => {
    expect(remainingMs(emptyBook(), 0)).toBe(0);
    expect(canStartRun(emptyBook(), 0)).toEqual({
      kind: 'refused',
      code: ErrorCode.CODE_EXPIRED,
      requirement: 'PSP-CODE-6',
    });
    expect(() => runStarted(emptyBook(), 0)).toThrow(UsageError);
  });

  it('PSP-CODE-6 an unused connection gives the secret no second life', () => {
    const book = runEnded(runStarted(open(0), 119_000), 'unused', 120_000);
    expect(book.phase).toBe('empty');
    const early = runEnded(runStarted(open(0), 50_000), 'unused', 60_000);
    expect(remainingMs(early, 60_000)).toBe(60_000);
  });

  it('PSP-CODE-6 lets a run that has begun come to its end', () => {
    const running = runStarted(open(0), 119_999);
    expect(bookAt(running, 125_000)).toBe(running);
    expect(remainingMs(running, 125_000)).toBe(0);
    expect(runEnded(running, 'succeeded', 125_000).phase).toBe('empty');
  });
});

describe('PSP-CODE-7 one run at a time', () => {
  it('PSP-CODE-13 answers every other connection with BUSY', () => {
    const running = runStarted(open(0), 1);
    expect(canStartRun(running, 2)).toEqual({
      kind: 'refused',
      code: ErrorCode.BUSY,
      requirement: 'PSP-CODE-13',
    });
    expect(() => runStarted(running, 2)).toThrow(UsageError);
  });

  it('PSP-CODE-7 ends no run that did not begin', () => {
    for (const book of [emptyBook(), open()]) {
      expect(() => runEnded(book, 'succeeded', 0)).toThrow(UsageError);
    }
  });
});

describe('PSP-CODE-8 three failed runs', () => {
  it('PSP-CODE-8 stops after the third, over all secrets, until the user starts again', () => {
    const twice = failedOnce(failedOnce(emptyBook()));
    expect(twice).toEqual({ phase: 'empty', failedRuns: 2 });
    const stopped = failedOnce(twice);
    expect(stopped).toEqual({ phase: 'stopped', failedRuns: 3 });
    expect(canStartRun(stopped, 5)).toEqual({
      kind: 'refused',
      code: ErrorCode.CODE_EXPIRED,
      requirement: 'PSP-CODE-8',
    });
    expect(remainingMs(stopped, 5)).toBe(0);
    expect(() => open(5, stopped)).toThrow(UsageError);
    expect(open(5, emptyBook()).failedRuns).toBe(0);
  });

  it('PSP-CODE-8 counts only runs in which something was wrong', () => {
    let book = failedOnce(failedOnce(emptyBook()));
    for (const result of ['succeeded', 'timed-out', 'cancelled', 'unused'] as const) {
      book = runEnded(runStarted(open(0, book), 0), result, 1);
      expect(book.failedRuns).toBe(2);
    }
  });

  it('PSP-CODE-5, PSP-CODE-8 hold over every order of events', () => {
    // Weighted, so that a good part of the sequences gets as far as the third failure.
    const rare = fc.constantFrom('later', 'succeeded', 'timed-out', 'cancelled', 'unused');
    const event = fc.oneof(
      { weight: 3, arbitrary: fc.constant('open') },
      { weight: 3, arbitrary: fc.constant('start') },
      { weight: 2, arbitrary: fc.constant('failed') },
      { weight: 2, arbitrary: rare },
    );
    let stops = 0;
    fc.assert(
      fc.property(fc.array(event, { minLength: 10, maxLength: 60 }), (events) => {
        let book = emptyBook();
        let nowMs = 0;
        const usedUp = new Set<string>();
        let failures = 0;
        for (const next of events) {
          nowMs += next === 'later' ? 70_000 : 10;
          book = bookAt(book, nowMs);
          if (next === 'open' && (book.phase === 'empty' || book.phase === 'on-show')) {
            book = openSecret(digits, nowMs, book, draw);
          } else if (next === 'start' && canStartRun(book, nowMs).kind === 'ready') {
            book = runStarted(book, nowMs);
            expect(usedUp.has(toHex(secretsOf(book)[0]!))).toBe(false);
          } else if (book.phase === 'running' && !['open', 'start', 'later'].includes(next)) {
            if (next !== 'unused') usedUp.add(toHex(secretsOf(book)[0]!));
            failures += next === 'failed' ? 1 : 0;
            book = runEnded(book, next as RunResult, nowMs);
          }
          expect(book.phase === 'stopped').toBe(failures === 3);
        }
        stops += book.phase === 'stopped' ? 1 : 0;
      }),
      { seed: 20_260_101, numRuns: 500 },
    );
    expect(stops).toBeGreaterThan(20);
  });
});

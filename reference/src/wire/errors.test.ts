import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_REGISTRY, nameOf, readRetryClass, retryOf, scopeOf } from './errors.ts';
import { ErrorCode, RetryClass } from './messages.ts';

interface Row {
  readonly code: number;
  readonly name: string;
  readonly scope: string;
  readonly retry: keyof typeof RetryClass;
  readonly blame: string;
}

const path = new URL('../../../spec/v1/errors.json', import.meta.url);
const table = (JSON.parse(readFileSync(path, 'utf8')) as { errors: Row[] }).errors;

describe('error codes', () => {
  it('PSP-ABORT-4: the registry in code and that of the specification are the same', () => {
    const rows = table.map(({ code, name, scope, retry, blame }) => ({
      code,
      name,
      scope,
      retry: RetryClass[retry],
      blame,
    }));
    expect([...ERROR_REGISTRY.values()]).toEqual(rows);
  });

  it('PSP-ABORT-4: the registry names every code of the schema, and no other', () => {
    const codes = Object.entries(ErrorCode).filter(([, code]) => code > 0);
    expect(table.map(({ name, code }) => [name, code])).toEqual(codes);
  });

  it('PSP-ERR-1: the scope follows from the number, for unknown codes too', () => {
    for (const { code, scope } of table) expect(scopeOf(code)).toBe(scope);
    expect([0, 63, 64, 127, 128, -1].map(scopeOf)).toEqual([
      'session',
      'session',
      'entry',
      'entry',
      'session',
      'session',
    ]);
  });

  it('PSP-ABORT-4: gives the retry class and the name to send and show', () => {
    expect(retryOf(ErrorCode.AUTH_FAILED)).toBe(RetryClass.NOW);
    expect(retryOf(ErrorCode.SERVER_MISMATCH)).toBe(RetryClass.NEVER);
    expect(retryOf(9_999)).toBe(RetryClass.NEVER);
    expect(nameOf(ErrorCode.BUSY)).toBe('BUSY');
    expect([0, -1, 9_999].map(nameOf)).toEqual(['UNKNOWN_0', 'UNKNOWN_-1', 'UNKNOWN_9999']);
  });

  it('PSP-ABORT-6: an unknown retry class counts as NEVER', () => {
    const known = [RetryClass.NOW, RetryClass.LATER, RetryClass.AFTER_UPGRADE, RetryClass.NEVER];
    expect(known.map(readRetryClass)).toEqual(known);
    for (const value of [0, -1, 5, 2 ** 31 - 1]) {
      expect(readRetryClass(value)).toBe(RetryClass.NEVER);
    }
  });
});

// The kit's registry of codes against that of the specification.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorRegistry, isAcceptableCode } from './error-registry.ts';

const path = join(import.meta.dirname, '..', '..', '..', 'spec', 'v1', 'errors.json');
const spec = JSON.parse(readFileSync(path, 'utf8')) as {
  errors: { name: string; code: number; scope: string; retry: string }[];
};

it('PSP-ABORT-4 has every registered code with its retry class', () => {
  const wanted = spec.errors.map(({ name, code, scope, retry }) => [name, { code, scope, retry }]);
  expect(errorRegistry).toEqual(Object.fromEntries(wanted));
});

it.each([
  ['ACK_INVALID', 'ACK_INVALID', true],
  ['PROTOCOL_VIOLATION', 'ACK_INVALID', true],
  ['ENTRY_INVALID', 'ENTRY_JSON_INVALID', true],
  ['ENTRY_INVALID', 'ACK_INVALID', false],
  ['PROTOCOL_VIOLATION', 'ENTRY_JSON_INVALID', false],
  ['SEQUENCE_INVALID', 'ACK_INVALID', false],
  ['NO_SUCH', 'ACK_INVALID', false],
])('PSP-ERR-2 %s in place of %s: %s', (reported, specific, acceptable) => {
  expect(isAcceptableCode(reported, specific)).toBe(acceptable);
});

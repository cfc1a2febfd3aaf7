// Columns of rows on their way to PostgreSQL; that they arrive is in postgres-database.test.ts.
import { expect, it } from 'vitest';
import { encodeArray } from './postgres-arrays.ts';

it('a number that its type does not hold is refused', () => {
  expect(() => encodeArray('long', [2n ** 63n])).toThrow(RangeError);
  expect(() => encodeArray('integer', [2 ** 31])).toThrow(RangeError);
});

// The kit's numbers against those of the specification.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { announced, limits } from './limits.ts';

interface SpecLimit {
  readonly id: string;
  readonly scope: string;
  readonly value?: number | null;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly default?: number | null;
}

const path = join(import.meta.dirname, '..', '..', '..', 'spec', 'v1', 'limits.json');
const spec = (JSON.parse(readFileSync(path, 'utf8')) as { limits: SpecLimit[] }).limits;
const camel = (id: string): string =>
  id.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());

it('PSP-LIM-4 has every fixed limit of the specification', () => {
  const wanted = spec.filter(({ scope }) => !['announced', 'timer', 'listening'].includes(scope));
  const found = wanted.map(({ id, value, max }) => [camel(id), value ?? max]);
  expect(found).toHaveLength(Object.keys(limits).length);
  expect(Object.fromEntries(found)).toEqual(limits);
});

it('PSP-LIM-1 has every announced limit of the specification', () => {
  const wanted = spec.filter(({ scope }) => scope === 'announced');
  const found = wanted.map(({ id, min, max, default: byDefault }) => [
    `max_${id.replaceAll('-', '_')}`,
    { min, max, byDefault },
  ]);
  expect(Object.fromEntries(found)).toEqual(announced);
});

// The store model against every golden vector of classification and merging, and against vectors
// that are wrong.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Vector, VectorFile } from '../vectors/vector.ts';
import { verifyFile } from '../vectors/verify.ts';
import { storeJudges } from './vector-judges.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'vectors', 'v1');
const load = (area: string): VectorFile =>
  JSON.parse(readFileSync(join(folder, `${area}.json`), 'utf8')) as VectorFile;
const areas = [
  ['classification', 'pair', 121],
  ['merge', 'three-way', 40],
] as const;

function only(file: VectorFile, vector: Vector): VectorFile {
  const [group] = file.groups;
  return { ...file, groups: [{ ...group!, vectors: [vector] }] };
}

describe.each(areas)('PSP-CLS-11 %s', (area, kind, least) => {
  const file = load(area);
  const vectors = file.groups.flatMap((group) => group.vectors);

  it('agrees with every vector', () => {
    const { checked, skipped, failures } = verifyFile(file, storeJudges);
    expect(failures).toEqual([]);
    expect(skipped).toEqual([]);
    expect(checked).toBeGreaterThanOrEqual(least);
    expect(file.groups.every((group) => group.kind === kind)).toBe(true);
  });

  it('finds a wrong claim in each', () => {
    const missed = vectors.filter((vector) => {
      const { expect: claim = {}, error } = vector;
      const turned = Object.fromEntries(
        Object.keys(claim as object).map((name, i) => [name, i === 0 ? 'STORED_' : name]),
      );
      const wrong: Vector =
        error === undefined ? { ...vector, expect: turned } : { ...vector, error: `${error}_` };
      return verifyFile(only(file, wrong), storeJudges).failures.length === 0;
    });
    expect(missed.map(({ id }) => id)).toEqual([]);
  });
});

// Walks on disk: what is written comes back, and what is no walk is refused.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadEntries } from '../cases/load.ts';
import { testFolder } from '../cli/testing/program-run.ts';
import { readJson } from '../report/results-file.ts';
import type { CaseResult } from '../report/results.ts';
import { drawWalk } from './draw.ts';
import { allAbilities } from './testing/abilities.ts';
import {
  isWalkFile,
  walkFileFault,
  walkFileOf,
  writeWalkFile,
  type WalkFile,
} from './walk-file.ts';

const listed = loadEntries();

function fileOf(number: number): WalkFile {
  const { case: found } = drawWalk({ seed: 's', abilities: allAbilities, listed }, number);
  const { id, title, family, role, level, requirements } = found;
  const result: CaseResult = {
    ...{ id, title, family, role, level, requirements },
    delivery: found.deliveries[0] ?? 'whole',
    verdict: 'fail',
    expected: 'The session goes on.',
    durationMs: 1,
  };
  return { format: 'peersync-walk/1', kit: '0.1.0', seed: 's', plays: 3, case: found, result };
}

describe('a walk file', () => {
  it('kit: gives back every step, octets and all', () => {
    const folder = testFolder();
    let octets = 0;
    for (let number = 1; number <= 100; number += 1) {
      const file = fileOf(number);
      const path = writeWalkFile(folder, file);
      const value = readJson(path);
      expect(isWalkFile(value)).toBe(true);
      const back = walkFileOf(value, path);
      // Absent members and those that are undefined are the same.
      expect(back).toEqual(file);
      if (readFileSync(path, 'utf8').includes('$octets')) octets += 1;
    }
    expect(octets).toBeGreaterThan(10);
  });

  it('kit: is refused where it breaks its schema', () => {
    const file = fileOf(1);
    const without = { ...file, seed: undefined };
    expect(walkFileFault(without)).toContain('seed');
    const step = { id: 'x', do: 'dance' };
    const script = { ...file.case.script, steps: [step] };
    const strange = { ...file, case: { ...file.case, script } };
    expect(() => walkFileOf(strange, 'w.json')).toThrow(
      /^w\.json is no walk: \/case\/script\/steps/,
    );
    expect(() => writeWalkFile(testFolder(), strange as unknown as WalkFile)).toThrow(/schema/);
    expect(isWalkFile({ format: 'peersync-transcript/1' })).toBe(false);
    expect(isWalkFile(undefined)).toBe(false);
  });
});

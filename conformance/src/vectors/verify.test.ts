// The kit's codec against every golden vector, and the verifier against vectors that are wrong.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { KitError } from '../fault.ts';
import type { Vector, VectorFile } from './vector.ts';
import { judges, verifyFile, verifyVectors } from './verify.ts';
import type { AreaResult } from './verify.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'vectors', 'v1');
const notOurs = ['classification', 'merge', 'search', 'selection'];
const areas = [
  ['access-code', 42],
  ['cpace', 12],
  ['deflate', 14],
  ['entry', 78],
  ['frame', 14],
  ['future', 48],
  ['instant', 62],
  ['key-schedule', 3],
  ['message', 57],
  ['sealed-frame', 14],
  ['server', 35],
  ['squash', 123],
  ['transcript', 1],
  ['wild', 35],
] as const;

const load = (area: string): VectorFile =>
  JSON.parse(readFileSync(join(folder, `${area}.json`), 'utf8')) as VectorFile;

const only = (file: VectorFile, kind: string, vector: Vector): VectorFile => ({
  ...file,
  groups: file.groups
    .filter((group) => group.kind === kind && group.vectors.some(({ id }) => id === vector.id))
    .map((group) => ({ ...group, vectors: [vector] })),
});

let results: readonly AreaResult[];
beforeAll(async () => {
  results = await verifyVectors(folder);
});

describe('verifyVectors', () => {
  it('agrees with every vector that it has a judge for', () => {
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    const found = new Map(results.map((result) => [result.area, result]));
    for (const [area, least] of areas) {
      expect(found.get(area)?.checked, area).toBeGreaterThanOrEqual(least);
      expect(found.get(area)?.skipped, area).toEqual([]);
    }
  });

  it('names what it has no judge for, and counts nothing of it', () => {
    // A new area is either judged or left out on purpose.
    const left = results.filter(({ area }) => !areas.some(([name]) => name === area));
    expect(notOurs).toEqual(expect.arrayContaining(left.map(({ area }) => area)));
    expect(left.length).toBeGreaterThan(1);
    for (const { area, checked, skipped } of left) {
      expect(checked, area).toBe(0);
      expect(skipped.length, area).toBeGreaterThan(0);
      expect(skipped.filter(({ why }) => why.startsWith('no judge'))).toEqual([]);
    }
  });

  it('takes judges of other parts of the kit', () => {
    const result = verifyFile(load('classification'), { pair: () => 'not today' });
    expect(result.failures[0]?.detail).toBe('not today');
    expect(result.failures).toHaveLength(result.checked);
  });

  it('refuses a folder without vectors', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'vectors-'));
    await expect(verifyVectors(empty)).rejects.toThrow(KitError);
    writeFileSync(join(empty, 'frame.json'), '{"area":"frame"}');
    await expect(verifyVectors(empty)).rejects.toThrow(KitError);
    rmSync(empty, { recursive: true });
  });
});

/** The vector's claim turned round, or its expectation changed in one place. */
function falsified(vector: Vector): Vector {
  if (vector.result === 'invalid') return { ...vector, error: 'PROTOCOL_VIOLATION' };
  return { ...vector, expect: changed(vector.expect) };
}

function changed(value: unknown): unknown {
  if (typeof value === 'string') return `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return value.length === 0 ? ['00'] : value.map(changed);
  if (typeof value !== 'object' || value === null) return 0;
  const members = Object.entries(value as Record<string, unknown>);
  const [name, member] = members.at(-1) ?? ['type', 'Abort'];
  // An empty message has nothing to change but its name.
  const bare = typeof member === 'object' && Object.keys(member as object).length === 0;
  return bare && 'type' in value ? { ...value, type: 'x' } : { ...value, [name]: changed(member) };
}

const kinds = areas.flatMap(([area]) => {
  const file = load(area);
  return file.groups.flatMap((group) =>
    group.vectors.map((vector) => [area, group.kind, vector] as const),
  );
});

describe('a wrong vector is found', () => {
  it('whatever its kind', () => {
    const missed = kinds.filter(([area, kind, vector]) => {
      const { failures } = verifyFile(only(load(area), kind, falsified(vector)), judges);
      return failures.length === 0;
    });
    expect(missed.map(([, , { id }]) => id)).toEqual([]);
    expect(new Set(kinds.map(([, kind]) => kind))).toEqual(new Set(Object.keys(judges)));
  });

  it('where a message is said to be written otherwise, or not at all', () => {
    const wild = kinds.filter(([area, , { encode }]) => area === 'wild' && encode === 'semantic');
    expect(wild.length).toBeGreaterThan(10);
    for (const [area, kind, vector] of wild) {
      const { encode, ...silent } = vector;
      expect(encode).toBe('semantic');
      const { failures } = verifyFile(only(load(area), kind, silent), judges);
      expect(failures[0]?.detail, vector.id).toContain('how the message is written');
    }
    const missed = wild.filter(([area, kind, vector]) => {
      const exact: Vector = { ...vector, encode: 'exact' };
      return verifyFile(only(load(area), kind, exact), judges).failures.length === 0;
    });
    // These say in a wild way what the profile would write as well.
    expect(missed.length).toBeLessThan(wild.length / 4);
  });

  it('where a valid one is said to be invalid', () => {
    const valid = kinds.filter(([, kind, { result }]) => {
      return result === 'valid' && !['digest', 'run', 'derive', 'session'].includes(kind);
    });
    const missed = valid.filter(([area, kind, vector]) => {
      const claim: Vector = { ...vector, result: 'invalid', error: 'MALFORMED_MESSAGE' };
      return verifyFile(only(load(area), kind, claim), judges).failures.length === 0;
    });
    expect(missed.map(([, , { id }]) => id)).toEqual([]);
  });

  it('in every frame of a transcript', () => {
    const file = load('transcript');
    const [vector] = file.groups[0]!.vectors;
    const { frames } = vector!.input as { frames: { frame: string; message: string }[] };
    for (const [i, frame] of frames.entries()) {
      for (const part of ['frame', 'message'] as const) {
        const other = { ...frame, [part]: changed(frame[part]) };
        const input = { frames: frames.with(i, other) };
        const { failures } = verifyFile(only(file, 'session', { ...vector!, input }), judges);
        expect(failures, `frame ${i}, ${part}`).toHaveLength(1);
      }
    }
  });

  it('where it cannot be read', () => {
    const file = load('frame');
    const [vector] = file.groups[0]!.vectors;
    const { failures } = verifyFile(only(file, 'reader', { ...vector!, input: 'xyz' }), judges);
    expect(failures[0]?.detail).toContain('unreadable');
  });
});

// Bases of resources that local edits touched.
import { describe, expect, it } from 'vitest';
import type { Edit, Entry } from '../control/values.ts';
import { baseFindings } from './edited-bases.ts';
import { stateOf } from './state.ts';

const resource = '{"resourceType":"Patient","id":"p1","meta":{"versionId":"31"}}';
const read: Edit = { op: 'import', resource };
const edited: Edit = { op: 'update', resource };
const sent = (base?: Entry['base']): Entry => {
  return { type: 'Patient', id: 'p1', resource, ...(base === undefined ? {} : { base }) };
};
const told = (seed: Entry[], edits: Edit[], entry: Entry): string[] =>
  baseFindings(seed.map(stateOf), edits, [stateOf(entry)]).map(({ detail }) => detail);

describe('PSP-DATA-9', () => {
  it('an edited resource keeps the base that the server gave', () => {
    expect(told([], [read, edited], sent({ versionId: '31' }))).toEqual([]);
    expect(told([], [read, edited], sent({ versionId: '32' }))).toEqual([
      'Patient/p1: it was sent with 32, it had 31',
    ]);
  });

  it('a newer version that was read may be there or not yet', () => {
    const seed = [sent({ versionId: '30', lastUpdated: '2026-05-01T08:00:00Z' })];
    expect(told(seed, [read], sent({ versionId: '31' }))).toEqual([]);
    expect(told(seed, [read], seed[0] ?? sent())).toEqual([]);
    expect(told(seed, [read], sent({ versionId: '30' }))).toEqual([
      'Patient/p1: it was sent with 30, it had 30 2026-05-01T08:00:00Z or 31',
    ]);
  });

  it('what was created has none, whatever its text says', () => {
    const created: Edit = { op: 'create', resource };
    expect(told([], [created], sent())).toEqual([]);
    expect(told([], [created], sent({ versionId: '31' }))).toEqual([
      'Patient/p1: it was sent with 31, it had no base',
    ]);
  });
});

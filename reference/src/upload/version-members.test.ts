import { describe, expect, it } from 'vitest';
import { jsonFrom } from '../fhir/json-value.ts';
import { differingMembers } from './version-members.ts';

const differing = (before: object, after: object): readonly string[] =>
  differingMembers(jsonFrom(before), jsonFrom(after));

describe('differingMembers', () => {
  it('names what was set, changed and removed', () => {
    expect(differing({ a: 1, b: [1], c: 1 }, { b: [1, 2], c: 1, d: {} })).toEqual(['a', 'b', 'd']);
  });

  it('takes what servers write in meta for nobody’s change', () => {
    const server = { versionId: '1', lastUpdated: '2024-01-01T00:00:00Z', source: '#1' };
    expect(differing({}, { meta: server })).toEqual([]);
    expect(differing({ meta: server }, { meta: { ...server, versionId: '2' } })).toEqual([]);
    expect(differing({ meta: server }, { meta: { ...server, tag: [] } })).toEqual(['meta']);
  });
});

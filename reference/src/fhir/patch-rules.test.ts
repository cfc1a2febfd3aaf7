import { describe, expect, it } from 'vitest';
import { isEntryFault } from './entry-fault.ts';
import { checkPatch } from './patch-rules.ts';
import { base } from './testing/entries.ts';
import { octetsOf } from './testing/json-values.ts';

/** The requirement a patch breaks; undefined when an UPDATE may have it. */
function broken(patch: string, withBase = true): string | undefined {
  const found = checkPatch(octetsOf(patch), withBase ? base : undefined);
  return isEntryFault(found) ? found.requirement : undefined;
}

const operation = (op: string, path: string, value = '1'): string =>
  `[{"op":"test","path":"/a","value":1},
    {"op":"${op}","path":"${path}","from":"/x","value":${value}}]`;

describe('checkPatch', () => {
  it.each(['add', 'remove', 'replace', 'test'])('PSP-CHG-7 accepts %s', (op) => {
    expect(broken(operation(op, '/name/0'))).toBeUndefined();
  });

  it.each(['move', 'copy', 'spam', '', 'ADD'])('PSP-CHG-7 refuses %j', (op) => {
    expect(broken(operation(op, '/name/0'))).toBe('PSP-CHG-7');
  });

  it.each([
    '',
    '/id',
    '/resourceType',
    '/meta/versionId',
    '/meta/lastUpdated',
    '/id/x',
    '/meta/versionId/0',
  ])('PSP-CHG-8 refuses every operation on %j', (path) => {
    for (const op of ['add', 'remove', 'replace', 'test']) {
      expect(broken(operation(op, path)), op).toBe('PSP-CHG-8');
      expect(broken(operation(op, path), false), op).toBe('PSP-CHG-8');
    }
  });

  it.each([
    '/identifier',
    '/_id',
    '/contained/0/id',
    '/meta/tag',
    '/meta/_versionId',
    '/a/meta/versionId',
    '/Id',
  ])('PSP-CHG-8 leaves %s to the user', (path) => {
    expect(broken(operation('replace', path))).toBeUndefined();
  });

  it('PSP-CHG-8 refuses to replace or remove a meta that holds a version', () => {
    const kept = '{"tag":[],"lastUpdated":"2024-05-01T12:00:00Z","versionId":"3"}';
    expect(broken(operation('replace', '/meta', kept))).toBeUndefined();
    expect(broken(operation('add', '/meta', kept))).toBeUndefined();
    for (const value of [kept, '{}']) {
      expect(broken(operation('test', '/meta', value))).toBe('PSP-CHG-8');
      expect(broken(operation('test', '/meta', value), false)).toBe('PSP-CHG-8');
    }
    expect(broken(operation('remove', '/meta'))).toBe('PSP-CHG-8');
    expect(broken(operation('remove', '/meta'), false)).toBeUndefined();
    for (const value of [
      '{}',
      '{"tag":[]}',
      '1',
      '{"versionId":"3"}',
      kept.replace('"3"', '"4"'),
    ]) {
      expect(broken(operation('replace', '/meta', value)), value).toBe('PSP-CHG-8');
      expect(broken(operation('add', '/meta', value)), value).toBe('PSP-CHG-8');
    }
  });

  it('PSP-LIM-4 accepts 1 000 operations and refuses one more', () => {
    const many = (count: number): string =>
      `[${Array.from({ length: count }, () => '{"op":"add","path":"/a/-","value":1}').join(',')}]`;
    expect(broken(many(1_000))).toBeUndefined();
    expect(broken(many(1_001))).toBe('PSP-LIM-4');
  });
});

// Entries where the vectors stop: which operations touch what is protected, bounds, order.
import { describe, expect, it } from 'vitest';
import { isFault } from '../fault.ts';
import { encodeNested } from '../wire/message-text.ts';
import type { TextFields } from '../wire/message-text.ts';
import { utf8 } from '../wire/octets.ts';
import { checkEntry } from './entry-check.ts';
import { readBatch, readEntry } from './entry.ts';
import { readJson } from './json-reader.ts';

const replica = `hex:${'0b'.repeat(16)}`;
const change = (counter: number, type: string, payload?: string): TextFields => ({
  id: { replica_id: replica, counter },
  type,
  ...(payload === undefined ? {} : { payload: `utf8:${payload}` }),
});
const resource = '{"resourceType":"Patient","id":"p"}';
const names = { resource_type: 'Patient', resource_id: 'p' };
const base = { version_id: '3', last_updated: '2026-05-01T08:00:00Z' };
const updated = (...operations: string[]): TextFields => ({
  ...names,
  resource: `utf8:${resource}`,
  base,
  changes: [change(1, 'UPDATE', `[${operations.join(',')}]`)],
});

function verdict(fields: TextFields, content?: string): string {
  const entry = readEntry(encodeNested('SyncPayload', fields));
  const held = content === undefined ? undefined : readJson(utf8(content));
  if (isFault(entry) || isFault(held)) throw new Error('unreadable');
  return checkEntry(entry, held)?.requirement ?? 'taken';
}

const meta = (versionId: string): string =>
  `{"versionId":"${versionId}","lastUpdated":"2026-05-01T08:00:00Z","tag":[]}`;

describe('PSP-CHG-8', () => {
  it.each([
    ['taken', `{"op":"replace","path":"/meta","value":${meta('3')}}`],
    ['PSP-CHG-8', `{"op":"replace","path":"/meta","value":${meta('4')}}`],
    ['PSP-CHG-8', '{"op":"replace","path":"/meta","value":{}}'],
    ['PSP-CHG-8', '{"op":"remove","path":"/meta"}'],
    ['PSP-CHG-8', '{"op":"add","path":"/meta","value":{"tag":[]}}'],
    ['PSP-CHG-8', '{"op":"test","path":"/id","value":"p"}'],
    ['PSP-CHG-8', '{"op":"add","path":"/meta/versionId/x","value":1}'],
    ['PSP-CHG-8', '{"op":"test","path":"","value":{}}'],
    ['PSP-CHG-8', `{"op":"test","path":"/meta","value":${meta('3')}}`],
    ['taken', `{"op":"add","path":"/meta","value":${meta('3')}}`],
    ['taken', '{"op":"add","path":"/meta/tag","value":[]}'],
    ['taken', '{"op":"replace","path":"/contact/id","value":"x"}'],
  ])('%s on a base that is not held: %s', (expected, operation) => {
    expect(verdict(updated(operation))).toBe(expected);
  });

  it.each([
    ['PSP-CHG-8', resource, '{"op":"add","path":"/meta","value":{"tag":[]}}'],
    ['taken', resource, `{"op":"add","path":"/meta","value":${meta('3')}}`],
    ['PSP-CHG-8', `{"meta":${meta('4')}}`, `{"op":"add","path":"/meta","value":${meta('4')}}`],
    ['PSP-CHG-8', resource, '{"op":"add","path":"/meta","value":{"versionId":"1"}}'],
    ['taken', `{"meta":${meta('3')}}`, '{"op":"remove","path":"/meta/tag"}'],
    ['PSP-CHG-8', `{"meta":${meta('3')}}`, '{"op":"remove","path":"/meta"}'],
    ['PSP-CHG-10', resource, '{"op":"remove","path":"/meta/tag"}'],
  ])('%s on a base that holds %s: %s', (expected, content, operation) => {
    expect(verdict(updated(operation), content)).toBe(expected);
  });
});

describe('checkEntry', () => {
  const inserted: TextFields = {
    ...names,
    resource: `utf8:${resource}`,
    changes: [change(1, 'INSERT', resource)],
  };
  const long = 'x'.repeat(65);
  const ids = (count: number): TextFields[] =>
    Array.from({ length: count }, (_, i) => ({ replica_id: replica, counter: i + 1 }));

  it.each<[string, TextFields]>([
    ['taken', inserted],
    ['taken', { ...updated(), absorbed: ids(1_000) }],
    ['PSP-LIM-4', { ...updated(), absorbed: ids(1_001) }],
    ['PSP-DATA-12', { ...updated(), base: { ...base, last_updated: long } }],
    [
      'PSP-CHG-17',
      { ...updated(), changes: [{ ...change(1, 'X'), base_version_id: long, type: 2 }] },
    ],
    ['PSP-CHG-16', { ...updated(), changes: [{ type: 'UPDATE', payload: 'utf8:[]' }] }],
    ['PSP-DATA-7', { ...inserted, changes: [change(1, 'INSERT', '{"resourceType":"Patient"}')] }],
    ['PSP-DATA-4', { ...inserted, changes: [change(1, 'INSERT', '[]')] }],
    ['PSP-CHG-15', { ...updated(), changes: [change(1, 'UPDATE', '{}')] }],
    ['PSP-DATA-4', { ...updated(), resource: 'utf8:1' }],
    ['PSP-DATA-6', { ...inserted, resource_id: 'ä', changes: [] }],
    ['PSP-CHG-12', { ...inserted, resource: 'hex:' }],
  ])('%s: %j', (expected, fields) => {
    expect(verdict(JSON.parse(JSON.stringify(fields).replace('"X"', '2')) as TextFields)).toBe(
      expected,
    );
  });

  it('PSP-DATA-1 reads the entries of a Batch in their order, octets as they are', () => {
    const octets = encodeNested('Batch', { entries: [inserted, { ...names, resource_id: 'q' }] });
    const entries = readBatch(octets);
    if (isFault(entries)) throw new Error(entries.detail);
    expect(entries.map(({ resourceId }) => resourceId)).toEqual(['p', 'q']);
    expect(entries[0]?.resource).toEqual(utf8(resource));
    expect(entries[0]?.changes[0]?.id?.counter).toBe(1n);
    expect(readBatch(Uint8Array.of(0x0a, 5))).toMatchObject({ code: 'MALFORMED_MESSAGE' });
  });
});

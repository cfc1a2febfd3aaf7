import { describe, expect, it } from 'vitest';
import type { LocalChange, SyncPayload } from '../wire/messages.ts';
import { ChangeType, ErrorCode } from '../wire/messages.ts';
import { checkEntry, checkResource } from './entry-check.ts';
import { base, change, entry, insert, patient, remove, update } from './testing/entries.ts';
import { octetsOf } from './testing/json-values.ts';

const add = (path: string, value: string): string =>
  `[{"op":"add","path":"${path}","value":${value}}]`;
const serverMeta = '"meta":{"versionId":"3","lastUpdated":"2024-05-01T12:00:00Z"}';

/** The requirement an entry breaks; undefined when it is accepted. */
const broken = (parts: Parameters<typeof entry>[0]): string | undefined =>
  checkEntry(entry(parts))?.requirement;

describe('checkEntry', () => {
  const updates = [update(add('/active', 'true')), update('[{"op":"remove","path":"/active"}]')];
  it.each<[string, Parameters<typeof entry>[0]]>([
    ['a server version (S18)', { base, resource: patient(serverMeta) }],
    ['a server tombstone (S13)', { base }],
    ['an edited server version', { base, resource: patient(serverMeta), changes: updates }],
    ['a deleted server version', { base, changes: [remove()] }],
    ['an edited and deleted one', { base, changes: [...updates, remove()] }],
    ['a creation (S19)', { resource: patient(), changes: [insert(patient())] }],
    ['an edited creation', { resource: patient(), changes: [insert(patient()), ...updates] }],
    ['a deleted creation (S12)', { changes: [insert(patient()), ...updates, remove()] }],
    ['no meta (S23)', { base, resource: patient() }],
    [
      'a creation spelled otherwise',
      { resource: patient('"a":1'), changes: [insert(` ${patient('"a" : 1')}`)] },
    ],
    ['the id ..', { base, resourceId: '..', resource: '{"resourceType":"Patient","id":".."}' }],
    [
      'lexemes kept (S35)',
      { resource: patient('"v":1.10'), changes: [insert(patient()), update(add('/v', '1.10'))] },
    ],
    ['a version only here', { resource: patient(serverMeta), changes: [insert(patient())] }],
    [
      'a narrative-only edit (S46)',
      { base, resource: patient(), changes: [update(add('/text', '{"status":"generated"}'))] },
    ],
  ])('PSP-CHG-4 accepts %s', (_, parts) => {
    expect(checkEntry(entry(parts))).toBeUndefined();
  });

  it.each<[string, Partial<SyncPayload>]>([
    ['an empty id', { resourceId: '' }],
    ['a long id', { resourceId: 'x'.repeat(65) }],
    ['an underscore', { resourceId: 'a_b' }],
    ['a path', { resourceId: '../x' }],
    ['a line end', { resourceId: 'p1\n' }],
    ['a lower case type', { resourceType: 'patient' }],
    ['a long type', { resourceType: `P${'x'.repeat(64)}` }],
    ['an empty type', { resourceType: '' }],
  ])('PSP-DATA-6 refuses %s', (_, names) => {
    expect(checkEntry({ ...entry({ base }), ...names })).toMatchObject({
      code: ErrorCode.ENTRY_ID_INVALID,
      requirement: 'PSP-DATA-6',
    });
  });

  it('PSP-LIM-4 accepts 1 000 changes and absorbed ids, and refuses one more', () => {
    const many = (count: number): LocalChange[] =>
      Array.from({ length: count }, () => update('[]'));
    const ids = (count: number): SyncPayload['absorbed'] =>
      many(count).flatMap(({ id }) => (id === undefined ? [] : [id]));
    expect(broken({ base, resource: patient(), changes: many(1_000) })).toBeUndefined();
    expect(broken({ base, resource: patient(), changes: many(1_001) })).toBe('PSP-LIM-4');
    expect(broken({ base, resource: patient(), absorbed: ids(1_000) })).toBeUndefined();
    expect(broken({ base, resource: patient(), absorbed: ids(1_001) })).toBe('PSP-LIM-4');
  });

  it.each<[string, string, Parameters<typeof entry>[0]]>([
    ['PSP-DATA-3', 'neither base nor changes', { resource: patient() }],
    ['PSP-DATA-12', 'a base without version id', { base: { ...base, versionId: '' } }],
    ['PSP-DATA-12', 'an endless instant', { base: { ...base, lastUpdated: '2'.repeat(65) } }],
    [
      'PSP-CHG-4',
      'two INSERTs (S9)',
      { resource: patient(), changes: [insert(patient()), insert(patient())] },
    ],
    [
      'PSP-CHG-4',
      'an UPDATE after a DELETE (S14)',
      { base, resource: patient(), changes: [remove(), update('[]')] },
    ],
    ['PSP-CHG-4', 'two DELETEs', { base, changes: [remove(), remove()] }],
    ['PSP-CHG-4', 'a DELETE with a payload', { base, changes: [change(ChangeType.DELETE, '[]')] }],
    [
      'PSP-CHG-4',
      'an unspecified type',
      { base, resource: patient(), changes: [change(ChangeType.UNSPECIFIED)] },
    ],
    [
      'PSP-CHG-4',
      'an unknown type',
      { base, resource: patient(), changes: [change(9 as ChangeType)] },
    ],
    [
      'PSP-CHG-5',
      'an INSERT with a base',
      { base, resource: patient(), changes: [insert(patient())] },
    ],
    ['PSP-CHG-14', 'an UPDATE without base', { resource: patient(), changes: [update('[]')] }],
    ['PSP-CHG-14', 'a DELETE without base', { changes: [remove()] }],
    [
      'PSP-CHG-12',
      'a resource that was deleted',
      { base, resource: patient(), changes: [remove()] },
    ],
    ['PSP-CHG-12', 'an edit of nothing', { base, changes: [update('[]')] }],
    ['PSP-CHG-12', 'a creation of nothing', { changes: [insert(patient())] }],
  ])('%s refuses %s', (requirement, _, parts) => {
    expect(broken(parts)).toBe(requirement);
  });

  it('PSP-CHG-11 refuses an id that occurs twice', () => {
    const [one, two] = [update('[]'), update('[]')];
    const other = {
      ...two,
      id: { replicaId: new Uint8Array(16).fill(8), counter: one.id!.counter },
    };
    const of = (...changes: LocalChange[]): string | undefined =>
      broken({ base, resource: patient(), changes });
    expect(of(one, two, other)).toBeUndefined();
    expect(of(one, two, one)).toBe('PSP-CHG-11');
    expect(of(one, { ...two, id: { ...one.id!, replicaId: one.id!.replicaId.slice() } })).toBe(
      'PSP-CHG-11',
    );
  });

  it.each([
    ['no id', undefined],
    ['a short replica id', { replicaId: new Uint8Array(15), counter: 1n }],
    ['the counter 0', { replicaId: new Uint8Array(16), counter: 0n }],
  ])('PSP-CHG-16 refuses a change with %s, and an absorbed one', (_, id) => {
    const changes = [{ ...update('[]'), id }];
    expect(broken({ base, resource: patient(), changes })).toBe('PSP-CHG-16');
    if (id === undefined) return;
    expect(broken({ base, resource: patient(), absorbed: [id] })).toBe('PSP-CHG-16');
  });

  it.each([{ baseVersionId: 'v'.repeat(65) }, { recordedAt: '2'.repeat(65) }])(
    'PSP-CHG-17 refuses a change with a label of more than 64 octets',
    (label) => {
      const within = Object.fromEntries(Object.entries(label).map(([k, v]) => [k, v.slice(1)]));
      const of = (more: object): string | undefined =>
        broken({ base, resource: patient(), changes: [{ ...update('[]'), ...more }] });
      expect(of(within)).toBeUndefined();
      expect(of(label)).toBe('PSP-CHG-17');
    },
  );

  it.each<[string, string, Parameters<typeof entry>[0]]>([
    ['PSP-DATA-4', 'a resource that is no JSON (S37)', { base, resource: '{' }],
    ['PSP-DATA-4', 'a resource that is no object', { base, resource: '[]' }],
    ['PSP-DATA-4', 'a key twice', { base, resource: patient('"id":"p1"') }],
    ['PSP-DATA-4', 'an INSERT that is no JSON', { resource: patient(), changes: [insert('{')] }],
    ['PSP-DATA-4', 'an empty INSERT', { resource: patient(), changes: [insert('')] }],
    [
      'PSP-DATA-4',
      'an UPDATE that is no JSON',
      { base, resource: patient(), changes: [update('')] },
    ],
    [
      'PSP-DATA-4',
      'a JSON fault before an identity',
      { base, resource: '{}', changes: [update('{')] },
    ],
    ['PSP-DATA-5', 'a key', { base, resource: patient('"a":{"__proto__":1}') }],
    [
      'PSP-DATA-5',
      'a key in a value',
      { base, resource: patient(), changes: [update(add('/a', '{"constructor":1}'))] },
    ],
    [
      'PSP-DATA-5',
      'a pointer segment',
      { base, resource: patient(), changes: [update(add('/a/prototype/b', '1'))] },
    ],
    [
      'PSP-DATA-5',
      'a segment of a test',
      {
        base,
        resource: patient(),
        changes: [update('[{"op":"test","path":"/__proto__","value":1}]')],
      },
    ],
    ['PSP-DATA-7', 'another id', { base, resource: '{"resourceType":"Patient","id":"p2"}' }],
    ['PSP-DATA-7', 'another type', { base, resource: '{"resourceType":"Group","id":"p1"}' }],
    ['PSP-DATA-7', 'no id', { base, resource: '{"resourceType":"Patient"}' }],
    [
      'PSP-DATA-7',
      'another id in the INSERT',
      { changes: [insert('{"resourceType":"Patient","id":"p2"}'), remove()] },
    ],
    [
      'PSP-LIM-4',
      'a deep resource',
      { base, resource: patient(`"a":${'['.repeat(64)}${']'.repeat(64)}`) },
    ],
    ['PSP-CHG-15', 'an object as patch', { base, resource: patient(), changes: [update('{}')] }],
    [
      'PSP-CHG-10',
      'a path that is not there',
      {
        resource: patient(),
        changes: [insert(patient()), update('[{"op":"remove","path":"/a"}]')],
      },
    ],
    [
      'PSP-CHG-10',
      'a test that fails',
      {
        changes: [
          insert(patient('"a":1.1')),
          update('[{"op":"test","path":"/a","value":1.2}]'),
          remove(),
        ],
      },
    ],
    [
      'PSP-CHG-9',
      'a resource its changes do not lead to (S38)',
      { resource: patient('"a":1'), changes: [insert(patient()), update(add('/a', '2'))] },
    ],
    [
      'PSP-CHG-9',
      'another precision (S35)',
      { resource: patient('"a":1.1'), changes: [insert(patient('"a":1.10'))] },
    ],
    ['PSP-CHG-9', 'another INSERT', { resource: patient('"a":1'), changes: [insert(patient())] }],
  ])('%s refuses %s', (requirement, _, parts) => {
    expect(broken(parts)).toBe(requirement);
  });

  it('PSP-SEC-1 says which change is at fault, and nothing of it', () => {
    const changes = [insert(patient()), update('[]'), update('[{"op":"remove","path":"/secret"}]')];
    const fault = checkEntry(entry({ resource: patient(), changes }));
    expect(fault?.detail).toBe('change 2: operation 0: missing-target');
  });
});

describe('checkResource', () => {
  it('PSP-DATA-6 judges the names of a resource by itself', () => {
    const of = (text: string): string | undefined => checkResource(octetsOf(text))?.requirement;
    expect(of(patient())).toBeUndefined();
    expect(of('{"resourceType":"Patient","id":"a/b"}')).toBe('PSP-DATA-6');
    expect(of('{"resourceType":"patient","id":"a"}')).toBe('PSP-DATA-6');
    expect(of('{"resourceType":"Patient"}')).toBe('PSP-DATA-7');
  });
});

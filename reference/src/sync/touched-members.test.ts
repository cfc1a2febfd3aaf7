import { describe, expect, it } from 'vitest';
import { change, octets } from './testing/entries.ts';
import { operationsOn, touchedMembers } from './touched-members.ts';

const update = (...operations: object[]): ReturnType<typeof change> =>
  change('a1', JSON.stringify(operations));
const add = (path: string): object => ({ op: 'add', path, value: 1 });

describe('touchedMembers', () => {
  it('S8: names members by the pointers of all operations, wherever they lead inside', () => {
    const changes = [update(add('/a'), add('/b/0/c')), update({ op: 'remove', path: '/d~1e' })];
    expect([...touchedMembers(changes)]).toEqual(['a', 'b', 'd/e']);
  });

  it('S8: takes back nothing: a member that is set and removed was touched', () => {
    const changes = [update(add('/a')), update({ op: 'remove', path: '/a' })];
    expect([...touchedMembers(changes)]).toEqual(['a']);
  });

  it('S8: a test only looks; creations and deletions are no operations', () => {
    const look = update({ op: 'test', path: '/a', value: 1 });
    expect([...touchedMembers([change('+a1'), look, change('-a2')])]).toEqual([]);
    expect([...touchedMembers([{ ...look, payload: octets('no patch') }])]).toEqual([]);
  });
});

describe('operationsOn', () => {
  it('S8: gives the operations on some members in their order', () => {
    const gone = { op: 'remove', path: '/a' };
    const changes = [update(add('/a'), add('/b'), add('/_a')), update(gone)];
    const found = operationsOn(new Set(['a', '_a']), changes);
    expect(found.map(({ op, path }) => `${op} ${path}`)).toEqual([
      'add /a',
      'add /_a',
      'remove /a',
    ]);
  });
});

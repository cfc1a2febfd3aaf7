// Long values from their short forms: whole, short, and left as they are.
import { describe, expect, it } from 'vitest';
import { isFolded, unfolded, unfoldedShort } from './folded-values.ts';

const text = { $repeat: 'ab', times: 3, prefix: 'utf8:[', suffix: ']' };
const list = { $items: { id: 'p{n}', x: [text] }, times: 2 };

describe('a folded value', () => {
  it('kit: is a text so many times over, or a list with the number of each item', () => {
    expect(unfolded({ a: [text] })).toEqual({ a: ['utf8:[ababab]'] });
    const item = (id: string): object => ({ id, x: ['utf8:[ababab]'] });
    expect(unfolded(list)).toEqual([item('p1'), item('p2')]);
    expect(unfolded({ $repeat: 'a', times: 0 })).toBe('');
  });

  it('kit: stays folded where it is longer than asked for', () => {
    expect(unfolded({ a: text, b: 'x' }, 5)).toEqual({ a: text, b: 'x' });
    expect(unfolded({ a: text }, 6)).toEqual({ a: 'utf8:[ababab]' });
    expect(unfolded({ $items: 0, times: 7 }, 6)).toEqual({ $items: 0, times: 7 });
  });

  it('kit: has a short form of the same kind', () => {
    expect(unfoldedShort([text, list])).toEqual(['utf8:[ab]', [{ id: 'p1', x: ['utf8:[ab]'] }]]);
  });

  it('kit: is told from other values', () => {
    const others = [undefined, null, 'text', [1], { times: 3 }, { $repeat: 'a' }];
    expect([text, list].map(isFolded)).toEqual([true, true]);
    expect(others.map(isFolded)).toEqual(others.map(() => false));
    expect(unfolded(others)).toEqual(others);
  });
});

import { describe, expect, it } from 'vitest';
import { RecentNames } from './recent-names.ts';

const id = (n: number): string => `0c3151bd-1cbf-4d64-b04d-${String(n).padStart(12, '0')}`;

describe('names that came by lately', () => {
  it('are those that were added, joined by a solidus', () => {
    const names = new RecentNames(1_024);
    names.add('Patient', 'a');
    expect(names.has('Patient/a')).toBe(true);
    for (const other of [
      'Patient/b',
      'Patient',
      'a',
      '',
      '/',
      'Patienta',
      'patient/a',
      'Patient/a/',
    ]) {
      expect(names.has(other)).toBe(false);
    }
    expect(new RecentNames(1).has('')).toBe(false);
  });

  it('are mostly remembered while there is room, and never invented', () => {
    const names = new RecentNames(16_384);
    for (let n = 0; n < 8_192; n += 1) names.add('Observation', id(n));
    let remembered = 0;
    let invented = 0;
    for (let n = 0; n < 8_192; n += 1) {
      if (names.has(`Observation/${id(n)}`)) remembered += 1;
      if (names.has(`Observation/${id(n + 8_192)}`)) invented += 1;
      if (names.has(`Encounter/${id(n)}`)) invented += 1;
    }
    // Where every place is as likely as any other, four of five keep theirs.
    expect(remembered).toBeGreaterThan(6_000);
    expect(invented).toBe(0);
  });

  it('give way to others, one for one', () => {
    const names = new RecentNames(3);
    for (let n = 0; n < 1_000; n += 1) names.add('Task', id(n));
    const left = Array.from({ length: 1_000 }, (_, n) => names.has(`Task/${id(n)}`));
    expect(left.filter(Boolean).length).toBeLessThanOrEqual(4);
    expect(left[999]).toBe(true);
  });
});

// The state tables hold every property within the bounds of a test run, and take every cell that
// can be taken.
import { describe, expect, it } from 'vitest';
import { meet } from './arbitrary-peer.ts';
import { configurations } from './configurations.ts';
import { contradictions, coverageOf } from './coverage.ts';
import { explore } from './explore.ts';
import { roles } from './moves.ts';
import { rulesWith } from './runs.ts';
import { withCell } from './tables.ts';

const rules = rulesWith();
const rows = new Set<string>();

const rememberRows = (more: ReadonlySet<string>): void => {
  for (const row of more) rows.add(row);
};

describe('PSP-STATE-1 the tables as a model', () => {
  it.each(configurations)('holds every property: $name', (configuration) => {
    const found = explore({ ...rules, configuration });
    rememberRows(found.rows);
    expect(found.breach).toBeUndefined();
    expect(found.isWhole).toBe(true);
    // Control messages are few: what waits in one direction stays within a handful.
    expect(found.mostWaiting).toBeLessThanOrEqual(configuration.capacity + 4);
    // PSP-ABORT-1, PSP-CLOSE-1: from the first end to both closed is a short way, whatever happens.
    expect(found.longestEnd).toBeLessThanOrEqual(20);
    expect(found.longest).toBeLessThanOrEqual(40);
  });

  it('several sessions begin from every store that interruptions can leave', () => {
    const resumed = configurations.find(({ name }) => name === 'cuts and crashes, resumed')!;
    const found = explore({ ...rules, configuration: resumed });
    // Cursors 0 to 3, and stores that are ahead of a cursor after starting over.
    expect(found.sessions).toBe(7);
    expect(found.worlds).toBeGreaterThan(10_000);
  });

  it.each(roles)('holds before a peer that sends anything: %s', (role) => {
    const found = meet(rules, role);
    rememberRows(found.rows);
    expect(found.breach).toBeUndefined();
    expect(found.worlds).toBeGreaterThan(300);
  });

  it('takes every cell but those that nothing can lead to, and says why', () => {
    const { cells, taken, untaken } = coverageOf(rules.tables, rows);
    expect(untaken.filter(({ reason }) => reason === undefined)).toEqual([]);
    expect(contradictions(rules.tables, rows)).toEqual([]);
    expect(taken + untaken.length).toBe(cells);
    expect(untaken.length).toBeLessThan(90);
  });

  it('a cell that is taken for no reason of the table shows', () => {
    const without = new Set([...rows].filter((row) => row !== 'sender SENDING ACK'));
    const { untaken } = coverageOf(rules.tables, without);
    expect(untaken.filter(({ reason }) => reason === undefined)).toEqual([
      { role: 'sender', state: 'SENDING', event: 'ACK', reason: undefined },
    ]);
    const cut = withCell(rules.tables, 'sender', 'AWAIT_CONFIRM', 'CONFIRM', {
      next: 'AWAIT_REQUEST',
      actions: [],
    });
    expect(contradictions(cut, rows)).toContain('sender SENDING SEAL_BROKEN');
  });

  it('says when a bound ended the search', () => {
    const [configuration] = configurations;
    const found = explore({ ...rules, configuration: configuration!, worldsMax: 10 });
    expect(found.isWhole).toBe(false);
    expect(found.worlds).toBeGreaterThanOrEqual(10);
  });
});

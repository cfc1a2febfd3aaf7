// A few of every fault with a fixed seed, small enough to run always. Many more: npm run faults.
import { describe, expect, it } from 'vitest';
import { tryDamage } from './damage.ts';
import { tryHostile } from './hostile.ts';
import { tryKills } from './kills.ts';
import { tryClock, tryCuts } from './network.ts';
import { isGood, skippedRow, Tally, type FaultRow } from './tally.ts';
import { tableOf, reportOf } from './fault-report.ts';

const seed = 20_241_101;
const good = (row: FaultRow): FaultRow => {
  expect(row.problems).toEqual([]);
  expect(isGood(row)).toBe(true);
  return row;
};

describe('faults', () => {
  it('PSP-ATOM-3, PSP-ACK-1, PSP-RESUME-1: SIGKILL loses nothing and doubles nothing', async () => {
    const row = good(await tryKills({ kills: 4, seed, resources: 200 }));
    expect(row.struck).toBeGreaterThanOrEqual(4);
    expect(row.counts['entries compared']).toBeGreaterThanOrEqual(200);
  }, 120_000);

  it('PSP-DONE-7, PSP-RESUME-1: cuts at any octet lose nothing', async () => {
    expect(good(await tryCuts({ runs: 3, seed, resources: 100 })).struck).toBeGreaterThan(2);
  }, 120_000);

  it('PSP-TIME-1: a date that jumps is nothing to a session', async () => {
    expect(good(await tryClock({ runs: 3, seed, resources: 60 })).runs).toBe(6);
  }, 120_000);

  it('a damaged store is never silently smaller, and a rescue keeps what is whole', async () => {
    const row = good(await tryDamage({ runs: 24, seed, resources: 60 }));
    expect(row.counts).toMatchObject({
      'refused as a whole: another file': 4,
      'found by the check: a page of zeros': 4,
    });
    expect(row.counts['resources rescued']).toBeGreaterThan(0);
  }, 120_000);

  it('PSP-DEF-3, PSP-FRAME-3, PSP-DATA-5: hostile input costs bounded memory', async () => {
    expect(good(await tryHostile(1)).struck).toBeGreaterThanOrEqual(20);
  }, 120_000);
});

describe('the report of faults', () => {
  it('counts what went wrong, and shows it', () => {
    const bad = new Tally('rain');
    bad.compared({ lost: 1, doubled: 2 });
    bad.check(false, 'it is wet');
    bad.hung('it does not end');
    bad.most('drops', 3);
    const rows = [bad.row(), skippedRow('snow', 'it is too warm')];
    expect(rows.map(isGood)).toEqual([false, true]);
    expect(tableOf(rows)).toContain('rain: PROBLEM: it is wet');
    expect(tableOf(rows)).toContain('snow: not tried, it is too warm');
    expect(reportOf(rows, { sessions: 1, seed: 2 })).toMatchObject({
      good: false,
      totals: { lost: 1, doubled: 2, hangs: 1, wrong: 1 },
    });
  });
});

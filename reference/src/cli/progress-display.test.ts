import { describe, expect, it } from 'vitest';
import type { ProgressEvent } from '../session/options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { Screen } from './screen.ts';
import { FakeTerminal } from './testing/terminal.ts';

function progress(acknowledged: number, offered: number | undefined): ProgressEvent {
  return { kind: 'progress', acknowledged, offered, byType: new Map() };
}

/** What a display says to a row of counts, one every `stepMs`. */
async function said(
  counts: readonly number[],
  stepMs: number,
  offered: number | undefined,
  options: { isTerminal?: boolean; json?: boolean; quiet?: boolean } = {},
): Promise<string> {
  const terminal = new FakeTerminal({}, options.isTerminal ?? false);
  let nowMs = 0;
  const screen = new Screen(terminal.surroundings, options);
  const display = new ProgressDisplay(screen, () => nowMs);
  for (const count of counts) {
    display.update(progress(count, offered));
    nowMs += stepMs;
  }
  display.end();
  await new Promise((resolve) => setImmediate(resolve));
  return terminal.text;
}

const upTo = (last: number): number[] => Array.from({ length: last + 1 }, (_, index) => index);

describe('progress', () => {
  it('in a pipe: a line each tenth of the way or each second, and the last count', async () => {
    const fast = (await said(upTo(100), 1, 100)).trimEnd().split('\n');
    expect(fast).toHaveLength(11);
    expect(fast.at(-1)).toBe('100 of 100 records stored, 100 %');
    const slow = (await said(upTo(5), 1_000, 100)).trimEnd().split('\n');
    expect(slow).toHaveLength(5);
    const cut = (await said([1, 2, 3], 1, 100)).trimEnd().split('\n');
    expect(cut).toEqual(['1 of 100 records stored, 1 %', '3 of 100 records stored, 3 %']);
  });

  it('PSP-OFFER-4: the total is an estimate, or not known at all', async () => {
    expect(await said([150], 1, 100)).toContain('150 of 100 records stored, 100 %');
    expect(await said([1_500], 1, undefined)).toBe('1\u00a0500 records stored\n');
  });

  it('on a terminal: a bar that is drawn at most ten times a second and taken away', async () => {
    const text = await said(upTo(100), 10, 100, { isTerminal: true });
    const drawn = text.split('\r\u001b[K');
    expect(drawn).toHaveLength(13);
    expect(drawn.at(-2)).toMatch(/^█+ {2}100 of 100 records stored, 100 %, \d+\/s$/);
    expect(drawn.at(-1)).toBe('');
  });

  it('says nothing when quiet, and events only when JSON is asked for', async () => {
    expect(await said(upTo(9), 1, 9, { quiet: true })).toBe('');
    const lines = (await said([9], 1, 9, { json: true })).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'progress', acknowledged: 9, offered: 9, byType: {} },
    ]);
  });
});

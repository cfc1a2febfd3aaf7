// What a person sees while a store file of an older form is brought to the present one.
import { expect, it } from 'vitest';
import { MigrationDisplay } from './migration-display.ts';
import { Screen } from './screen.ts';
import { FakeTerminal } from './testing/terminal.ts';

const ofThousands = [0, 1, 2, 3, 4];

/** What a display says to thousands of entries, one each `stepMs`. */
async function said(
  stepMs: number,
  options: { isTerminal?: boolean; json?: boolean; quiet?: boolean } = {},
): Promise<string> {
  const terminal = new FakeTerminal({}, options.isTerminal ?? false);
  let nowMs = 0;
  const screen = new Screen(terminal.surroundings, options);
  const display = new MigrationDisplay(screen, 'a.db', () => nowMs);
  for (const thousands of ofThousands) {
    display.update({ entries: thousands * 1_000, of: 4_000 });
    nowMs += stepMs;
  }
  display.end();
  await new Promise((resolve) => setImmediate(resolve));
  return terminal.text.replaceAll('\u00a0', ' ');
}

it('says once what is going on, and in a pipe how far it is each five seconds', async () => {
  const [first, ...lines] = (await said(2_500)).trimEnd().split('\n');
  expect(first).toBe(
    'a.db is of an older version: its 4 000 resources are brought to the present form, once. ' +
      'Until that is done the file grows to twice its size.',
  );
  expect(lines).toEqual(['2 000 of 4 000', '4 000 of 4 000']);
  expect((await said(1)).trimEnd().split('\n')).toHaveLength(1);
});

it('on a terminal counts in one line, which goes when it ends', async () => {
  const text = await said(2_500, { isTerminal: true });
  expect(text.split('\n')).toHaveLength(2);
  expect(text).toContain('4 000 of 4 000');
  expect(text.endsWith('\r\u001b[K')).toBe(true);
});

it('for a program is events, and nothing for who wants quiet', async () => {
  const events = (await said(2_500, { json: true })).trimEnd().split('\n');
  expect(events.map((line) => JSON.parse(line) as unknown)).toEqual(
    [0, 2_000, 4_000].map((entries) => ({ event: 'migration', entries, of: 4_000 })),
  );
  expect(await said(2_500, { quiet: true })).toBe('');
});

// The report page in a real browser, opened from disk as its reader would.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { requirements } from '../cases/requirements.ts';
import { ready } from '../security/cpace.ts';
import { htmlOf, readPageParts } from './html.ts';
import { programOr } from './testing/programs.ts';
import {
  failureWithTranscript,
  goldenTranscript,
  manyResults,
  sampleCase,
  sampleResults,
} from './testing/sample-results.ts';

const executablePath = programOr(
  ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  'skipped: no Chromium is installed, so the report page is not tried in a browser',
);
const folder = mkdtempSync(join(tmpdir(), 'peersync-page-'));
const file = join(folder, 'report.html');
const address = pathToFileURL(file).href;
/** Run in the page: it looks for texts that are hard to read. */
const contrasts = readFileSync(new URL('./testing/contrasts.js', import.meta.url), 'utf8');
interface Contrasts {
  readonly back: 'light' | 'dark';
  readonly checked: number;
  readonly weak: readonly string[];
}
let browser: Browser | undefined;

function pageText(): string {
  const withOctets = failureWithTranscript('RCV-0500');
  const many = manyResults(250).cases;
  const cases = [
    ...many,
    withOctets,
    { ...withOctets, delivery: 'octet' as const },
    sampleCase('SND-0501', { transcripts: [goldenTranscript()], requirements: ['PSP-CODE-2'] }),
  ];
  const parts = { sentences: requirements(), ...readPageParts(), transcripts: 'all' as const };
  return htmlOf(sampleResults(cases), parts);
}

beforeAll(async () => {
  if (executablePath === undefined) return;
  await ready();
  writeFileSync(file, pageText());
  const quiet = ['background-networking', 'component-update', 'sync', 'default-apps'];
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
  browser = await chromium.launch({
    executablePath,
    args: [...args, ...quiet.map((name) => `--disable-${name}`)],
  });
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The page, opened; afterwards it has to have been silent and to have asked for nothing. */
async function open(fragment = '', options: BrowserContextOptions = {}): Promise<Page> {
  if (browser === undefined) throw new Error('no browser');
  const page = await browser.newPage(options);
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(address)) said.push(`asked for ${request.url()}`);
  });
  onTestFinished(async () => {
    await page.close();
    expect(said).toEqual([]);
  });
  await page.goto(address + fragment);
  return page;
}

/** What a page says once it has followed a click or a key: a loaded machine lets it wait. */
const settled = <T>(read: () => Promise<T>): ReturnType<typeof expect.poll<T>> =>
  expect.poll(read, { timeout: 10_000 });
const shown = (page: Page): Promise<number> => page.locator('details.case:visible').count();

describe.skipIf(executablePath === undefined)('the report page in Chromium', () => {
  it('opens from disk with every case and the state of the run', async () => {
    const page = await open();
    expect(await page.title()).toBe('Does not conform: Acme <Sync> & Söhne 2.3.1');
    expect(await page.locator('h1').textContent()).toContain('Acme <Sync> & Söhne 2.3.1');
    expect(await page.locator('.headline').textContent()).toMatch(/^Does not conform required \d/);
    expect(await shown(page)).toBe(252);
    expect(await page.locator('#count').textContent()).toBe('252 cases');
  });

  it('filters by verdict, role, family, requirement and text; the address keeps it', async () => {
    const page = await open();
    await page.getByRole('checkbox', { name: /^fail/ }).check();
    await settled(() => shown(page)).toBe(8);
    await page.getByLabel('role').selectOption('sender');
    await settled(() => shown(page)).toBe(2);
    await page.reload();
    await settled(() => shown(page)).toBe(2);
    await page.getByRole('button', { name: 'Clear' }).click();
    await settled(() => shown(page)).toBe(252);
    await page.getByLabel('family').selectOption('limits');
    await settled(() => shown(page)).toBe(35);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByLabel('requirement').fill('psp-code-2');
    await settled(() => shown(page)).toBe(1);
    await page.getByLabel('requirement').fill('PSP-CODE');
    await settled(() => shown(page)).toBe(1);
    await page.getByLabel('requirement').fill('');
    await page.getByLabel('text').fill('acknowledged RCV-0500');
    await settled(() => shown(page)).toBe(1);
    await settled(() => page.locator('#count').textContent()).toBe('1 of 252 cases');
    await page.getByLabel('text').fill('nothing has this');
    await settled(() => page.locator('section.family:visible').count()).toBe(0);
  });

  it('opens a failure: from its octets an arrow leads to the sentence', async () => {
    const page = await open();
    await page.getByRole('link', { name: 'RCV-0500' }).click();
    const row = page.locator('#RCV-0500');
    await settled(() => row.getAttribute('open')).not.toBeNull();
    await settled(() => row.locator('.item summary b').allTextContents()).toEqual(
      [
        'Initiate',
        'Accept',
        'Confirm',
        'Confirm',
        'Identity',
        'Request',
        'Offer',
        'Payload',
      ].concat(['Ack', 'Complete', 'Receipt']),
    );
    const marked = row.locator('.row.marked');
    expect(await marked.textContent()).toBe('5through_sequence 108 01');
    const callout = marked.locator('+ .callout');
    expect(await callout.textContent()).toContain(
      'A receiver MUST NOT acknowledge a Payload before',
    );
    const width = (side: string): string =>
      `getComputedStyle(document.querySelector('.marked + .callout'), '${side}').borderLeftWidth`;
    const arrow = (side: string): Promise<string> => page.evaluate<string>(width(side));
    expect([await arrow('::before'), await arrow('::after')]).toEqual(['2px', '8px']);
    expect(await row.locator('.callout.purpose').textContent()).toContain('PSP-PAY-1');
    // The texts of a testee stay texts.
    expect(await row.textContent()).toContain('<script>alert(1)</script>');
    expect(await row.locator('script').count()).toBe(0);
  });

  it('shows sealed frames opened, and folds what is not marked', async () => {
    const page = await open('#RCV-0500');
    const open_ = page.locator('#RCV-0500 .item[open]');
    await settled(() => open_.count()).toBe(2);
    await page.getByRole('button', { name: 'All octets' }).click();
    await settled(() => open_.count()).toBe(11);
    const identity = page.locator('#RCV-0500 .item', { hasText: 'display_name' }).first();
    expect(await identity.textContent()).toContain('sealed; shown opened');
    await page.getByRole('button', { name: /testee Ack ↓ PSP-ACK-1/ }).click();
    await settled(() => page.locator('.row.marked').isVisible()).toBe(true);
  });

  it('is worked by keyboard alone', async () => {
    const page = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('RCV-0500');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await settled(() => page.locator('#RCV-0500').getAttribute('open')).not.toBeNull();
    await page.keyboard.press('Tab');
    const focused = (what: string): Promise<string> =>
      page.evaluate<string>(`document.activeElement.${what}`);
    await settled(() => focused('textContent')).toContain('PSP-PAY-1');
    await page.keyboard.press('k');
    await settled(() => focused('tagName')).toBe('SUMMARY');
    const outline = await page.evaluate<string>(
      'getComputedStyle(document.activeElement).outlineStyle',
    );
    expect(outline).toBe('solid');
  });

  it.each(['light', 'dark'] as const)('has enough contrast in %s', async (colorScheme) => {
    const page = await open('#RCV-0500', { colorScheme });
    await page.locator('.row.marked').waitFor();
    const colours = await page.evaluate<Contrasts>(contrasts);
    expect(colours.back).toBe(colorScheme === 'dark' ? 'dark' : 'light');
    expect(colours.checked).toBeGreaterThan(200);
    expect(colours.weak).toEqual([]);
  });

  it('fits a phone: nothing runs out of the page', async () => {
    const page = await open('#RCV-0500', { viewport: { width: 360, height: 740 } });
    await page.getByRole('button', { name: 'All octets' }).click();
    const widths = '[document.documentElement.scrollWidth, innerWidth]';
    await settled(() => page.evaluate<number[]>(widths)).toEqual([360, 360]);
  });

  it('prints without its filters, with what is open', async () => {
    const page = await open('#RCV-0500', { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await settled(() => page.locator('form').isVisible()).toBe(false);
    await settled(() => page.locator('.row.marked').isVisible()).toBe(true);
    const back = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(back).toBe('rgb(255, 255, 255)');
  });
});

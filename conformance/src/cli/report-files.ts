// Writes reports: each is a pure converter of the results, and a path. It prints nothing.
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { requirements } from '../cases/requirements.ts';
import { badgeOf } from '../report/badge.ts';
import { captureOf } from '../report/capture.ts';
import { htmlOf, readPageParts, type TranscriptChoice } from '../report/html.ts';
import { junitOf } from '../report/junit.ts';
import { markdownOf } from '../report/markdown.ts';
import { writeResults } from '../report/results-file.ts';
import type { Results } from '../report/results.ts';
import { tapOf } from '../report/tap.ts';
import { ready } from '../security/cpace.ts';
import { misuse } from './failure.ts';
import { makeFolder } from '../report/folder-making.ts';

/** Where each report goes. */
export interface ReportOptions {
  /** All of them into one folder. */
  readonly report?: string;
  readonly json?: string;
  readonly html?: string;
  readonly junit?: string;
  readonly tap?: string;
  readonly markdown?: string;
  readonly badge?: string;
  readonly pcapng?: string;
  readonly transcripts?: string;
}

/** Names in the folder of `--report`. */
const names = {
  json: 'results.json',
  html: 'report.html',
  junit: 'junit.xml',
  tap: 'results.tap',
  markdown: 'summary.md',
  badge: 'badge.svg',
  pcapng: 'capture.pcapng',
} as const;

type Kind = keyof typeof names;
const kinds = Object.keys(names) as Kind[];

function contentOf(
  kind: Exclude<Kind, 'json'>,
  results: Results,
  transcripts: TranscriptChoice,
): string | Uint8Array {
  switch (kind) {
    case 'html':
      return htmlOf(results, { sentences: requirements(), ...readPageParts(), transcripts });
    case 'junit':
      return junitOf(results);
    case 'tap':
      return tapOf(results);
    case 'markdown':
      return markdownOf(results);
    case 'badge':
      return badgeOf(results);
    case 'pcapng':
      return captureOf(results);
  }
}

/**
 * Which transcripts are kept; `failing` by default.
 *
 * @throws CommandFailure for another word.
 */
export function transcriptChoice({ transcripts = 'failing' }: ReportOptions): TranscriptChoice {
  const isChoice = transcripts === 'all' || transcripts === 'failing' || transcripts === 'none';
  if (isChoice) return transcripts;
  throw misuse(`--transcripts ${transcripts} means nothing.`, 'Use all, failing or none.');
}

/** Whether any report is asked for. */
export function isReportWanted(options: ReportOptions): boolean {
  return options.report !== undefined || kinds.some((kind) => options[kind] !== undefined);
}

/**
 * Makes the folders of the reports before anything is played: a wrong path costs no run.
 *
 * @throws the system's error where one can't be made.
 */
export function prepareReports(options: ReportOptions): void {
  const files = kinds.flatMap((kind) => options[kind] ?? []);
  const folders = files.map((file) => dirname(file));
  if (options.report !== undefined) folders.push(options.report);
  for (const folder of folders) makeFolder(folder);
}

/**
 * Writes what the options ask for.
 *
 * @returns Paths of what was written, the page last: it is what a person opens.
 */
export async function writeReports(results: Results, options: ReportOptions): Promise<string[]> {
  await ready();
  const transcripts = transcriptChoice(options);
  const inFolder = (kind: Kind): string | undefined =>
    options.report === undefined ? undefined : join(options.report, names[kind]);
  const written: string[] = [];
  for (const kind of [...kinds.filter((one) => one !== 'html'), 'html'] as const) {
    const path = options[kind] ?? inFolder(kind);
    if (path === undefined) continue;
    makeFolder(dirname(path));
    if (kind === 'json') writeResults(path, results);
    else writeFileSync(path, contentOf(kind, results, transcripts));
    written.push(resolve(path));
  }
  return written;
}

// `baseline write` and `baseline prune`: the known-failing file from what a run found.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  applyKnown,
  entriesFor,
  isKnownFileFault,
  knownFileText,
  readKnownFile,
  stillHolding,
  strayPatterns,
  type KnownFailure,
} from '../report/known-failing.ts';
import { readResults } from '../report/results-file.ts';
import { isCaseNamed } from './case-choice.ts';
import { misuse } from './failure.ts';
import type { Screen } from './screen.ts';

/** Options of both. */
export interface BaselineOptions {
  readonly results: string;
  readonly known: string;
}

/** Options of `baseline write`. */
export interface BaselineWriteOptions extends BaselineOptions {
  readonly reason: string;
  readonly until: string;
}

function entriesIn(path: string): readonly KnownFailure[] {
  if (!existsSync(path)) return [];
  const read = readKnownFile(readFileSync(path, 'utf8'));
  if (isKnownFileFault(read)) throw misuse(`${path}: ${read.detail}.`);
  return read;
}

function checkUntil(until: string, today: string): void {
  const time = Date.parse(`${until}T00:00:00Z`);
  const isDay = /^\d{4}-\d\d-\d\d$/.test(until) && !Number.isNaN(time);
  if (!isDay || !new Date(time).toISOString().startsWith(until)) {
    throw misuse(`--until ${until} is no day.`, 'A day is written 2027-01-31.');
  }
  if (until < today) throw misuse(`--until ${until} is past already.`);
}

/** Adds every failure of a run that nothing covers yet. */
export function writeBaseline(screen: Screen, options: BaselineWriteOptions): void {
  const { known, reason, until } = options;
  const today = new Date().toISOString().slice(0, 10);
  checkUntil(until, today);
  if (reason.trim() === '') throw misuse('--reason is empty.', 'Say why it is not repaired yet.');
  const before = entriesIn(known);
  const { cases } = readResults(options.results);
  const marked = applyKnown(cases, before, today).cases;
  const added = entriesFor(marked, { reason, until });
  writeFileSync(known, knownFileText([...before, ...added]));
  screen.print(`${added.length} entries added, ${before.length} kept: ${known}`);
  const stale = marked.filter((one) => one.known && one.known.state !== 'expected').length;
  if (stale > 0) screen.print('Some entries no longer hold: peersync-conformance baseline prune');
}

/** Takes away entries that no longer hold. */
export function pruneBaseline(screen: Screen, options: BaselineOptions): void {
  const { known } = options;
  if (!existsSync(known)) throw misuse(`${known}: there is no such file.`);
  const today = new Date().toISOString().slice(0, 10);
  const before = entriesIn(known);
  const { cases, run } = readResults(options.results);
  // Of a part of the cases nothing follows for the others.
  const isWhole = run.profile === 'full' && run.filters.length === 0 && run.interrupted !== true;
  const { unmatched } = applyKnown(cases, before, today);
  const stray = strayPatterns(unmatched, isWhole, isCaseNamed);
  const kept = stillHolding(before, cases, stray, today);
  writeFileSync(known, knownFileText(kept));
  screen.print(`${before.length - kept.length} entries removed, ${kept.length} kept: ${known}`);
}

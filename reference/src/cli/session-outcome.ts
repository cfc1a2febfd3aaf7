// What follows the end of a session: the record in the store, the report on the screen, the exit
// status. The same for both roles.
import type { SyncResult } from '../session/result.ts';
import type { Store } from '../store/store.ts';
import type { ExitCode } from './exit-code.ts';
import { renewAdvice } from './conflict-texts.ts';
import { causesOf } from './failure.ts';
import { formatCount, formatSeconds } from './number-text.ts';
import { reportLines, transferredIn } from './report-text.ts';
import type { Screen } from './screen.ts';
import type { SessionRecord } from './session-record.ts';
import { endingWords } from './session-words.ts';

/** The rest is in `peersync report`. */
const typesShown = 10;

/** A session that ended. */
export interface EndedSession {
  readonly role: 'sender' | 'receiver';
  readonly result: SyncResult;
  readonly durationMs: number;
}

/**
 * Keeps and shows how a session ended.
 *
 * @returns The exit status that belongs to it.
 */
export async function concluded(
  screen: Screen,
  store: Store,
  { role, result, durationMs }: EndedSession,
): Promise<ExitCode> {
  const { exitCode, what, next } = endingWords(result, role);
  const record = recordOf(role, result, durationMs);
  screen.emit({ event: 'report', exitCode, message: what, ...(next && { next }), ...record });
  if (result.kind === 'complete') {
    screen.print(`${screen.mark('green', 'complete:')} ${completed(role, result, durationMs)}`);
  } else {
    const code = result.kind === 'interrupted' ? '' : ` (${result.codeName})`;
    screen.problem(`${screen.markProblem('red', `${result.kind}${code}:`)} ${what}`);
    if (next !== undefined) screen.problem(next);
    if (screen.env['PEERSYNC_DEBUG'] === '1') screen.problem(causes(result));
  }
  const lines = result.report === undefined ? [] : reportLines(result.report, typesShown);
  for (const line of lines) screen.print(line);
  if (result.kind === 'complete' && role === 'receiver') {
    const conflicts = result.report.conflicts.items;
    if (conflicts.some(({ reason }) => reason === 'copied-store')) screen.hint(renewAdvice);
    if (conflicts.some(({ outcome }) => outcome === 'CONFLICT_DEFERRED')) {
      screen.hint('Next: `peersync conflicts` shows what waits for your decision.');
    } else if (conflicts.length > 0)
      screen.hint('Next: `peersync changes --archived` shows what gave way.');
    else screen.hint('Next: `peersync changes` shows what waits to be uploaded.');
  }
  // Last, so that a full disk hides nothing of what happened.
  await store.addReport(JSON.stringify(record));
  return exitCode;
}

function completed(
  role: 'sender' | 'receiver',
  { report }: Extract<SyncResult, { kind: 'complete' }>,
  durationMs: number,
): string {
  const records = formatCount(transferredIn(report), 'record');
  const verb = role === 'sender' ? 'sent' : 'received';
  return `${records} ${verb} in ${formatSeconds(durationMs)}; both devices agree on the counts.`;
}

/** What is kept of a session in the store. */
export function recordOf(
  role: 'sender' | 'receiver',
  result: SyncResult,
  durationMs: number,
): SessionRecord {
  const { report } = result;
  const head = { role, endedAt: new Date().toISOString(), durationMs: Math.round(durationMs) };
  const counts = report === undefined ? {} : { report };
  if (result.kind === 'complete') return { ...head, result: 'complete', ...counts };
  const { kind, by, detail } = result;
  const code = result.kind === 'interrupted' ? {} : { code: result.codeName };
  return { ...head, result: kind, by, ...code, detail, ...counts };
}

function causes(result: Exclude<SyncResult, { kind: 'complete' }>): string {
  const { cause, detail } = result;
  return cause === undefined ? `detail: ${detail}` : `detail: ${detail}\n${causesOf(cause)}`;
}

// `peersync upload`: brings the local changes to the store's FHIR server and tells what became of
// them. How that is done is the library's business.
import { Defer, Theirs } from '../sync/conflict-resolution.ts';
import { mergeOntoServer } from '../upload/onto-server.ts';
import { upload } from '../upload/upload.ts';
import type { Squash } from '../upload/upload-step.ts';
import type { UploadReport } from '../upload/upload-report.ts';
import { Cancellation } from './cancellation.ts';
import { readCount } from './command-arguments.ts';
import { ExitCode } from './exit-code.ts';
import { formatNumber, formatSeconds } from './number-text.ts';
import type { Screen } from './screen.ts';
import { sayStop, serverAccess, stopWords, type ServerAccessOptions } from './server-access.ts';
import type { UploadRecord } from './session-record.ts';
import { withStore } from './store-access.ts';
import { TurnDisplay } from './turn-display.ts';
import { provenanceAdvice, provenanceFaults, uploadLines } from './upload-text.ts';

/** Options of `peersync upload`. */
export interface UploadCommandOptions extends ServerAccessOptions {
  readonly dryRun?: boolean;
  readonly together: string;
  readonly squash: Squash;
  readonly provenance?: boolean;
  readonly onConflict: 'defer' | 'theirs' | 'merge';
}

const strategies = { defer: Defer, theirs: Theirs, merge: mergeOntoServer(Defer) } as const;

/** Uploads once. */
export async function uploadChanges(
  screen: Screen,
  options: UploadCommandOptions,
): Promise<ExitCode> {
  const bundleEntriesMax = readCount('--together', options.together);
  return withStore(options, screen, async (store) => {
    const cancellation = new Cancellation(screen);
    const display = new TurnDisplay(screen, () => performance.now());
    const startedMs = performance.now();
    try {
      const report = await upload({
        store,
        ...serverAccess(screen, cancellation, options),
        bundleEntriesMax,
        dryRun: options.dryRun ?? false,
        squash: options.squash,
        provenance: options.provenance ?? false,
        strategy: strategies[options.onConflict],
        onProgress: ({ done, total }) =>
          display.update(done / total, { done, total }, progressText(done, total)),
      });
      display.end();
      const durationMs = Math.round(performance.now() - startedMs);
      const exitCode = say(screen, report, durationMs);
      // What a dry run found is no history.
      if (!report.dryRun) await store.addReport(JSON.stringify(recordOf(report, durationMs)));
      return exitCode;
    } finally {
      display.end();
      cancellation.release();
    }
  });
}

function progressText(done: number, total: number): string {
  return `${formatNumber(done)} of ${formatNumber(total)} resources done`;
}

function say(screen: Screen, report: UploadReport, durationMs: number): ExitCode {
  const stop = stopWords(report.stopped);
  const hasProblems = report.problems.items.length > 0;
  const exitCode = stop?.exitCode ?? (hasProblems ? ExitCode.FAILED : ExitCode.OK);
  screen.emit({ event: 'upload', exitCode, durationMs, ...report });
  if (stop !== undefined) sayStop(screen, stop);
  else {
    const head = report.dryRun ? 'dry run:' : hasProblems ? 'done, but:' : 'complete:';
    const mark = screen.mark(hasProblems ? 'yellow' : 'green', head);
    screen.print(`${mark} ${report.requests} requests in ${formatSeconds(durationMs)}`);
  }
  for (const line of uploadLines(report)) screen.print(line);
  const lacks = report.problems.items.some((resource) => provenanceFaults(resource).length > 0);
  if (lacks) screen.hint(provenanceAdvice);
  const waits = report.problems.items.some(({ resolution }) => resolution === 'deferred');
  if (waits) screen.hint('Next: `peersync conflicts` shows what waits for your decision.');
  return exitCode;
}

function recordOf(upload: UploadReport, durationMs: number): UploadRecord {
  const result = upload.stopped === undefined ? 'complete' : 'stopped';
  return { role: 'upload', endedAt: new Date().toISOString(), durationMs, result, upload };
}

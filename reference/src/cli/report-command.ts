// `peersync report`: the sessions and uploads that the store remembers, newest first. Reads only.
import { readCount } from './command-arguments.ts';
import { formatSeconds } from './number-text.ts';
import { reportLines } from './report-text.ts';
import type { Screen } from './screen.ts';
import { readRecord, type SessionRecord, type UploadRecord } from './session-record.ts';
import { type CommonOptions, withStore } from './store-access.ts';
import { uploadLines } from './upload-text.ts';

/** Options of `peersync report`. */
export interface ReportOptions extends CommonOptions {
  readonly last: string;
}

/** Shows the last sessions. */
export async function report(screen: Screen, options: ReportOptions): Promise<void> {
  const limit = readCount('--last', options.last);
  await withStore(options, screen, async (store) => {
    const texts = await store.reports(limit);
    const records = texts.map(readRecord).filter((record) => record !== undefined);
    for (const record of records) {
      screen.emit({ event: 'report', ...record });
      const lines =
        record.role === 'upload' ? uploadRecordLines(screen, record) : recordLines(screen, record);
      for (const line of lines) screen.print(line);
    }
    if (records.length === 0)
      screen.hint('No session yet: `peersync send` or `receive` makes one.');
  });
}

/** The lines of one session: when and how it ended, then its report with every type. */
function recordLines(screen: Screen, record: SessionRecord): string[] {
  const { role, endedAt, durationMs, result, by, code, report: counts } = record;
  const whose = by === 'us' ? ', by us' : by === 'peer' ? ', by the other device' : '';
  const why = code === undefined ? '' : ` (${code}${whose})`;
  const head = `${role} ${endedAt}: ${result}${why}, ${formatSeconds(durationMs)}`;
  const mark = result === 'complete' ? 'green' : 'yellow';
  return [
    screen.mark(mark, head),
    ...(counts === undefined ? [] : reportLines(counts, Number.POSITIVE_INFINITY)),
  ];
}

function uploadRecordLines(screen: Screen, record: UploadRecord): string[] {
  const { endedAt, result, durationMs, upload } = record;
  const why = upload.stopped === undefined ? '' : ` (${upload.stopped.reason})`;
  const head = `upload ${endedAt}: ${result}${why}, ${formatSeconds(durationMs)}`;
  return [screen.mark(result === 'complete' ? 'green' : 'yellow', head), ...uploadLines(upload)];
}

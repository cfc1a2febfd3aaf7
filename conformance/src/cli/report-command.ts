// `report`: makes reports again from a `results.json` and the transcripts beside it.
import { readResults } from '../report/results-file.ts';
import { misuse } from './failure.ts';
import {
  isReportWanted,
  transcriptChoice,
  writeReports,
  type ReportOptions,
} from './report-files.ts';
import type { Screen } from './screen.ts';

/**
 * Writes what the options ask for.
 *
 * @throws CommandFailure where they ask for nothing.
 */
export async function report(screen: Screen, path: string, options: ReportOptions): Promise<void> {
  if (!isReportWanted(options)) {
    throw misuse('No report is asked for.', 'Add --html FILE, --junit FILE and so on.');
  }
  transcriptChoice(options);
  const results = readResults(path);
  // Everything that is there is wanted here; `run` decides what is kept.
  const written = await writeReports(results, { transcripts: 'all', ...options });
  for (const file of written) screen.print(file);
}

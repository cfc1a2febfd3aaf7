// `peersync download`: fetches what searches find on the store's FHIR server, so that a device can
// start with it. What was changed here is left alone.
import type { ImportResult } from '../store/store.ts';
import { download, type DownloadProgress, type DownloadReport } from '../upload/download.ts';
import { Cancellation } from './cancellation.ts';
import { ExitCode } from './exit-code.ts';
import { misuse } from './failure.ts';
import { formatCount } from './number-text.ts';
import type { Screen } from './screen.ts';
import {
  sayStop,
  serverAccess,
  serverTextMax,
  stopWords,
  type ServerAccessOptions,
} from './server-access.ts';
import { shownName } from './shown-name.ts';
import { withStore } from './store-access.ts';
import { TurnDisplay } from './turn-display.ts';

interface Search {
  readonly type: string;
  readonly query: string;
}

/** Downloads what each search finds, one search after the other. */
export async function downloadResources(
  screen: Screen,
  searches: readonly string[],
  options: ServerAccessOptions,
): Promise<ExitCode> {
  const wanted = searches.map(readSearch);
  return withStore(options, screen, async (store) => {
    const cancellation = new Cancellation(screen);
    try {
      let worst: ExitCode = ExitCode.OK;
      for (const search of wanted) {
        const display = new TurnDisplay(screen, () => performance.now());
        const report = await download({
          store,
          ...serverAccess(screen, cancellation, options),
          ...search,
          onProgress: (progress) => show(display, search, progress),
        });
        display.end();
        const exitCode = say(screen, search, report);
        if (worst === ExitCode.OK) worst = exitCode;
        if (cancellation.signal.aborted) break;
      }
      return worst;
    } finally {
      cancellation.release();
    }
  });
}

function readSearch(text: string): Search {
  const [, type, query] = /^([A-Z][A-Za-z]{0,63})(?:\?(.*))?$/s.exec(text) ?? [];
  if (type === undefined) {
    throw misuse(`"${text}" is no search.`, "Write it like Patient, or 'Patient?active=true'.");
  }
  return { type, query: query ?? '' };
}

function show(display: TurnDisplay, { type }: Search, progress: DownloadProgress): void {
  const { resources, total } = progress;
  const share = total === undefined || total === 0 ? undefined : resources / total;
  const of = total === undefined ? '' : ` of ${total}`;
  display.update(share, { type, ...progress }, `${type}: ${resources}${of} fetched`);
}

const resultTexts: Readonly<Record<ImportResult, string>> = {
  imported: 'stored',
  unchanged: 'there already',
  'kept-local-changes': 'left alone: this device has changes to them',
};

function say(screen: Screen, { type }: Search, report: DownloadReport): ExitCode {
  const stop = stopWords(report.stopped);
  const { items, more } = report.refused;
  const exitCode = stop?.exitCode ?? (items.length > 0 ? ExitCode.FAILED : ExitCode.OK);
  screen.emit({ event: 'download', exitCode, ...report });
  if (stop !== undefined) sayStop(screen, stop);
  const told = Object.entries(report.results) as [ImportResult, number][];
  for (const [result, count] of told) {
    screen.print(`${type}: ${formatCount(count, 'resource')} ${resultTexts[result]}.`);
  }
  if (stop === undefined && told.length === 0) screen.print(`${type}: nothing found.`);
  for (const { where, detail } of items) {
    screen.problem(`${type}, ${where}: ${shownName(detail, '', serverTextMax)}`);
  }
  if (more > 0) screen.problem(`… and ${more} more.`);
  return exitCode;
}

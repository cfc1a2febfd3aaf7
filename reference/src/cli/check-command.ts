// `peersync check`: whether a store file is whole, and a new store of what can be read where it is
// not. How a store is checked is the store's business.
import { randomBytes } from 'node:crypto';
import { checkSqliteStore, type StoreCheck } from '../store/sqlite-check.ts';
import { rescueSqliteStore } from '../store/sqlite-rescue.ts';
import { isPostgresUrl } from '../store/postgres-target.ts';
import { StoreError } from '../store/store-error.ts';
import { ExitCode } from './exit-code.ts';
import { CommandFailure, complaintOf, misuse } from './failure.ts';
import { formatCount } from './number-text.ts';
import type { Screen } from './screen.ts';
import { shownName } from './shown-name.ts';
import { type CommonOptions, storeFile } from './store-access.ts';

/** Options of `peersync check`. */
export interface CheckOptions extends CommonOptions {
  readonly rescue?: string;
}

/** What `peersync check --help` says beyond its options. */
export const checkText = `
It reads every row, writes nothing, and ends with 0 where all is well and with 4 where not. The way
out of a damaged store:
  1. Copy the damaged file aside, with its -wal file if there is one, and do not edit in it.
  2. peersync check --store OLD --rescue NEW   makes a new store of everything that is whole.
  3. peersync receive --store NEW …            from each device that may have the rest: the new
     store is another replica, so that everything is compared once, and nothing is taken twice.
A backup is a way out too: restore it, run \`peersync renew\`, and receive as in step 3.
Every resource is stored with a checksum over its content, its changes and their labels: what is not
what was written is found, and named. A store of an older version gets its checksums when it is
opened for the first time; until then a changed letter in a text looks like any other letter.
`;

const postgresText =
  'PostgreSQL checks its own files: see pg_amcheck and pg_checksums in its documentation.';
const unsummedText =
  'An older version wrote this store, and it has no checksums yet: a changed letter in a text is ' +
  'not found. Any command but `check` gives it its checksums.';
const linesMax = 20;
const detailMax = 200;

const lostNext =
  'Restore it from a backup and run `peersync renew`; or make a new store with `peersync init`, ' +
  'and receive from the devices that have its resources.';

/** Checks a store, and rescues it where that is asked for. */
export async function check(screen: Screen, options: CheckOptions): Promise<ExitCode> {
  const path = storeFile(options, screen.env, postgresText);
  if (options.rescue !== undefined && isPostgresUrl(options.rescue)) {
    throw misuse('--rescue makes a store in a file.');
  }
  const found = await opened(async () => {
    if (options.rescue === undefined) return checkSqliteStore(path);
    const rescue = await rescueSqliteStore(path, options.rescue, randomBytes);
    const { archived, reports } = rescue;
    const { entries, changes } = rescue.check;
    screen.emit({ event: 'rescued', store: options.rescue, entries, changes, archived, reports });
    screen.print(
      `Rescued into ${options.rescue}: ${countsOf(rescue.check)}, ` +
        `${formatCount(archived, 'state')} that conflicts put aside.`,
    );
    return rescue.check;
  });
  const isWhole = found.findings.length === 0;
  const exitCode = isWhole ? ExitCode.OK : ExitCode.STORE;
  screen.emit({ event: 'check', exitCode, whole: isWhole, ...found });
  if (!found.hasChecksums) screen.print(unsummedText);
  if (isWhole) screen.print(`${screen.mark('green', 'whole:')} ${countsOf(found)}`);
  else sayDamage(screen, path, found, options.rescue);
  return exitCode;
}

async function opened(work: () => Promise<StoreCheck>): Promise<StoreCheck> {
  try {
    return await work();
  } catch (error) {
    const isLost = error instanceof StoreError && ['damaged', 'not-a-store'].includes(error.fault);
    if (!isLost) throw error;
    throw new CommandFailure(ExitCode.STORE, complaintOf(error).message, lostNext, {
      cause: error,
    });
  }
}

function countsOf({ entries, changes }: Pick<StoreCheck, 'entries' | 'changes'>): string {
  return `${formatCount(entries, 'resource')} with ${formatCount(changes, 'local change')}`;
}

function sayDamage(
  screen: Screen,
  path: string,
  { findings, more, ...found }: StoreCheck,
  rescue: string | undefined,
): void {
  screen.problem(`${screen.markProblem('red', 'damaged:')} ${path}`);
  for (const { resource, detail } of findings.slice(0, linesMax)) {
    const text = shownName(detail, '', detailMax);
    screen.problem(resource === undefined ? `  ${text}` : `  ${shownName(resource)}: ${text}`);
  }
  const rest = more + Math.max(0, findings.length - linesMax);
  if (rest > 0) screen.problem(`  … and ${rest} more`);
  screen.problem(`Whole are ${countsOf(found)}.`);
  screen.problem(
    rescue === undefined
      ? 'Do not edit in it. `peersync check --rescue NEW` makes a new store of what is whole: ' +
          'see `peersync check --help`.'
      : `Go on with ${rescue}: receive from each device that may have the rest. Keep ${path}.`,
  );
}

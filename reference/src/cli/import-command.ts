// `peersync import`: takes resources from files into the store, octet for octet. What is not good
// is listed with its place and left out; the rest is stored. Knows nothing of where files come
// from.
import { resourceSlices } from '../fhir/bundle.ts';
import type { ImportResult, Store } from '../store/store.ts';
import { UsageError } from '../wire/violation.ts';
import { CommandFailure, misuse } from './failure.ts';
import { filesOf, readInput, standardInput } from './input-files.ts';
import { ExitCode } from './exit-code.ts';
import { formatCount } from './number-text.ts';
import type { Screen } from './screen.ts';
import { type CommonOptions, withStore } from './store-access.ts';
import { withVersionId } from './version-stamp.ts';

/** Options of `peersync import`. */
export interface ImportOptions extends CommonOptions {
  /** As versions that the FHIR server assigned, or as creations of this device. */
  readonly as: 'server' | 'local';
  readonly versionId?: string;
}

interface Item {
  readonly octets: Uint8Array;
  readonly where: string;
}

type Result = ImportResult | 'created';

/** What an import did. */
interface Tally {
  readonly results: Map<Result, number>;
  readonly faults: { readonly where: string; readonly detail: string }[];
  faultsInAll: number;
}

type StoreItems = (items: readonly Item[]) => Promise<Result[]>;

const batchEntries = 500;
const batchOctets = 4 * 1024 * 1024;
const faultsShown = 20;

/** Imports files, folders and standard input. */
export async function importFiles(
  screen: Screen,
  paths: readonly string[],
  options: ImportOptions,
): Promise<void> {
  if (options.as === 'local' && options.versionId !== undefined) {
    throw misuse('--version-id is for server versions; leave it out with --as local.');
  }
  const files = await filesOf(paths);
  const tally: Tally = { results: new Map(), faults: [], faultsInAll: 0 };
  await withStore(options, screen, async (store) => {
    const put = options.as === 'local' ? creator(store) : importer(store, options.versionId);
    const batches = new Batches(put, tally);
    for (const file of files) await importFile(screen, file, batches, tally);
    await batches.flush();
  });
  show(screen, tally);
}

/** Collects resources over the files, so that a folder of small files is not a commit for each. */
class Batches {
  readonly #put: StoreItems;
  readonly #tally: Tally;
  #items: Item[] = [];
  #octets = 0;

  constructor(put: StoreItems, tally: Tally) {
    this.#put = put;
    this.#tally = tally;
  }

  async add(item: Item): Promise<void> {
    this.#items.push(item);
    this.#octets += item.octets.length;
    if (this.#items.length >= batchEntries || this.#octets >= batchOctets) await this.flush();
  }

  async flush(): Promise<void> {
    const items = this.#items;
    this.#items = [];
    this.#octets = 0;
    await storeBatch(items, this.#put, this.#tally);
  }
}

async function importFile(
  screen: Screen,
  file: string,
  batches: Batches,
  tally: Tally,
): Promise<void> {
  const name = file === standardInput ? 'standard input' : file;
  const octets = await readInput(file, screen.stdin);
  for (const slice of resourceSlices(octets)) {
    const where = slice.where === 'the file' ? name : `${name}, ${slice.where}`;
    if (slice.kind === 'slice-fault') addFault(tally, where, slice.detail);
    else await batches.add({ octets: slice.octets, where });
  }
}

/** One transaction for all; where one of them is not good, one for each, to find which. */
async function storeBatch(batch: readonly Item[], put: StoreItems, tally: Tally): Promise<void> {
  try {
    addResults(tally, await put(batch));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    for (const item of batch) await storeSingly(item, put, tally);
  }
}

async function storeSingly(item: Item, put: StoreItems, tally: Tally): Promise<void> {
  try {
    addResults(tally, await put([item]));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    addFault(tally, item.where, error.message);
  }
}

function importer(store: Store, versionId: string | undefined): StoreItems {
  return async (items) => {
    const octets = items.map((item) =>
      versionId === undefined ? item.octets : withVersionId(item.octets, versionId),
    );
    try {
      return await store.importServerVersions(octets);
    } catch (error) {
      const isUnversioned = error instanceof UsageError && error.message.includes('meta.versionId');
      if (!isUnversioned || items.length > 1) throw error;
      const advice = 'name its version with --version-id V, or import it with --as local';
      throw new UsageError(`there is no meta.versionId; ${advice}`, { cause: error });
    }
  };
}

function creator(store: Store): StoreItems {
  return async (items) => {
    const recordedAt = new Date().toISOString();
    await store.createAll(
      items.map((item) => item.octets),
      recordedAt,
    );
    return items.map(() => 'created');
  };
}

function addResults(tally: Tally, results: readonly Result[]): void {
  for (const result of results) tally.results.set(result, (tally.results.get(result) ?? 0) + 1);
}

function addFault(tally: Tally, where: string, detail: string): void {
  tally.faultsInAll += 1;
  if (tally.faults.length < faultsShown) tally.faults.push({ where, detail });
}

const resultTexts: Readonly<Record<Result, string>> = {
  imported: 'imported as server versions',
  created: 'created locally',
  unchanged: 'there already, unchanged',
  'kept-local-changes': 'left alone: this device has changes to them that no server has yet',
};

function show(screen: Screen, { results, faults, faultsInAll }: Tally): void {
  screen.emit({ event: 'imported', results: Object.fromEntries(results), faults, faultsInAll });
  for (const [result, count] of results) {
    screen.print(`${formatCount(count, 'resource')} ${resultTexts[result]}.`);
  }
  if (faultsInAll === 0) {
    if (results.size === 0) screen.print('Nothing to import: no resource is in there.');
    return;
  }
  for (const { where, detail } of faults) screen.problem(`${where}: ${detail}`);
  if (faultsInAll > faults.length) screen.problem(`… and ${faultsInAll - faults.length} more.`);
  const text = `${formatCount(faultsInAll, 'resource')} not imported; everything else is stored.`;
  throw new CommandFailure(ExitCode.USAGE, text, 'Repair the files and import them again.');
}

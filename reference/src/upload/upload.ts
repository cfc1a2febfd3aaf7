// Uploads the changes of a store to its FHIR server: what is pending, in which order, and what
// became of each. How entries are sent is upload-sender.ts, what is written down upload-ledger.ts.
import { canonicalServerUrl } from '../security/server-digest.ts';
import type { Store } from '../store/store.ts';
import { Defer, type ConflictResolutionStrategy } from '../sync/conflict-resolution.ts';
import { UsageError } from '../wire/violation.ts';
import { FhirClient, type ServerOptions } from './fhir-client.ts';
import { ProvenanceWriter } from './provenance-writer.ts';
import { ServerConflicts } from './server-conflicts.ts';
import { ServerReader, type ResourceName } from './server-reader.ts';
import { systemUploadClock } from './upload-clock.ts';
import { UploadLedger } from './upload-ledger.ts';
import { uploadOrder } from './upload-order.ts';
import { UploadTally, type ResourceUpload, type UploadReport } from './upload-report.ts';
import { UploadSender } from './upload-sender.ts';
import { Stop } from './upload-stop.ts';
import type { Squash } from './upload-step.ts';
import type { Work } from './upload-work.ts';

/** How far an upload has come. */
export interface UploadProgress {
  /** Resources that have their result. */
  readonly done: number;
  /** Resources that had changes when the upload began. */
  readonly total: number;
  /** The one that was done last. */
  readonly last: ResourceUpload;
}

/** How to upload. */
export interface UploadOptions extends ServerOptions {
  readonly store: Store;
  /** Reads what would be sent and sends nothing; writes nothing here either. Default false. */
  readonly dryRun?: boolean;
  /** Default 50: so many resources go into one transaction; 1: each goes by itself. */
  readonly bundleEntriesMax?: number;
  /** Default 1 MiB of content in one transaction; a larger resource goes by itself. */
  readonly bundleOctetsMax?: number;
  /**
   * Default true: creates carry `If-None-Match: *`, so that a server that honours it refuses what
   * came to be there since we looked.
   */
  readonly createOnly?: boolean;
  /** Default `concatenate`: how several UPDATEs of a resource become one patch. */
  readonly squash?: Squash;
  /**
   * Default false. True: for changes that the server has taken, or turns out to have, it is given a
   * Provenance that names who made them, once. One that it refuses is reported and not tried again:
   * the changes are settled. One that a run was cut off from is written by the next run.
   */
  readonly provenance?: boolean;
  /**
   * What becomes of a conflict with the server, whose version stands as `theirs`; default: it waits
   * for the user beside ours. `mergeOntoServer` sends what does not touch what others did.
   */
  readonly strategy?: ConflictResolutionStrategy;
  /** Called as the work goes on, synchronously; must not throw. */
  readonly onProgress?: (progress: UploadProgress) => void;
}

/**
 * Uploads every pending change of a store.
 *
 * Each change is applied at the server once or reported; what is not taken stays pending here. A
 * run that was cut off, at any moment, is made good by the next one: it looks first. Edits and
 * sessions may go on meanwhile.
 *
 * @returns The report, also when the run ended early ({@link UploadReport.stopped}).
 * @throws UsageError when the store belongs to another server or to none, or an option is out of
 * its range; StoreError where the store cannot be read or written.
 */
export async function upload(options: UploadOptions): Promise<UploadReport> {
  const { store, dryRun = false, bundleEntriesMax = 50 } = options;
  if (!Number.isSafeInteger(bundleEntriesMax) || bundleEntriesMax < 1) {
    throw new UsageError('a transaction holds at least 1 resource');
  }
  const client = new FhirClient(serverOf(store, options.server), options);
  const reader = new ServerReader(client, bundleEntriesMax);
  const tally = new UploadTally();
  const run = new UploadRun(options, client, reader, tally);
  const stopped = await run.run();
  const { baseUrl: server, requests } = client;
  return tally.report({ server, dryRun, requests, ...(stopped && { stopped }) });
}

/**
 * The base URL to talk to.
 *
 * @throws UsageError when it is not the store's server: the version ids that the store holds mean
 * something else there (S39).
 */
export function serverOf(store: Store, server: string | undefined): string {
  const { serverUrl } = store.settings;
  const url = canonicalServerUrl(server ?? serverUrl);
  if (typeof url !== 'string') throw new UsageError(`the server: ${url.message}`);
  if (serverUrl === '') {
    throw new UsageError('the store belongs to no server; make one that names its server');
  }
  if (url === canonicalServerUrl(serverUrl)) return url;
  throw new UsageError(`the store belongs to ${serverUrl}, not to ${url}`);
}

class UploadRun {
  readonly #store: Store;
  readonly #client: FhirClient;
  readonly #reader: ServerReader;
  readonly #tally: UploadTally;
  readonly #ledger: UploadLedger;
  readonly #sender: UploadSender;
  readonly #dryRun: boolean;
  readonly #groupMax: number;
  readonly #onProgress: ((progress: UploadProgress) => void) | undefined;
  #pending: readonly ResourceName[] = [];

  constructor(
    options: UploadOptions,
    client: FhirClient,
    reader: ServerReader,
    tally: UploadTally,
  ) {
    this.#store = options.store;
    this.#client = client;
    this.#reader = reader;
    this.#tally = tally;
    this.#dryRun = options.dryRun ?? false;
    this.#groupMax = options.bundleEntriesMax ?? 50;
    this.#onProgress = options.onProgress;
    const { clock = systemUploadClock } = options;
    const onResult = (last: ResourceUpload): void => this.#tell(last);
    this.#ledger = new UploadLedger(options.store, reader, tally, {
      conflicts: new ServerConflicts(options.store, options.strategy ?? Defer),
      dryRun: this.#dryRun,
      squash: options.squash ?? 'concatenate',
      provenance: options.provenance
        ? new ProvenanceWriter(client, reader, this.#groupMax, () => clock.now())
        : undefined,
      onResult,
    });
    this.#sender = new UploadSender(client, reader, this.#ledger, {
      bundleEntriesMax: this.#groupMax,
      bundleOctetsMax: options.bundleOctetsMax ?? 1024 * 1024,
      createOnly: options.createOnly ?? true,
    });
  }

  /** @returns Why the run ended early. */
  async run(): Promise<UploadReport['stopped']> {
    const { creates, updates, deletes } = await uploadOrder(this.#store);
    this.#pending = [...creates, ...updates, ...deletes];
    let started = 0;
    try {
      for (const names of [creates, updates, deletes]) {
        for (let first = 0; first < names.length; first += this.#groupMax) {
          const group = names.slice(first, first + this.#groupMax);
          started += group.length;
          await this.#group(group);
        }
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      const { reason, message: detail } = error;
      this.#ledger.closeInFlight(detail);
      await this.#closeUntried(this.#pending.slice(0, started), this.#pending.slice(started));
      return { reason, detail };
    }
  }

  async #group(names: readonly ResourceName[]): Promise<void> {
    const works: Work[] = [];
    for (const name of names) {
      const work = await this.#ledger.load(name);
      if (work !== undefined) works.push(work);
    }
    this.#client.checkCancelled();
    // An If-Match guards an update. A creation is looked at first: If-None-Match does not see what
    // was deleted there, and many servers do not heed it. So is a deletion: there are servers that
    // heed If-Match with PATCH and PUT alone.
    const mustLook = ({ step }: Work): boolean => this.#dryRun || step.kind !== 'update';
    const views = await this.#reader.readMany(works.filter(mustLook).map(({ name }) => name));
    const ready: Work[] = [];
    let viewed = 0;
    for (const work of works) {
      const view = mustLook(work) ? views[viewed++] : undefined;
      const next = view === undefined ? work : await this.#ledger.settle(work, view);
      if (next !== undefined) ready.push(next);
    }
    await this.#sender.send(ready);
  }

  /** What a run that ended early leaves without a result. */
  async #closeUntried(
    started: readonly ResourceName[],
    untouched: readonly ResourceName[],
  ): Promise<void> {
    for (const name of [...started.filter((one) => !this.#results.has(keyOf(one))), ...untouched]) {
      const work = await this.#ledger.load(name);
      if (work !== undefined) this.#ledger.close(work, 'not-tried', 0);
    }
  }

  readonly #results = new Set<string>();

  #tell(last: ResourceUpload): void {
    this.#results.add(keyOf(last));
    const { count: done } = this.#tally;
    this.#onProgress?.({ done, total: Math.max(done, this.#pending.length), last });
  }
}

function keyOf({ resourceType, resourceId }: ResourceName): string {
  return `${resourceType}/${resourceId}`;
}

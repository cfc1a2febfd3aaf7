// A device of a scenario: a real store, changed through its public interface only, with the way to
// the server. What it holds is written as names.ts says.
import {
  createMemoryStore,
  createSqliteStore,
  download,
  openSqliteStore,
  Outcome,
  upload,
  type DownloadReport,
  type ResourceUpload,
  type Store,
  type StoredEntry,
  type SyncPayload,
  type UploadOptions,
  type UploadReport,
} from '../src/index.ts';
import { PatientClock } from '../src/upload/testing/field.ts';
import { line, partsOf, resource } from './names.ts';
import type { Server } from './server.ts';

/** When every change is recorded unless a scenario says otherwise. */
export const noon = '2024-05-01T12:00:00Z';

/** Where a device keeps its store. */
export type StoreKind = 'memory' | 'SQLite';

/** What a device is made of. */
export interface DeviceParts {
  readonly letter: string;
  readonly server: Server;
  /** Canonical URL; default: that of `server`. */
  readonly serverUrl?: string;
  /** The file of a store in SQLite; absent: the store is in memory. */
  readonly path?: string;
}

/** The replica id that a letter stands for: 16 times its code. */
export const replicaOf = (letter: string): Uint8Array =>
  new Uint8Array(16).fill(letter.charCodeAt(0));

/** A device; {@link newDevice} makes one. */
export class Device {
  readonly server: Server;
  readonly #path: string | undefined;
  #store: Store;

  constructor(server: Server, store: Store, path?: string) {
    this.server = server;
    this.#store = store;
    this.#path = path;
  }

  get store(): Store {
    return this.#store;
  }

  /** The store's file, for what happens to files; SQLite only. */
  get path(): string {
    if (this.#path === undefined) throw new Error('this device keeps its store in memory');
    return this.#path;
  }

  async creates(name: string, members = '', recordedAt = noon): Promise<void> {
    await this.#store.create(resource(name, members), recordedAt);
  }

  async edits(name: string, members: string, recordedAt = noon): Promise<void> {
    await this.#store.update(resource(name, members), recordedAt);
  }

  async deletes(name: string): Promise<void> {
    await this.#store.delete(...partsOf(name), noon);
  }

  /** Puts a state into the store that no store would make: what a faulty device might hold. */
  async plants(payload: SyncPayload): Promise<void> {
    const batch = { peer: replicaOf('?'), scope: '', entries: [payload], cursor: new Uint8Array() };
    await this.#store.updateRemote(batch, (_current, received) => ({
      outcome: Outcome.STORED,
      write: { payload: received, baseResource: undefined, fromPeer: false },
    }));
  }

  /** Closes the store and opens it again; one in memory has no other life. */
  async restarts(): Promise<void> {
    if (this.#path === undefined) return;
    await this.#store.close();
    this.#store = openSqliteStore(this.#path);
  }

  /** Everything it holds, in order of name. */
  async holds(): Promise<string[]> {
    return (await this.entries()).map(line).sort();
  }

  /** Every entry, oldest write first. */
  async entries(): Promise<readonly StoredEntry[]> {
    const through = await this.#store.lastSequence();
    const range = { after: 0n, through, types: undefined };
    return this.#store.page(range, 100_000, Number.MAX_SAFE_INTEGER);
  }

  /** The entry of a name, which must be here. */
  async entry(name: string): Promise<StoredEntry> {
    const found = await this.#store.get(...partsOf(name));
    if (found === undefined) throw new Error(`${name} is not here`);
    return found;
  }

  /** What was put aside in conflicts, oldest first: the reason, then the state. */
  async archive(): Promise<string[]> {
    const lines: string[] = [];
    for await (const kept of this.#store.archived()) lines.push(`${kept.reason} ${line(kept)}`);
    return lines;
  }

  /** Fetches all resources of a type from the server. */
  async downloads(type = 'Patient'): Promise<DownloadReport> {
    const report = await download({ store: this.#store, type, clock: new PatientClock() });
    if (report.stopped !== undefined) throw new Error(report.stopped.detail);
    return report;
  }

  /**
   * Uploads what is pending.
   *
   * @returns One line for each resource: the outcome, changes that the server had already and those
   * that it was brought (`0+2`), the version; and a conflict with what was made of it.
   */
  async uploads(options: Partial<UploadOptions> = {}): Promise<string[]> {
    return (await this.uploadReport(options)).resources.items.map(uploadLine);
  }

  /** Uploads what is pending, each resource by itself so that its preconditions are headers. */
  async uploadReport(options: Partial<UploadOptions> = {}): Promise<UploadReport> {
    const pending = await this.#pendingChanges();
    const requests = this.server.fhir.requests.length;
    const report = await upload({
      store: this.#store,
      clock: new PatientClock(),
      bundleEntriesMax: 1,
      ...options,
    });
    checkSums(report, pending, this.server.fhir.requests.length - requests);
    return report;
  }

  async #pendingChanges(): Promise<number> {
    let changes = 0;
    for await (const { payload } of this.#store.getAllLocalChanges()) {
      changes += payload.changes.length;
    }
    return changes;
  }
}

/** Makes a device with an empty store. */
export function newDevice({ letter, server, path, ...parts }: DeviceParts): Device {
  const settings = { serverUrl: parts.serverUrl ?? server.url, displayName: `device ${letter}` };
  const random = (): Uint8Array => replicaOf(letter);
  if (path === undefined) return new Device(server, createMemoryStore(settings, random));
  return new Device(server, createSqliteStore(path, settings, random), path);
}

// Every report adds up, whatever the scenario: each change has one fate, each request was counted.
function checkSums(report: UploadReport, pending: number, requests: number): void {
  const { uploaded, alreadyThere, displaced, left } = report.changes;
  const told = uploaded + alreadyThere + displaced + left;
  if (told !== pending) throw new Error(`${pending} changes were pending, ${told} are reported`);
  if (report.requests !== requests) {
    throw new Error(`the server saw ${requests} requests, ${report.requests} are reported`);
  }
  if (report.stopped !== undefined) throw new Error(report.stopped.detail);
}

function uploadLine(result: ResourceUpload): string {
  const { resourceType, resourceId, outcome, alreadyThere, uploaded } = result;
  const version = result.versionId === undefined ? '' : ` v${result.versionId}`;
  const conflict = result.conflict === undefined ? '' : ` ${result.conflict}`;
  const resolution = result.resolution === undefined ? '' : ` ${result.resolution}`;
  const counts = `${alreadyThere}+${uploaded}`;
  return `${resourceType}/${resourceId} ${outcome} ${counts}${version}${conflict}${resolution}`;
}

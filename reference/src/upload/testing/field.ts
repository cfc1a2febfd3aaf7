// A field site for tests: one real FHIR server over real sockets, devices that belong to it, and a
// clock that does not wait.
import { createMemoryStore } from '../../store/memory-store.ts';
import type { Store } from '../../store/store.ts';
import { changeNames, octets, replica, text } from '../../sync/testing/entries.ts';
import { type FhirServer, startFhirServer } from '../../../testing/fhir-server/fhir-server.ts';
import type { Behaviour } from '../../../testing/fhir-server/behaviour.ts';
import { download, type DownloadReport } from '../download.ts';
import { upload, type UploadOptions } from '../upload.ts';
import type { UploadClock } from '../upload-clock.ts';
import type { UploadReport } from '../upload-report.ts';

export const at = '2024-05-01T12:00:00Z';

/** Makes the store of a device. */
export type MakeStore = (letter: string, serverUrl: string) => Store;

export const inMemory: MakeStore = (letter, serverUrl) =>
  createMemoryStore({ serverUrl, displayName: `device ${letter}` }, () => replica(letter));

/** Waits for nothing, and remembers what it was asked to wait for. */
export class PatientClock implements UploadClock {
  readonly waits: number[] = [];
  /** Aborted by a test that wants requests to run out of time. */
  readonly expired = new AbortController();

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.waits.push(ms);
  }

  timeout(): AbortSignal {
    return this.expired.signal;
  }

  now(): Date {
    return new Date(at);
  }
}

/** A server with its devices. */
export class Field {
  readonly server: FhirServer;
  readonly clock = new PatientClock();
  readonly #makeStore: MakeStore;

  constructor(server: FhirServer, makeStore: MakeStore) {
    this.server = server;
    this.#makeStore = makeStore;
  }

  device(letter: string): Store {
    return this.#makeStore(letter, this.server.url);
  }

  upload(store: Store, options: Partial<UploadOptions> = {}): Promise<UploadReport> {
    return upload({ store, clock: this.clock, ...options });
  }

  download(store: Store, type = 'Patient', query?: string): Promise<DownloadReport> {
    return download({ store, type, clock: this.clock, ...(query === undefined ? {} : { query }) });
  }

  /** The requests since the last call, as the server's log has them. */
  asked(): string[] {
    const log = this.server.log;
    this.server.requests.length = 0;
    return log;
  }
}

/** Sets up a field. */
export async function openField(
  behaviour: Partial<Behaviour> = {},
  makeStore: MakeStore = inMemory,
): Promise<Field> {
  return new Field(await startFhirServer(behaviour), makeStore);
}

/** A patient as text; `rest` has a leading comma. */
export const patient = (id: string, rest = ''): string =>
  `{"resourceType":"Patient","id":"${id}"${rest}}`;

/** Creates or updates a patient on a device. */
export async function write(store: Store, id: string, rest = ''): Promise<void> {
  const current = await store.get('Patient', id);
  if (current === undefined) await store.create(octets(patient(id, rest)), at);
  else await store.update(octets(patient(id, rest)), at);
}

/** A patient on a device, as `base [pending] text without server meta`. */
export async function held(store: Store, id = 'a'): Promise<string> {
  const entry = await store.get('Patient', id);
  if (entry === undefined) return 'nothing';
  const { base, resource } = entry.payload;
  const shown = resource.length === 0 ? 'deleted' : bare(text(resource));
  return `${base?.versionId ?? '-'} [${changeNames(entry.payload)}] ${shown}`;
}

/** What a patient has beyond type, id and the server's meta. */
export function bare(resource: string | undefined): string {
  if (resource === undefined) return 'deleted';
  const { resourceType, id, meta, ...rest } = JSON.parse(resource) as Record<string, object>;
  const { versionId, lastUpdated, ...kept } = (meta ?? {}) as Record<string, unknown>;
  void [resourceType, id, versionId, lastUpdated];
  const shown = Object.keys(kept).length === 0 ? rest : { meta: kept, ...rest };
  return JSON.stringify(shown);
}

/** Outcomes of a report by resource: `a uploaded`. */
export const outcomes = (report: UploadReport): string[] =>
  report.resources.items.map(({ resourceId, outcome, conflict }) =>
    [resourceId, outcome, ...(conflict === undefined ? [] : [conflict])].join(' '),
  );

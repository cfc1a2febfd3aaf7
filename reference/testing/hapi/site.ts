// A field site around HAPI: devices with real stores, sessions over TCP, and HAPI's own word on
// what it holds. Each site has its ids to itself, for all tests share one server.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { codeSecret, generateAccessCode } from '../../src/security/index.ts';
import { receiveInto, sendFrom } from '../../src/session/index.ts';
import { createMemoryStore, createSqliteStore, type Store } from '../../src/store/index.ts';
import { type ConflictResolutionStrategy, Defer, type SyncReport } from '../../src/sync/index.ts';
import { dialTcp, listenTcp } from '../../src/transport/index.ts';
import { testFolder } from '../../src/cli/testing/program-process.ts';
import { PatientClock } from '../../src/upload/testing/field.ts';
import { download, upload } from '../../src/upload/index.ts';
import type { DownloadReport, UploadOptions, UploadReport } from '../../src/upload/index.ts';
import { Proxy } from './proxy.ts';

/** A resource as a plain value. */
export type Resource = Record<string, unknown> & { meta?: Record<string, unknown> };

/** A version in HAPI's history. */
export interface HistoryVersion {
  readonly versionId: string;
  /** Without the server's meta; undefined: the version is the deletion. */
  readonly content: Resource | undefined;
}

const at = '2024-05-01T12:00:00Z';
let sites = 0;

/** A server, devices, and the proxy between them. */
export class Site {
  readonly proxy: Proxy;
  readonly clock = new PatientClock();
  readonly #direct: string;
  readonly #prefix: string;

  private constructor(proxy: Proxy, direct: string) {
    this.proxy = proxy;
    this.#direct = direct;
    sites += 1;
    this.#prefix = `s${process.pid}-${sites}-`;
  }

  static async open(): Promise<Site> {
    const direct = process.env['PEERSYNC_HAPI_URL'];
    if (direct === undefined) throw new Error('run this by npm run test:hapi');
    const proxy = await Proxy.open(direct);
    onTestFinished(() => proxy.close());
    return new Site(proxy, direct);
  }

  /** The id that a short name has in this test. */
  id(name: string): string {
    return `${this.#prefix}${name}`;
  }

  /** A device with an empty store. */
  device(letter: string, kind: 'memory' | 'sqlite' = 'memory'): Store {
    const settings = { serverUrl: this.proxy.url, displayName: `device ${letter}` };
    if (kind === 'memory') return createMemoryStore(settings, randomBytes);
    const store = createSqliteStore(join(testFolder(), `${letter}.db`), settings, randomBytes);
    onTestFinished(() => store.close());
    return store;
  }

  /** Prepares a device from the server, as everyone does before going out. */
  async prepare(store: Store, ...names: string[]): Promise<DownloadReport> {
    return this.prepareType(store, 'Patient', ...names);
  }

  /** {@link Site.prepare} for another type. */
  async prepareType(store: Store, type: string, ...names: string[]): Promise<DownloadReport> {
    const query = `_id=${names.map((name) => this.id(name)).join(',')}`;
    return download({ store, type, query, clock: this.clock });
  }

  upload(store: Store, options: Partial<UploadOptions> = {}): Promise<UploadReport> {
    return upload({ store, clock: this.clock, ...options });
  }

  /** Writes past all devices, as another client of the server would. */
  async put(name: string, members: object = {}, type = 'Patient'): Promise<void> {
    const resource = { resourceType: type, id: this.id(name), ...members };
    const answer = await this.#ask('PUT', `${type}/${this.id(name)}`, JSON.stringify(resource));
    if (!answer.ok) throw new Error(await answer.text());
  }

  async deleteDirectly(name: string, type = 'Patient'): Promise<void> {
    const answer = await this.#ask('DELETE', `${type}/${this.id(name)}`);
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** What HAPI holds, with its meta, as text. */
  async text(name: string, type = 'Patient'): Promise<string> {
    return (await this.#ask('GET', `${type}/${this.id(name)}`)).text();
  }

  /** Every version that HAPI ever made of it, oldest first: its own word on what was applied. */
  async history(name: string, type = 'Patient'): Promise<HistoryVersion[]> {
    const answer = await this.#ask('GET', `${type}/${this.id(name)}/_history?_count=100`);
    if (answer.status === 404) return [];
    const { entry = [] } = (await answer.json()) as { entry?: HistoryEntry[] };
    return entry.toReversed().map(({ resource, request }) => ({
      versionId: /_history\/(.+)$/.exec(request.url)?.[1] ?? '?',
      content: resource && bare(resource),
    }));
  }

  /** The history in short: the named member of each version, or `deleted`. */
  async story(name: string, member = 'active', type = 'Patient'): Promise<unknown[]> {
    const versions = await this.history(name, type);
    return versions.map(({ content }) => (content === undefined ? 'deleted' : content[member]));
  }

  async #ask(method: string, path: string, body?: string): Promise<Response> {
    const headers = { 'content-type': 'application/fhir+json' };
    const sent = body === undefined ? {} : { body };
    return fetch(`${this.#direct}/${path}`, { method, headers, ...sent });
  }
}

interface HistoryEntry {
  readonly resource?: Resource;
  readonly request: { readonly url: string };
}

/** A resource without what the server writes in meta. */
export function bare({ meta = {}, ...rest }: Resource): Resource {
  const { versionId, lastUpdated, source, ...kept } = meta;
  void [versionId, lastUpdated, source];
  return Object.keys(kept).length === 0 ? rest : { meta: kept, ...rest };
}

/** A session between two devices, over TCP, as the program has them. */
export async function handOver(
  from: Store,
  to: Store,
  strategy: ConflictResolutionStrategy = Defer,
): Promise<SyncReport> {
  const code = generateAccessCode(randomBytes);
  const secret = codeSecret(code);
  const port = await listenTcp({ host: '127.0.0.1', port: 0 });
  const receiving = dialTcp({ ...port.address, timeoutMs: 5_000 }).then((connection) =>
    receiveInto(to, connection, { strategy, askSecret: async () => secret }),
  );
  const sent = await sendFrom(from, await port.accept(), { secrets: [secret] });
  port.close();
  const received = await receiving;
  if (sent.kind !== 'complete' || received.kind !== 'complete') {
    throw new Error(`the session ended ${sent.kind}, ${received.kind}`);
  }
  return received.report;
}

/** Creates or changes a resource on a device, as its user does. */
export async function write(store: Store, resource: Resource): Promise<void> {
  const { resourceType, id } = resource as { resourceType?: string; id?: string };
  const octets = Buffer.from(JSON.stringify(resource));
  const current = await store.get(String(resourceType), String(id));
  if (current === undefined) await store.create(octets, at);
  else await store.update(octets, at);
}

/** Changes members of a resource that a device holds; undefined removes one. */
export async function edit(
  store: Store,
  id: string,
  members: Resource,
  type = 'Patient',
): Promise<void> {
  const resource = await contentOf(store, id, type);
  await write(store, { ...resource, ...members });
}

export async function remove(store: Store, id: string, type = 'Patient'): Promise<void> {
  await store.delete(type, id, at);
}

/** The content that a device holds. @throws Error where there is none. */
export async function contentOf(store: Store, id: string, type = 'Patient'): Promise<Resource> {
  return JSON.parse(await textOf(store, id, type)) as Resource;
}

/** The octets that a device holds, as text; empty: deleted. */
export async function textOf(store: Store, id: string, type = 'Patient'): Promise<string> {
  const entry = await store.get(type, id);
  if (entry === undefined) throw new Error(`${type}/${id} is not in the store`);
  return Buffer.from(entry.payload.resource).toString();
}

/** How many changes wait on a device. */
export async function pending(store: Store): Promise<number> {
  let count = 0;
  for await (const { payload } of store.getAllLocalChanges()) count += payload.changes.length;
  return count;
}

/** Outcomes by the names of a site: `p1 uploaded`, in order of name. */
export function outcomes(site: Site, report: UploadReport): string[] {
  const { length } = site.id('');
  return report.resources.items
    .map(({ resourceId, outcome, conflict }) =>
      [resourceId.slice(length), outcome, ...(conflict === undefined ? [] : [conflict])].join(' '),
    )
    .sort();
}

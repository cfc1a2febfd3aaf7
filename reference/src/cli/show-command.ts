// `peersync show`: one resource, the ids of a type, or what the store holds. Reads only.
import { isResourceType } from '../fhir/entry-check.ts';
import { parseScanned } from '../fhir/json-text.ts';
import type { Store, StoredEntry } from '../store/store.ts';
import { readResourceName } from './command-arguments.ts';
import { misuse } from './failure.ts';
import { prettyJson } from './json-print.ts';
import { formatCount } from './number-text.ts';
import type { Screen } from './screen.ts';
import { shownName } from './shown-name.ts';
import { type CommonOptions, withStore } from './store-access.ts';

/** Options of `peersync show`. */
export interface ShowOptions extends CommonOptions {
  readonly raw?: boolean;
}

const pageEntries = 500;
const pageOctets = 1024 * 1024;

/** Shows a resource, a type, or the store. */
export async function show(
  screen: Screen,
  what: string | undefined,
  options: ShowOptions,
): Promise<void> {
  const one = what === undefined || isResourceType(what) ? undefined : readResourceName(what);
  if (options.raw === true && one === undefined) {
    throw misuse('--raw shows one resource.', 'Write its type and id, such as Patient/p1.');
  }
  await withStore(options, screen, async (store) => {
    if (one !== undefined) {
      const entry = await existing(store, one.resourceType, one.resourceId);
      if (options.raw === true) screen.printOctets(entry.payload.resource);
      else showEntry(screen, entry);
    } else if (what !== undefined) {
      await showType(screen, store, what);
    } else {
      await showStore(screen, store);
    }
  });
}

/** The entry of a resource. @throws CommandFailure when the store has none. */
export async function existing(store: Store, type: string, id: string): Promise<StoredEntry> {
  const entry = await store.get(type, id);
  if (entry !== undefined) return entry;
  throw misuse(`${type}/${id} is not in this store.`, `See what is: peersync show ${type}`);
}

/** One line about where an entry stands. */
export function standing(entry: Pick<StoredEntry, 'payload'>): string {
  const { base, changes, resource } = entry.payload;
  const version =
    base === undefined ? 'no server version' : `server version ${shownName(base.versionId, '?')}`;
  const dated =
    base === undefined || base.lastUpdated === '' ? '' : ` of ${shownName(base.lastUpdated, '?')}`;
  const state = resource.length === 0 ? 'deleted, ' : '';
  return `${state}${version}${dated}, ${formatCount(changes.length, 'local change')}`;
}

function showEntry(screen: Screen, entry: StoredEntry): void {
  const { resourceType, resourceId, base, changes, resource } = entry.payload;
  screen.emit({
    event: 'resource',
    resourceType,
    resourceId,
    base: base ?? null,
    changes: changes.length,
    deleted: resource.length === 0,
    resource: Buffer.from(resource).toString('utf8'),
  });
  screen.print(screen.mark('bold', `${resourceType}/${resourceId}: ${standing(entry)}`));
  if (resource.length > 0) screen.print(prettyJson(parseScanned(resource)));
}

async function showType(screen: Screen, store: Store, resourceType: string): Promise<void> {
  const through = await store.lastSequence();
  let after = 0n;
  for (;;) {
    const range = { after, through, types: [resourceType] };
    const entries = await store.page(range, pageEntries, pageOctets);
    for (const entry of entries) {
      const { resourceId, base, changes, resource } = entry.payload;
      const deleted = resource.length === 0;
      const of = { resourceType, resourceId, base: base ?? null, changes: changes.length, deleted };
      screen.emit({ event: 'entry', ...of });
      screen.print(`${resourceType}/${resourceId}: ${standing(entry)}`);
      after = entry.sequence;
    }
    if (entries.length === 0) break;
  }
  if (after === 0n) screen.print(`No ${resourceType} is in this store.`);
}

async function showStore(screen: Screen, store: Store): Promise<void> {
  const range = { after: 0n, through: await store.lastSequence(), types: undefined };
  const counts = [...(await store.count(range))].sort(([a], [b]) => (a < b ? -1 : 1));
  const replicaId = Buffer.from(store.replicaId).toString('hex');
  const { serverUrl, displayName } = store.settings;
  const entries = Object.fromEntries(counts);
  screen.emit({ event: 'store', replicaId, serverUrl, displayName, entries });
  screen.print(`${displayName}, replica ${replicaId}, server: ${serverUrl || 'none'}`);
  for (const [type, count] of counts) screen.print(`${String(count).padStart(8)}  ${type}`);
  if (counts.length === 0) screen.print('It is empty; `peersync import FILES…` fills it.');
}

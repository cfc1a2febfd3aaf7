// `peersync init`: makes a store and says who it is. Knows nothing of what is put into it.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { canonicalServerUrl } from '../security/server-digest.ts';
import { createPostgresStore } from '../store/postgres-store.ts';
import { isPostgresUrl } from '../store/postgres-target.ts';
import { createSqliteStore } from '../store/sqlite-store.ts';
import { DISPLAY_NAME_OCTETS } from '../wire/limits.ts';
import { misuse } from './failure.ts';
import type { Screen } from './screen.ts';
import { type CommonOptions, shownStore, storePath } from './store-access.ts';

/** Options of `peersync init`. */
export interface InitOptions extends CommonOptions {
  readonly server?: string;
  readonly name?: string;
}

/** Makes an empty store. */
export async function init(screen: Screen, options: InitOptions): Promise<void> {
  const path = storePath(options, screen.env);
  const shown = shownStore(path);
  // PSP-SRV-3: a URL that two programs might read in two ways is refused before it is kept.
  const serverUrl = canonicalServerUrl(options.server ?? '');
  if (typeof serverUrl !== 'string') throw misuse(`--server: ${serverUrl.message}`);
  const displayName = options.name ?? hostname();
  if (Buffer.byteLength(displayName) > DISPLAY_NAME_OCTETS) {
    throw misuse(`--name: a name has at most ${DISPLAY_NAME_OCTETS} octets of UTF-8.`);
  }
  const create = isPostgresUrl(path) ? createPostgresStore : createSqliteStore;
  const store = create(path, { serverUrl, displayName }, randomBytes);
  const replicaId = Buffer.from(store.replicaId).toString('hex');
  await store.close();
  screen.emit({ event: 'created', store: shown, replicaId, serverUrl, displayName });
  screen.print(`Created ${shown} for "${displayName}".`);
  screen.hint(
    serverUrl === ''
      ? 'It belongs to no server, and syncs with stores that belong to none either.'
      : `It belongs to ${serverUrl}, and syncs with stores of the same server.`,
  );
  screen.hint('Next: `peersync import FILES…` puts resources into it.');
}

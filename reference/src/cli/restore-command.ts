// `peersync restore`: makes what an archived state held the content of its resource again, as a
// change of this device like any other edit. The archive stays as it is.
import { refusalToCreate } from '../store/local-changes.ts';
import type { Store, StoredEntry } from '../store/store.ts';
import { readCount, readResourceName } from './command-arguments.ts';
import { misuse } from './failure.ts';
import { formatCount } from './number-text.ts';
import type { Screen } from './screen.ts';
import { existing } from './show-command.ts';
import { type CommonOptions, withStore } from './store-access.ts';
import { nameOf } from './waiting-conflicts.ts';

/** Options of `peersync restore`. */
export interface RestoreOptions extends CommonOptions {
  readonly position: string;
}

/** Restores one archived content. */
export async function restore(
  screen: Screen,
  reference: string,
  options: RestoreOptions,
): Promise<void> {
  const { resourceType, resourceId } = readResourceName(reference);
  const position = readCount('--position', options.position);
  await withStore(options, screen, async (store) => {
    const resource = await archivedContent(store, reference, position);
    const before = await existing(store, resourceType, resourceId);
    const isGone = before.payload.resource.length === 0;
    const refusal = isGone ? refusalToCreate(before) : undefined;
    if (refusal !== undefined) {
      throw misuse(`${reference} is deleted, so its content can't be restored: ${refusal}.`);
    }
    const after = await put(store, resource, before);
    const changed = after.sequence !== before.sequence;
    const changes = after.payload.changes.length;
    screen.emit({ event: 'restored', resourceType, resourceId, position, changed, changes });
    const count = formatCount(changes, 'local change');
    screen.print(
      changed
        ? `Restored ${reference} from position ${position}; it has ${count} now.`
        : `${reference} has that content already.`,
    );
  });
}

/** Makes an archived content the present one; empty: deleted. */
async function put(store: Store, resource: Uint8Array, before: StoredEntry): Promise<StoredEntry> {
  const now = new Date().toISOString();
  const { resourceType, resourceId } = before.payload;
  const isGone = before.payload.resource.length === 0;
  if (resource.length === 0) {
    return isGone ? before : await store.delete(resourceType, resourceId, now);
  }
  return isGone ? await store.create(resource, now) : await store.update(resource, now);
}

async function archivedContent(
  store: Store,
  reference: string,
  position: number,
): Promise<Uint8Array> {
  const archived = await store.archivedAt(position);
  if (archived !== undefined && nameOf(archived.payload) === reference) {
    return archived.payload.resource;
  }
  throw misuse(
    `The archive has no state of ${reference} at position ${position}.`,
    `See what it has: peersync changes ${reference} --archived`,
  );
}

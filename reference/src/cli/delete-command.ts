// `peersync delete`: records that this device deleted a resource. What a tombstone is, the store
// knows.
import { readResourceName } from './command-arguments.ts';
import type { Screen } from './screen.ts';
import { existing } from './show-command.ts';
import { type CommonOptions, withStore } from './store-access.ts';

/** Deletes one resource locally. */
export async function deleteResource(
  screen: Screen,
  reference: string,
  options: CommonOptions,
): Promise<void> {
  const { resourceType, resourceId } = readResourceName(reference);
  await withStore(options, screen, async (store) => {
    await existing(store, resourceType, resourceId);
    const recordedAt = new Date().toISOString();
    const entry = await store.delete(resourceType, resourceId, recordedAt);
    screen.emit({
      event: 'deleted',
      resourceType,
      resourceId,
      changes: entry.payload.changes.length,
    });
  });
  screen.print(`Deleted ${reference}; the deletion travels with the next sync.`);
}

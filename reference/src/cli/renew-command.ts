// `peersync renew`: makes the store another replica, for copies that nothing shows to be copies.
// What a replica is and what it forgets, the store knows.
import { randomBytes } from 'node:crypto';
import type { Screen } from './screen.ts';
import { type CommonOptions, hexOf, withStore } from './store-access.ts';

/** Takes a new replica id, unless the opening of the store did so this moment. */
export async function renew(screen: Screen, options: CommonOptions): Promise<void> {
  await withStore(options, screen, async (store) => {
    const before = store.renewal?.before ?? store.replicaId;
    const after = store.renewal?.after ?? (await store.renewReplicaId(randomBytes));
    const [from, to] = [hexOf(before), hexOf(after)];
    screen.emit({ event: 'renewed', before: from, after: to });
    screen.print(`Replica id before: ${from}`);
    screen.print(`Replica id now:    ${to}`);
    screen.hint(
      'Nothing is lost: resources and changes stay as they are, under the names they have. The\n' +
        'next session with each device compares everything once.',
    );
  });
}

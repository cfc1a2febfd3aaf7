// `peersync changes`: the local changes that no server has yet, of one resource or of all. Reads
// only.
import type { ArchiveReason } from '../store/store.ts';
import { ChangeType, type LocalChange, type SyncPayload } from '../wire/messages.ts';
import { isServerPeer } from '../upload/server-conflicts.ts';
import { readResourceName } from './command-arguments.ts';
import { visibleJson } from './json-print.ts';
import { formatCount } from './number-text.ts';
import type { Screen } from './screen.ts';
import { existing } from './show-command.ts';
import { shownName } from './shown-name.ts';
import { type CommonOptions, withStore } from './store-access.ts';

const typeNames = new Map<number, string>(
  Object.entries(ChangeType).map(([name, value]) => [value, name]),
);

const reasonTexts: Readonly<Record<ArchiveReason, string>> = {
  displaced: 'ours gave way',
  'not-taken': 'theirs was not taken',
  deferred: 'waits for a decision',
  merged: 'went into a merged state',
  taken: 'waited and was taken',
};

/** Options of `peersync changes`. */
export interface ChangesOptions extends CommonOptions {
  /** What was put aside in conflicts, instead of what is in force. */
  readonly archived?: boolean;
}

/** Lists changes in the order in which they were made. */
export async function changes(
  screen: Screen,
  reference: string | undefined,
  options: ChangesOptions,
): Promise<void> {
  const one = reference === undefined ? undefined : readResourceName(reference);
  await withStore(options, screen, async (store) => {
    let count = 0;
    if (options.archived === true) {
      for await (const { payload, peer, reason, position } of store.archived()) {
        const { resourceType, resourceId } = payload;
        if (reference !== undefined && reference !== `${resourceType}/${resourceId}`) continue;
        screen.emit({ event: 'archived', position, resourceType, resourceId, reason });
        const session = isServerPeer(peer)
          ? 'in an upload to the FHIR server'
          : `in a session with ${Buffer.from(peer).toString('hex').slice(0, 8)}`;
        const where = `at position ${position}`;
        screen.print(`${resourceType}/${resourceId}: ${reasonTexts[reason]} ${session}, ${where}`);
        showChanges(screen, payload);
        count += payload.changes.length;
      }
    } else if (one !== undefined) {
      const entry = await existing(store, one.resourceType, one.resourceId);
      showChanges(screen, entry.payload);
      count = entry.payload.changes.length;
    } else {
      for await (const entry of store.getAllLocalChanges()) {
        showChanges(screen, entry.payload);
        count += entry.payload.changes.length;
      }
    }
    screen.hint(count === 0 ? 'No local changes.' : `${formatCount(count, 'local change')}.`);
  });
}

function showChanges(screen: Screen, payload: SyncPayload): void {
  const { resourceType, resourceId } = payload;
  for (const change of payload.changes) {
    const { replicaId, counter } = idOf(change);
    const type = typeNames.get(change.type) ?? 'UNRECOGNIZED';
    const { baseVersionId, recordedAt } = change;
    const text = Buffer.from(change.payload).toString('utf8');
    screen.emit({
      event: 'change',
      ...{ resourceType, resourceId, type, replicaId, counter },
      ...{ baseVersionId, recordedAt, payload: text },
    });
    const head = `${resourceType}/${resourceId}  ${type}  ${shownName(recordedAt, 'undated')}`;
    const base = baseVersionId === '' ? '' : `  on version ${shownName(baseVersionId)}`;
    screen.print(`${head}  by ${replicaId.slice(0, 8)} #${counter}${base}`);
    // An INSERT is the resource, which `show` prints; a DELETE has nothing to print.
    if (change.type === ChangeType.UPDATE) screen.print(`    ${visibleJson(text)}`);
  }
}

function idOf({ id }: LocalChange): { readonly replicaId: string; readonly counter: string } {
  const octets = id?.replicaId ?? new Uint8Array(0);
  return { replicaId: Buffer.from(octets).toString('hex'), counter: String(id?.counter ?? 0n) };
}

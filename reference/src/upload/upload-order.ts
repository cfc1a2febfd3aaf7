// In which order entries with changes are sent: what others refer to is created before them and
// deleted after them. Reads the store once; holds names and references, no content.
import type { Store, StoredEntry } from '../store/store.ts';
import { referencesIn } from '../sync/references.ts';
import type { ResourceName } from './server-reader.ts';
import { isDeletion } from './upload-step.ts';

/** Names to upload; the lists are done one after the other. */
export interface UploadOrder {
  readonly creates: readonly ResourceName[];
  readonly updates: readonly ResourceName[];
  readonly deletes: readonly ResourceName[];
}

interface Referrer {
  readonly name: ResourceName;
  readonly targets: readonly string[];
}

/** Reads which entries have changes. What is changed during the reading may be left out. */
export async function uploadOrder(store: Store): Promise<UploadOrder> {
  const creates = new Map<string, Referrer>();
  const deletes = new Map<string, Referrer>();
  const updates: ResourceName[] = [];
  for await (const entry of store.getAllLocalChanges()) {
    const { resourceType, resourceId, base } = entry.payload;
    const name = { resourceType, resourceId };
    const key = `${resourceType}/${resourceId}`;
    if (isDeletion(entry.payload)) deletes.set(key, { name, targets: targetsOf(entry) });
    else if (base === undefined) creates.set(key, { name, targets: targetsOf(entry) });
    else updates.push(name);
  }
  return {
    creates: targetsFirst(creates),
    updates,
    deletes: targetsFirst(deletes).toReversed(),
  };
}

function targetsOf({ payload, baseResource }: StoredEntry): readonly string[] {
  const content = payload.resource.length > 0 ? payload.resource : baseResource;
  return content === undefined ? [] : [...new Set(referencesIn(content))];
}

/** A cycle has no first: it is cut where it is entered, and a transaction may hold all of it. */
function targetsFirst(referrers: ReadonlyMap<string, Referrer>): ResourceName[] {
  const order: ResourceName[] = [];
  const seen = new Set<string>();
  for (const start of referrers.keys()) {
    const path: { readonly key: string; next: number }[] = [];
    if (!seen.has(start)) path.push({ key: start, next: 0 });
    seen.add(start);
    // A loop of its own, not recursion: a chain of references may be as long as the store.
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const referrer = referrers.get(top.key);
      const target = referrer?.targets[top.next];
      top.next += 1;
      if (target !== undefined) {
        if (referrers.has(target) && !seen.has(target)) path.push({ key: target, next: 0 });
        seen.add(target);
      } else {
        if (referrer !== undefined) order.push(referrer.name);
        path.pop();
      }
    }
  }
  return order;
}

// The newest server instant of each resource type in a store, for mode LAST_UPDATED. Reads the
// store page by page; knows no session.
import { compareInstants, parseInstant } from '../fhir/instant.ts';
import type { Store } from '../store/store.ts';

const pageEntries = 500;
const pageOctets = 1024 * 1024;

/**
 * Finds the newest `base.last_updated` of each type, compared exactly (PSP-DATA-11). A type without
 * a readable instant is missing from the map, which asks for all of it.
 */
export async function newestInstants(
  store: Store,
  types: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const newest = new Map<string, string>();
  const through = await store.lastSequence();
  let after = 0n;
  for (;;) {
    const entries = await store.payloadPage({ after, through, types }, pageEntries, pageOctets);
    for (const { payload, sequence } of entries) {
      after = sequence;
      const instant = payload.base?.lastUpdated ?? '';
      const known = newest.get(payload.resourceType);
      const isNewer = known === undefined || compareInstants(known, instant) === -1;
      if (isNewer && parseInstant(instant) !== undefined) newest.set(payload.resourceType, instant);
    }
    if (entries.length === 0) return newest;
  }
}

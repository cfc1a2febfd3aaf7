// What a request asks for, as one canonical text: equal for the same parameters in another order.
// Knows nothing of cursors or stores.
import type { ResourceSyncParams } from '../wire/messages.ts';

/** Resource types to search parameters to values, as an application writes them. */
export type SyncParamsMap = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Makes ResourceSyncParams, for example `resourceSyncParams({ Patient: {}, Observation: {} })`.
 * An empty map asks for every resource type (PSP-REQ-2).
 */
export function resourceSyncParams(types: SyncParamsMap): ResourceSyncParams {
  return {
    types: Object.entries(types).map(([resourceType, parameters]) => ({
      resourceType,
      parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
      lastUpdated: '',
    })),
  };
}

/**
 * The canonical text: types in order of name, parameters in order of name and value. The instants
 * of mode LAST_UPDATED are left out, because that mode has no cursors and they change each time.
 */
export function scopeOf(params: ResourceSyncParams | undefined): string {
  const types = (params?.types ?? []).map(
    ({ resourceType, parameters }) =>
      [resourceType, parameters.map(({ name, value }) => [name, value]).sort(inOrder)] as const,
  );
  return JSON.stringify(types.sort(([a], [b]) => inOrder([a], [b])));
}

// Code unit order: the same on every device, unlike a locale's.
function inOrder(a: readonly string[], b: readonly string[]): number {
  for (const [index, text] of a.entries()) {
    const other = b[index] ?? '';
    if (text !== other) return text < other ? -1 : 1;
  }
  return 0;
}

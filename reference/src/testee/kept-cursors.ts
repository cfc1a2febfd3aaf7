// The cursors of a store as a dump shows them, and requested types as a store's scope has them.
// Knows the form of both, and no command.
import type { Store } from '../store/index.ts';
import { resourceSyncParams, scopeOf } from '../sync/index.ts';
import type { ResourceSyncParams } from '../wire/index.ts';
import { hexOf } from './entry-form.ts';

/** A cursor of a dump. */
export interface CursorForm {
  readonly replica: string;
  readonly cursor: string;
  readonly types: readonly unknown[];
}

/** Keeps a cursor as a session with these parameters would. */
export async function keepCursor(
  store: Store,
  peer: Uint8Array,
  params: ResourceSyncParams,
  cursor: Uint8Array,
): Promise<void> {
  await store.setCursor(peer, scopeOf(params), cursor);
}

/** Every cursor that a store keeps, in the order of a dump. */
export async function cursorForms(store: Store): Promise<CursorForm[]> {
  const forms = (await store.cursors())
    // PSP-RESUME-1: an empty one is none.
    .filter(({ cursor }) => cursor.length > 0)
    .map(({ peer, scope, cursor }) => ({
      replica: hexOf(peer),
      cursor: hexOf(cursor),
      types: typesOf(scope),
    }));
  const keyOf = ({ replica, cursor, types }: CursorForm): string =>
    `${replica}\0${cursor}\0${JSON.stringify(types)}`;
  return forms.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function typesOf(scope: string): unknown[] {
  const types = JSON.parse(scope) as [string, [string, string][]][];
  return types.map(([type, parameters]) => ({
    type,
    ...(parameters.length === 0
      ? {}
      : { parameters: parameters.map(([name, value]) => ({ name, value })) }),
  }));
}

/** Requested types of a command as the session takes them. */
export function paramsOf(
  types: readonly { type: string; parameters: readonly { name: string; value: string }[] }[],
): ResourceSyncParams {
  if (types.length === 0) return resourceSyncParams({});
  return {
    types: types.map(({ type, parameters }) => ({
      resourceType: type,
      parameters: [...parameters],
      lastUpdated: '',
    })),
  };
}

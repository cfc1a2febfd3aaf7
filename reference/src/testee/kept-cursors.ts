// Which cursors a store keeps. A store is asked for one at a time, by peer and scope, so the testee
// notes the pairs that it met: among the store's reports, where they survive a crash.
import type { Store } from '../store/index.ts';
import { resourceSyncParams } from '../sync/index.ts';
import { scopeOf } from '../sync/scope.ts';
import type { ResourceSyncParams } from '../wire/index.ts';
import { hexOf } from './entry-form.ts';

const notesMax = 100_000;

interface Note {
  /** Hex. */
  readonly peer: string;
  readonly scope: string;
}

/** A cursor of a dump. */
export interface CursorForm {
  readonly replica: string;
  readonly cursor: string;
  readonly types: readonly unknown[];
}

/** Remembers the pairs of peer and scope of one store. */
export class KeptCursors {
  readonly #store: Store;
  #notes: readonly Note[] | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Notes a pair, durably, before anything is stored under it. @returns the scope. */
  async note(peer: Uint8Array, params: ResourceSyncParams | undefined): Promise<string> {
    const note: Note = { peer: hexOf(peer), scope: scopeOf(params) };
    const known = await this.#known();
    if (!known.some(({ peer, scope }) => peer === note.peer && scope === note.scope)) {
      await this.#store.addReport(JSON.stringify(note));
      this.#notes = [...known, note];
    }
    return note.scope;
  }

  /** Every cursor that is kept, in the order of a dump. */
  async all(): Promise<CursorForm[]> {
    const found: CursorForm[] = [];
    for (const { peer, scope } of await this.#known()) {
      const cursor = await this.#store.getCursor(Buffer.from(peer, 'hex'), scope);
      if (cursor === undefined || cursor.length === 0) continue;
      found.push({ replica: peer, cursor: hexOf(cursor), types: typesOf(scope) });
    }
    const keyOf = ({ replica, cursor, types }: CursorForm): string =>
      `${replica}\0${cursor}\0${JSON.stringify(types)}`;
    return found.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  async #known(): Promise<readonly Note[]> {
    this.#notes ??= (await this.#store.reports(notesMax)).map((text) => JSON.parse(text) as Note);
    return this.#notes;
  }
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

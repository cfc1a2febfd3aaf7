// Entries and stores by name, as cases and flows speak of them. It judges no entry.
import type { Entry } from '../control/values.ts';
import type { EntryText, StoreText } from './case-file.ts';
import type { Store } from './case.ts';
import { CaseTextError } from './case-text-error.ts';

const emptyStore = 'empty';

/** Every entry and store of the data files. */
export class DataSet {
  readonly #entries = new Map<string, Entry>();
  readonly #stores = new Map<string, StoreText>();

  /** Adds an entry; false: there is one of that name. */
  addEntry(name: string, entry: Entry): boolean {
    if (this.#entries.has(name)) return false;
    this.#entries.set(name, entry);
    return true;
  }

  /** Adds a store; false: there is one of that name. */
  addStore(name: string, store: StoreText): boolean {
    if (this.#stores.has(name) || name === emptyStore) return false;
    this.#stores.set(name, store);
    return true;
  }

  /**
   * The entries of a list.
   *
   * @param field - Member that holds the list, for the error.
   * @throws CaseTextError for a name that no data file has.
   */
  entries(list: readonly EntryText[], field: string): Entry[] {
    return list.flatMap((text) => {
      const { like, count } = typeof text === 'string' ? { like: text, count: undefined } : text;
      const entry = this.#entries.get(like);
      if (entry === undefined) {
        throw new CaseTextError(field, `no data file has an entry ${like}; add it there`);
      }
      return count === undefined ? [entry] : many(entry, count, field);
    });
  }

  /**
   * A store with its entries; the empty one where no name is given.
   *
   * @throws CaseTextError for a name that no data file has.
   */
  store(name: string | undefined): Store {
    if (name === undefined || name === emptyStore) return { entries: [] };
    const text = this.#stores.get(name);
    if (text === undefined) {
      throw new CaseTextError('store', `no data file has a store ${name}; add it there`);
    }
    const entries = this.entries(text.entries, `stores.${name}.entries`);
    return text.cursors === undefined ? { entries } : { entries, cursors: text.cursors };
  }
}

/** Copies with ids of their own: `p-1`, `p-2` and so on. */
function many(entry: Entry, count: number, field: string): Entry[] {
  const { id, resource, changes = [] } = entry;
  if (changes.length > 0) {
    // Their change ids would all be the same.
    throw new CaseTextError(field, `an entry with changes can't be copied; write each one`);
  }
  return Array.from({ length: count }, (_, index) => {
    const own = `${id}-${index + 1}`;
    const text = resource?.replaceAll(`"id":"${id}"`, `"id":"${own}"`) ?? null;
    return { ...entry, id: own, resource: text };
  });
}

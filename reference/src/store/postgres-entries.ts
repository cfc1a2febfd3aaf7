// Entries in PostgreSQL, read many at a time where it is known which ones come next, for each
// question is a way to the server and back. Writes nothing; what is going to be written is a draft.
import type { LocalChange } from '../wire/messages.ts';
import { encodeArray } from './postgres-arrays.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { nameOf } from './postgres-draft.ts';
import type { Columns } from './postgres-messages.ts';
import { changeFrom, changesOf, entryFrom, type PostgresRow } from './postgres-rows.ts';
import type { PostgresStatements } from './postgres-statements.ts';
import type { EntryRange, StoredEntry } from './store.ts';
import type { EntryName } from './tables.ts';

const sequenceMax = 2n ** 63n - 1n;
// What is read ahead lies in memory; an entry that is larger by itself is read alone.
const aheadOctets = 8 * 1024 * 1024;
const aheadEntries = 1_000;

type Page = 'page' | 'payloadPage' | 'changedPage';

/** Reads entries inside a transaction of its caller. */
export class PostgresEntries {
  readonly #database: PostgresDatabase;
  readonly #texts: PostgresStatements;
  #coming: EntryName[] = [];
  readonly #places = new Map<string, number>();
  /** Read ahead and not yet asked for; undefined: there is no such entry. */
  readonly #ahead = new Map<string, PostgresRow | undefined>();

  constructor(database: PostgresDatabase, texts: PostgresStatements) {
    this.#database = database;
    this.#texts = texts;
  }

  /** Tells which entries are going to be asked for, in that order. */
  foresee(names: Iterable<EntryName>): void {
    this.forget();
    for (const { resourceType, resourceId } of names) {
      if (!canBe({ resourceType, resourceId })) continue;
      this.#places.set(nameOf(resourceType, resourceId), this.#coming.length);
      this.#coming.push({ resourceType, resourceId });
    }
  }

  /** Forgets what was foreseen and read ahead; to be called between transactions. */
  forget(): void {
    this.#coming = [];
    this.#places.clear();
    this.#ahead.clear();
  }

  /** The entry of a resource, as it was when the transaction began. */
  get(resourceType: string, resourceId: string): PostgresRow | undefined {
    const asked = { resourceType, resourceId };
    // PostgreSQL takes no such text, so none is there.
    if (!canBe(asked)) return undefined;
    const name = nameOf(resourceType, resourceId);
    if (!this.#ahead.has(name)) {
      const place = this.#places.get(name);
      this.#ahead.clear();
      this.#read(place === undefined ? [asked] : this.#coming.slice(place, place + aheadEntries));
    }
    const row = this.#ahead.get(name);
    // It is the caller's own now; whoever asks once more gets another one.
    this.#ahead.delete(name);
    return row;
  }

  /** A page of a range. */
  page(kind: Page, range: EntryRange, limit: number, octetsMax: number): StoredEntry[] {
    const { after, through, types } = range;
    const values = [
      String(bounded(after)),
      String(bounded(through)),
      limit,
      octetsMax,
      types === undefined ? null : encodeArray('text', types.filter(isText)),
    ];
    const [rows = []] = this.#database.ask({ text: this.#texts[kind], values });
    const changes = this.#changesOf(rows);
    return rows.map((columns) => entryFrom(columns, changes.get(String(columns[0])) ?? []));
  }

  /** Entries of a range by type, but those of an origin. */
  count(range: EntryRange, exceptOrigin: Uint8Array | undefined): Map<string, number> {
    const { after, through, types } = range;
    const values = [
      String(bounded(after)),
      String(bounded(through)),
      types === undefined ? null : encodeArray('text', types.filter(isText)),
      exceptOrigin ?? null,
    ];
    const [rows = []] = this.#database.ask({ text: this.#texts.count, values });
    return new Map(rows.map(([type, entries]) => [String(type), Number(entries)]));
  }

  #read(names: readonly EntryName[]): void {
    const types = names.map(({ resourceType }) => resourceType);
    const ids = names.map(({ resourceId }) => resourceId);
    const values = [encodeArray('text', types), encodeArray('text', ids), aheadOctets];
    const [answered = []] = this.#database.ask({ text: this.#texts.entries, values });
    const rows = answered.map((columns) => columns.slice(1));
    const changes = this.#changesOf(rows);
    answered.forEach(([place], index) => {
      const asked = names[Number(place) - 1];
      const columns = rows[index] ?? [];
      if (asked === undefined) return;
      const [key = null] = columns;
      const row =
        key === null
          ? undefined
          : { key: BigInt(String(key)), entry: entryFrom(columns, changes.get(String(key)) ?? []) };
      this.#ahead.set(nameOf(asked.resourceType, asked.resourceId), row);
    });
  }

  /** The changes of rows that have any, by the key of the row. */
  #changesOf(rows: readonly Columns[]): Map<string, LocalChange[]> {
    const changes = new Map<string, LocalChange[]>();
    const keys = rows.filter((columns) => changesOf(columns) > 0).map(([key]) => String(key));
    if (keys.length === 0) return changes;
    const values = [encodeArray('long', keys.map(BigInt))];
    const [found = []] = this.#database.ask({ text: this.#texts.changesOf, values });
    for (const columns of found) {
      const key = String(columns[0]);
      const list = changes.get(key) ?? [];
      list.push(changeFrom(columns));
      changes.set(key, list);
    }
    return changes;
  }
}

function bounded(sequence: bigint): bigint {
  return sequence > sequenceMax ? sequenceMax : sequence;
}

function isText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** True for a name that PostgreSQL can hold; every name of FHIR is one (PSP-DATA-6). */
export function canBe({ resourceType, resourceId }: EntryName): boolean {
  return isText(resourceType) && isText(resourceId);
}

// A device of the simulation: a real store, its copies of former days, and a wall clock that may be
// wrong. Knows nothing of sessions and servers.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore } from '../src/store/memory-store.ts';
import { createSqliteStore, openSqliteStore } from '../src/store/sqlite-store.ts';
import type { RandomOctets, Store, StoreSettings } from '../src/store/store.ts';
import { watched, type Decided, type Watch, type Write } from './watched-store.ts';

/** Where a device keeps its store. */
export type StoreKind = 'memory' | 'sqlite';

/** What a kind of store must do beyond the Store interface. */
interface Keeper {
  readonly store: Store;
  /** Remembers the present state. */
  copy(): Promise<void>;
  /** How many states are remembered; the first is that of the empty store. */
  readonly copies: number;
  /** Makes a remembered state the present one. */
  setBack(copy: number): Promise<void>;
  dispose(): Promise<void>;
}

/** A device. */
export class Device {
  readonly index: number;
  /**
   * Names of changes that it knew to be in a life of a resource before it began another one: what
   * was absorbed goes with the base (PSP-DATA-13).
   */
  readonly past = new Set<string>();
  readonly #keeper: Keeper;
  readonly #random: RandomOctets;
  #clockMs = Date.UTC(2024, 4, 1);

  private constructor(index: number, keeper: Keeper, random: RandomOctets) {
    this.index = index;
    this.#keeper = keeper;
    this.#random = random;
  }

  /** Sets a device up, with a copy of its empty store. */
  static async make(
    index: number,
    kind: StoreKind,
    serverUrl: string,
    random: RandomOctets,
    decided: Watch['decided'],
  ): Promise<Device> {
    const settings = { serverUrl, displayName: `device ${index}` };
    const keeper =
      kind === 'memory'
        ? new MemoryKeeper(settings, random, decided)
        : new SqliteKeeper(settings, random, decided);
    await keeper.copy();
    return new Device(index, keeper, random);
  }

  /** The present store; a device that was set back has another one than before. */
  get store(): Store {
    return this.#keeper.store;
  }

  /** What the user's clock says, as a FHIR instant; it never goes on by itself. */
  get at(): string {
    return new Date(this.#clockMs).toISOString();
  }

  /** Moves the user's clock, in either direction. */
  stepClock(ms: number): void {
    this.#clockMs += ms;
  }

  /** Copies the store, as a backup does. */
  async backUp(): Promise<void> {
    await this.#keeper.copy();
  }

  /** Puts an old copy in place of the store; it becomes another replica (PSP-ID-3). */
  async restore(pick: number): Promise<void> {
    await this.#keeper.setBack(pick % this.#keeper.copies);
    await this.store.renewReplicaId(this.#random);
  }

  async dispose(): Promise<void> {
    await this.#keeper.dispose();
  }
}

class MemoryKeeper implements Keeper {
  readonly #settings: StoreSettings;
  readonly #decided: Watch['decided'];
  readonly #firstId: Uint8Array;
  readonly #copies: (readonly Write[])[] = [];
  #writes: Write[] = [];
  #store: Store;

  constructor(settings: StoreSettings, random: RandomOctets, decided: Watch['decided']) {
    this.#settings = settings;
    this.#decided = decided;
    this.#firstId = random(16);
    this.#store = this.#watched(this.#empty());
  }

  get store(): Store {
    return this.#store;
  }

  get copies(): number {
    return this.#copies.length;
  }

  async copy(): Promise<void> {
    this.#copies.push([...this.#writes]);
  }

  async setBack(copy: number): Promise<void> {
    const writes = this.#copies[copy] ?? [];
    const store = this.#empty();
    for (const write of writes) await write(store);
    await this.#store.close();
    this.#writes = [...writes];
    this.#store = this.#watched(store);
  }

  async dispose(): Promise<void> {
    await this.#store.close();
  }

  #empty(): Store {
    return createMemoryStore(this.#settings, () => this.#firstId);
  }

  #watched(store: Store): Store {
    return watched(store, {
      wrote: (write) => this.#writes.push(write),
      decided: this.#decided,
    });
  }
}

class SqliteKeeper implements Keeper {
  readonly #folder = mkdtempSync(join(tmpdir(), 'peersync-simulation-'));
  readonly #path = join(this.#folder, 'store');
  readonly #decided: Watch['decided'];
  #copies = 0;
  #store: Store;

  constructor(settings: StoreSettings, random: RandomOctets, decided: Watch['decided']) {
    this.#decided = decided;
    this.#store = this.#watched(createSqliteStore(this.#path, settings, random));
  }

  get store(): Store {
    return this.#store;
  }

  get copies(): number {
    return this.#copies;
  }

  async copy(): Promise<void> {
    // Closed, so that the one file is all of it.
    await this.#store.close();
    copyFileSync(this.#path, this.#copyPath(this.#copies));
    this.#copies += 1;
    this.#store = this.#watched(openSqliteStore(this.#path));
  }

  async setBack(copy: number): Promise<void> {
    await this.#store.close();
    for (const suffix of ['-wal', '-shm']) rmSync(this.#path + suffix, { force: true });
    copyFileSync(this.#copyPath(copy), this.#path);
    this.#store = this.#watched(openSqliteStore(this.#path));
  }

  async dispose(): Promise<void> {
    await this.#store.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #copyPath(copy: number): string {
    return `${this.#path}.copy${copy}`;
  }

  #watched(store: Store): Store {
    const decided = (...args: [readonly Decided[], 'delivered' | 'settled', Uint8Array?]): void =>
      this.#decided(...args);
    return watched(store, { wrote: () => undefined, decided });
  }
}

// Devices, a server and the ledger of one run, with everything that can happen to them; after each
// step all that must hold is checked. Knows no commands and no strategy of testing.
import { startFhirServer, type FhirServer } from '../testing/fhir-server/fhir-server.ts';
import type { Behaviour } from '../testing/fhir-server/behaviour.ts';
import type { RandomOctets } from '../src/store/store.ts';
import type { SyncPayload } from '../src/wire/messages.ts';
import { UsageError } from '../src/wire/violation.ts';
import {
  contentOctets,
  created,
  edited,
  editsIn,
  readContent,
  type Content,
  type EditKind,
} from './content.ts';
import type { Coverage } from './coverage.ts';
import { changeName, judgeDecision, outcomeNames } from './decision-judge.ts';
import { Device, type StoreKind } from './device.ts';
import { ChangeReader, marksIn } from './holdings.ts';
import { Ledger, type Author, type Deletion } from './ledger.ts';
import { seededOctets } from './seeded-octets.ts';
import { ServerJudge } from './server-judge.ts';
import type { StrategyName } from './strategies.ts';

/** What a run is set up with. */
export interface Setting {
  readonly replicas: number;
  readonly seed: number;
  readonly stores: StoreKind;
  /** Strategy of the meetings, and of uploads. */
  readonly meeting: StrategyName;
  readonly upload: StrategyName;
  /** How uploads make one patch of a list. */
  readonly squash: 'concatenate' | 'diff';
  /** So many of the resources are at the server and on all devices before anything happens. */
  readonly prepared: number;
  readonly server: Partial<Behaviour>;
}

/** Entries as a peer delivered them. */
export interface Delivery {
  readonly device: number;
  readonly peer: Uint8Array;
  readonly entries: readonly SyncPayload[];
}

export const resourceNames = ['Patient/p', 'Patient/q', 'Observation/o'];

/** One run. */
export class World {
  readonly setting: Setting;
  readonly server: FhirServer;
  readonly devices: Device[] = [];
  readonly ledger = new Ledger();
  readonly coverage: Coverage;
  readonly random: RandomOctets;
  readonly reader: ChangeReader;
  /** Every outcome that a store decided on. */
  readonly outcomes: string[] = [];
  /** The same since it was emptied last, by the peer that delivered. */
  readonly decided: { readonly device: number; readonly peer: string; readonly outcome: string }[] =
    [];
  /** What peers delivered so far. */
  readonly deliveries: Delivery[] = [];
  /** Pairs whose last session was cut between data. */
  readonly cut = new Set<string>();
  /** What the sender of the last session wrote. */
  tape: readonly Uint8Array[] = [];
  #fault: Error | undefined;
  readonly #judge: ServerJudge;
  readonly #checked: bigint[] = [];

  private constructor(setting: Setting, server: FhirServer, coverage: Coverage) {
    this.setting = setting;
    this.server = server;
    this.coverage = coverage;
    this.random = seededOctets(setting.seed);
    this.reader = new ChangeReader(this.ledger);
    this.#judge = new ServerJudge(server, this.ledger, coverage);
  }

  /** Sets a run up. */
  static async open(setting: Setting, coverage: Coverage): Promise<World> {
    const server = await startFhirServer(setting.server);
    const world = new World(setting, server, coverage);
    for (let index = 0; index < setting.replicas; index += 1) {
      const device = await Device.make(
        index,
        setting.stores,
        server.url,
        world.random,
        (decisions, how, peer) => {
          for (const one of decisions) {
            world.#note(() => judgeDecision(one, how, coverage));
            const outcome = outcomeNames.get(one.decision.outcome) ?? '?';
            const from = Buffer.from(peer ?? []).toString('hex');
            world.decided.push({ device: index, peer: from, outcome });
            world.outcomes.push(outcome);
          }
          const entries = decisions.map(({ received }) => received);
          if (peer !== undefined) world.deliveries.push({ device: index, peer, entries });
        },
      );
      world.devices.push(device);
    }
    for (const name of resourceNames.slice(0, setting.prepared)) {
      world.elsewhere(name, 'append', 0);
      const text = new TextEncoder().encode(server.current(...split(name)));
      for (const { store } of world.devices) await store.importServerVersion(text);
    }
    coverage.note(`runs with a ${setting.stores} store`);
    return world;
  }

  device(index: number): Device {
    const device = this.devices[index % this.devices.length];
    if (device === undefined) throw new Error('a run has devices');
    return device;
  }

  /** A user edits or creates a resource on a device. */
  async edit(device: Device, name: string, kind: EditKind, pick: number): Promise<void> {
    const [type, id] = split(name);
    const entry = await device.store.get(type, id);
    const mark = this.ledger.nextEdit();
    const isLive = entry !== undefined && entry.payload.resource.length > 0;
    const before = isLive ? readContent(entry.payload.resource) : undefined;
    const made = before === undefined ? created(name, mark) : edited(before, mark, kind, pick);
    const octets = contentOctets(made.content);
    const write = before === undefined ? 'create' : 'update';
    let after;
    try {
      after = await device.store[write](octets, device.at);
    } catch (error) {
      if (before !== undefined || !(error instanceof UsageError)) throw error;
      this.coverage.note('creations refused after a deletion');
      return;
    }
    if (entry !== undefined && !isLive) {
      for (const { id } of entry.payload.changes) device.past.add(changeName(id));
      for (const id of entry.payload.absorbed) device.past.add(changeName(id));
      this.coverage.note('creations after a deletion');
    }
    const change = changeName(after.payload.changes.at(-1)?.id);
    this.#write(name, device.index, mark, before, made, change);
    this.coverage.note(`edits (${before === undefined ? 'created' : kind})`);
  }

  /** A user deletes a resource on a device. */
  async remove(device: Device, name: string): Promise<void> {
    const [type, id] = split(name);
    const entry = await device.store.get(type, id);
    if (entry === undefined || entry.payload.resource.length === 0) return;
    const content = readContent(entry.payload.resource);
    const after = await device.store.delete(type, id, device.at);
    const change = changeName(after.payload.changes.at(-1)?.id);
    const { born } = content;
    const sees = new Set(editsIn(content));
    this.ledger.addDeletion({ resource: name, author: device.index, born, sees }, change);
    this.coverage.note('deletions on a device');
  }

  /** Another client edits, creates or, with `delete`, deletes a resource at the server. */
  elsewhere(name: string, kind: EditKind | 'delete', pick: number): void {
    const [type, id] = split(name);
    const current = this.server.current(type, id);
    const before = current === undefined ? undefined : readContent(current);
    if (kind === 'delete') {
      if (before === undefined) return;
      const { born } = before;
      const sees = new Set(editsIn(before));
      this.ledger.addDeletion({ resource: name, author: 'elsewhere', born, sees });
      this.server.delete(type, id);
      this.coverage.note('deletions by others');
      return;
    }
    const mark = this.ledger.nextEdit();
    const made = before === undefined ? created(name, mark) : edited(before, mark, kind, pick);
    const isAgain = before === undefined && this.server.history(type, id).length > 0;
    if (isAgain) this.coverage.note('creations by others after a deletion');
    this.#write(name, 'elsewhere', mark, before, made);
    this.server.put(JSON.stringify(made.content));
    this.coverage.note('edits by others');
  }

  /** A device becomes what it was at an earlier moment. */
  async restore(device: Device, pick: number): Promise<void> {
    await device.restore(pick);
    this.#checked[device.index] = 0n;
    this.coverage.note('restores from an old copy');
    const unaccounted = await this.#unaccounted();
    for (const mark of unaccounted) this.ledger.lost.add(mark);
    this.coverage.note('changes lost with a restore', unaccounted.length);
  }

  /**
   * Checks all that must hold at any time.
   *
   * @throws Error where something does not.
   */
  async check(): Promise<void> {
    this.throwFault();
    this.#judge.judge(resourceNames);
    for (const device of this.devices) await this.#checkContents(device);
    const [gone] = await this.#unaccounted();
    if (gone !== undefined) throw new Error(`nobody has ${gone} any more, and nobody was told`);
  }

  /**
   * Throws what a judge found while a store worked: thrown there, it would be a fault of the store.
   */
  throwFault(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** True where a change is in a version of the server, or deleted there by who knew it. */
  isApplied(mark: string): boolean {
    const { applied } = this.#judge;
    const deletion = this.ledger.deletions.get(mark);
    if (deletion !== undefined) return this.#isDone(deletion);
    return applied.has(mark) || this.#deleters(mark).some((one) => this.#isDone(one));
  }

  async dispose(): Promise<void> {
    for (const device of this.devices) await device.dispose();
    await this.server.close();
  }

  #note(judge: () => void): void {
    try {
      judge();
    } catch (error) {
      this.#fault ??= error as Error;
    }
  }

  async #unaccounted(): Promise<string[]> {
    const { ledger } = this;
    const kept = new Set<string>();
    for (const { store } of this.devices) {
      for (const mark of await marksIn(store, this.reader)) kept.add(mark);
    }
    return [...ledger.edits.keys(), ...ledger.deletions.keys()].filter(
      (mark) => !kept.has(mark) && !ledger.lost.has(mark) && !this.isApplied(mark),
    );
  }

  /** What was deleted is gone there, or never was there while another of its name is gone. */
  #isDone({ born, resource }: Deletion): boolean {
    const { applied, ended, deleted } = this.#judge;
    return ended.has(born) || (!applied.has(born) && deleted.has(resource));
  }

  #deleters(mark: string): readonly Deletion[] {
    return [...this.ledger.deletions.values()].filter(({ sees }) => sees.has(mark));
  }

  async #checkContents({ index, store }: Device): Promise<void> {
    const through = await store.lastSequence();
    const after = this.#checked[index] ?? 0n;
    const page = await store.page({ after, through, types: undefined }, 1_000, 10_000_000);
    for (const { payload } of page) {
      if (payload.resource.length === 0) continue;
      const [fault] = this.ledger.faultsOf(readContent(payload.resource));
      if (fault !== undefined) throw new Error(`on device ${index}: ${fault}`);
    }
    this.#checked[index] = through;
  }

  #write(
    name: string,
    author: Author,
    mark: string,
    before: Content | undefined,
    { content, effect }: ReturnType<typeof created>,
    change?: string,
  ): void {
    const sees = new Set(before === undefined ? [] : editsIn(before));
    this.ledger.addEdit({ mark, resource: name, author, effect, born: content.born, sees }, change);
  }
}

/** Type and id of a name. */
export function split(name: string): [string, string] {
  const [type = '', id = ''] = name.split('/');
  return [type, id];
}

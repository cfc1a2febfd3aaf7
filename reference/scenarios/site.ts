// A field site: one FHIR server and the devices that belong to it. At the end it checks what must
// hold after every scenario, whatever it was about.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newDevice, type Device, type DeviceParts, type StoreKind } from './device.ts';
import { partsOf } from './names.ts';
import { scenarios, type ScenarioNumber } from './scenarios.ts';
import { startServer, type Server } from './server.ts';

/** Where a scenario takes place. */
export class Site {
  readonly server: Server;
  readonly #folder: string | undefined;
  readonly #devices: Device[] = [];
  readonly #byLetter = new Map<string, Device>();

  constructor(server: Server, kind: StoreKind) {
    this.server = server;
    this.#folder = kind === 'SQLite' ? mkdtempSync(join(tmpdir(), 'scenario-')) : undefined;
  }

  /** A new device; the letter stands for its replica id, and for its file where none is named. */
  device(letter: string, parts: Partial<DeviceParts> = {}, file = letter): Device {
    const path = this.#folder === undefined ? {} : { path: this.path(file) };
    return this.keep(newDevice({ letter, server: this.server, ...path, ...parts }));
  }

  /** Three devices, each made when it is first asked for. */
  get a(): Device {
    return this.#named('a');
  }

  get b(): Device {
    return this.#named('b');
  }

  get c(): Device {
    return this.#named('c');
  }

  /** The file of a store; SQLite only. */
  path(file: string): string {
    if (this.#folder === undefined) throw new Error('these stores are in memory');
    return join(this.#folder, `${file}.db`);
  }

  /** Takes care of a device that was made otherwise. */
  keep(device: Device): Device {
    this.#devices.push(device);
    return device;
  }

  /** What holds at the end of every scenario. */
  async check(): Promise<void> {
    // A request that no line of the scenario expects is a fault.
    expect(this.server.asked()).toEqual([]);
    expect(this.server.fhir.faultsLeft).toBe(0);
    const ours = this.#devices.filter(({ store }) => store.settings.serverUrl === this.server.url);
    for (const device of ours) await this.#checkServerVersions(device);
  }

  // PSP-DATA-1, PSP-DATA-9: what a device takes for a version of the server is that version, octet
  // for octet, however it came here.
  async #checkServerVersions(device: Device): Promise<void> {
    for (const { payload } of await device.entries()) {
      const { resourceType, resourceId, base, changes, resource } = payload;
      if (base === undefined || changes.length > 0) continue;
      const text = this.server.octetsOf(`${resourceType}/${resourceId}`, base.versionId);
      expect(new TextDecoder().decode(resource)).toBe(text ?? '');
      if (text !== undefined) expect(text).toContain(JSON.stringify(base).slice(1, -1));
    }
  }

  #named(letter: string): Device {
    const device = this.#byLetter.get(letter) ?? this.device(letter);
    this.#byLetter.set(letter, device);
    return device;
  }

  async close(): Promise<void> {
    await this.server.fhir.close();
    for (const { store } of this.#devices) await store.close();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Lets A and B fetch one resource, which the server got from elsewhere. */
export async function bothDownload(site: Site, name: string, members = ''): Promise<void> {
  const { server, a, b } = site;
  server.puts(name, members);
  const [type] = partsOf(name);
  for (const device of [a, b]) await device.downloads(type);
  expect(server.asked()).toEqual(Array(2).fill(`GET ${type}?_count=200 → 200`));
}

/** How a scenario is played. */
export interface Staging {
  /** What makes this one of several plays of the scenario. */
  readonly variant?: string;
  /** Default: both. */
  readonly stores?: readonly StoreKind[];
}

/** Plays a scenario, once with each kind of store. */
export function scenario(
  number: ScenarioNumber,
  play: (site: Site) => Promise<void>,
  { variant, stores = ['memory', 'SQLite'] }: Staging = {},
): void {
  const { title } = scenarios[number];
  const name = [`${number}: ${title}`, ...(variant === undefined ? [] : [variant])].join(': ');
  it.each(stores)(`${name} (%s)`, async (kind) => {
    const site = new Site(await startServer(), kind);
    try {
      await play(site);
      await site.check();
    } finally {
      await site.close();
    }
  });
}

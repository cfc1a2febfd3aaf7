// Damaged store files: flipped octets, a page of zeros, a file that was cut, another file. The
// check must tell of everything that is not there any more or not what it was, reading must end in
// words or give what was written, and a rescue must keep what is whole.
import { randomBytes } from 'node:crypto';
import { copyFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkSqliteStore } from '../src/store/sqlite-check.ts';
import { rescueSqliteStore } from '../src/store/sqlite-rescue.ts';
import {
  createSqliteStore,
  openSqliteStore,
  StoreError,
  type StoredEntry,
} from '../src/store/index.ts';
import { Outcome, SyncPayload } from '../src/wire/messages.ts';
import { holdingOf } from './comparison.ts';
import { resourceOf } from './content.ts';
import { Draws } from './draws.ts';
import { inFolder } from './folders.ts';
import { Tally, type FaultRow } from './tally.ts';

/** How damage is tried. */
export interface DamageOptions {
  readonly runs: number;
  readonly seed: number;
  /** Thirds: created here, known to a server and edited here, known to a server. */
  readonly resources: number;
}

// As the store makes its pages; a test of the store holds it to them.
const pageOctets = 32_768;
const rescueEvery = 4;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

const archived = 10;
const aside: SyncPayload = {
  resourceType: 'Patient',
  resourceId: 'aside',
  resource: encoder.encode('{"resourceType":"Patient","id":"aside","active":true}'),
  base: { versionId: '1', lastUpdated: '' },
  changes: [],
  absorbed: [],
};

type Damage = (path: string, draws: Draws) => void;

const damages: Readonly<Record<string, Damage>> = {
  'one flipped bit': (path, draws) => altered(path, (octets) => flip(octets, draws, 1)),
  'eight flipped bits': (path, draws) => altered(path, (octets) => flip(octets, draws, 8)),
  'a page of zeros': (path, draws) =>
    altered(path, (octets) => {
      const page = 1 + draws.below(octets.length / pageOctets - 1);
      octets.fill(0, page * pageOctets, (page + 1) * pageOctets);
    }),
  'a page of noise': (path, draws) =>
    altered(path, (octets) => {
      octets.set(draws.octets(pageOctets), draws.below(octets.length / pageOctets) * pageOctets);
    }),
  'a cut file': (path, draws) => truncateSync(path, draws.below(statSync(path).size)),
  'another file': (path, draws) => writeFileSync(path, draws.octets(20_000)),
};

function altered(path: string, alter: (octets: Uint8Array) => void): void {
  const octets = readFileSync(path);
  alter(octets);
  writeFileSync(path, octets);
}

function flip(octets: Uint8Array, draws: Draws, count: number): void {
  for (let done = 0; done < count;) {
    const at = draws.below(octets.length);
    // Most of a small file is room that nothing uses yet.
    if (octets[at] === 0) continue;
    octets[at] = (octets[at] ?? 0) ^ (1 << draws.below(8));
    done += 1;
  }
}

const keyOf = ({ payload }: StoredEntry): string => `${payload.resourceType}/${payload.resourceId}`;
const latin1 = (octets: Uint8Array = new Uint8Array(0)): string =>
  Buffer.from(octets).toString('latin1');
const octetsOf = ({ payload, baseResource }: StoredEntry): string =>
  `${latin1(SyncPayload.encode(payload).finish())} ${latin1(baseResource)}`;

const asideText = latin1(SyncPayload.encode(aside).finish());

/** Tries every kind of damage in turn. */
export async function tryDamage(options: DamageOptions): Promise<FaultRow> {
  const tally = new Tally('damaged store file');
  const draws = new Draws(options.seed);
  await inFolder(async (folder) => {
    const original = join(folder, 'original.db');
    await fill(original, options.resources);
    const whole = new Map<string, string>();
    const { findings } = checkSqliteStore(original, {
      onEntry: (entry) => whole.set(keyOf(entry), octetsOf(entry)),
    });
    tally.check(findings.length === 0, `the undamaged store: ${findings[0]?.detail}`);
    const kinds = Object.entries(damages);
    for (let run = 0; run < options.runs; run += 1) {
      const [kind, damage] = kinds[run % kinds.length] ?? ['', () => undefined];
      const path = join(folder, 'damaged.db');
      copyFileSync(original, path);
      damage(path, draws);
      tally.runs += 1;
      tally.struck += 1;
      const isFound = judge(tally, kind, path, whole);
      await reads(tally, kind, path, whole);
      if (isFound && run % rescueEvery === 0) await rescued(tally, path, join(folder, 'new.db'));
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    }
  });
  return tally.row();
}

async function fill(path: string, resources: number): Promise<void> {
  const settings = { serverUrl: '', displayName: 'Tablet' };
  const store = createSqliteStore(path, settings, randomBytes);
  for (let index = 0; index < resources; index += 1) {
    if (index % 3 === 0) await store.create(resourceOf(index), '');
    else await store.importServerVersion(versioned(index, 0));
    if (index % 3 === 1) await store.update(versioned(index, 1), '');
  }
  const none = new Uint8Array(0);
  for (let peer = 0; peer < archived; peer += 1) {
    const batch = { peer: new Uint8Array(16).fill(peer), scope: '', cursor: none };
    await store.updateRemote({ ...batch, entries: [aside] }, () => ({
      outcome: Outcome.CONFLICT_DEFERRED,
      archive: { payload: aside, reason: 'deferred' },
    }));
  }
  await store.addReport('{}');
  await store.close();
}

function versioned(index: number, edits: number): Uint8Array {
  const text = decoder.decode(resourceOf(index, edits));
  return encoder.encode(text.replace('{', '{"meta":{"versionId":"1"},'));
}

/** @returns Whether the damage was found and the file could be read at all. */
function judge(
  tally: Tally,
  kind: string,
  path: string,
  whole: ReadonlyMap<string, string>,
): boolean {
  const seen = new Map<string, string>();
  try {
    const { findings } = checkSqliteStore(path, {
      onEntry: (entry) => seen.set(keyOf(entry), octetsOf(entry)),
    });
    const lost = [...whole.keys()].filter((key) => !seen.has(key)).length;
    const differ = [...seen].filter(([key, octets]) => whole.get(key) !== octets).length;
    if (findings.length > 0) {
      tally.count(`found by the check: ${kind}`);
      tally.check(differ === 0, `${kind}: the check takes ${differ} altered resources for whole`);
      return true;
    }
    tally.lost += lost + differ;
    if (lost > 0) tally.problem(`${kind}: ${lost} resources are gone and nobody says so`);
    if (differ > 0) tally.problem(`${kind}: ${differ} resources are altered and nobody says so`);
    if (lost + differ === 0) tally.count(`without consequence: ${kind}`);
    return false;
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    tally.check(error instanceof StoreError, `${kind}, the check: ${text}`);
    tally.count(`refused as a whole: ${kind}`);
    return false;
  }
}

/**
 * Whoever reads a damaged store gets entries as they were written, or an error that says that the
 * store is damaged: by name, in pages, and from the archive.
 */
async function reads(
  tally: Tally,
  kind: string,
  path: string,
  whole: ReadonlyMap<string, string>,
): Promise<void> {
  const store = await inWords(tally, kind, async () => openSqliteStore(path));
  if (store === undefined) return;
  const take = (entry: StoredEntry): void => {
    const isSame = whole.get(keyOf(entry)) === octetsOf(entry);
    tally.check(isSame, `${kind}: ${keyOf(entry)} was read altered`);
  };
  for (const key of whole.keys()) {
    const [type = '', id = ''] = key.split('/');
    const entry = await inWords(tally, kind, () => store.get(type, id));
    if (entry !== undefined) take(entry);
  }
  await inWords(tally, kind, async () => {
    const through = await store.lastSequence();
    for (const one of await store.page({ after: 0n, through, types: undefined }, 1_000, 4e6)) {
      take(one);
    }
  });
  await inWords(tally, kind, async () => {
    for await (const { payload } of store.archived()) {
      const isSame = latin1(SyncPayload.encode(payload).finish()) === asideText;
      tally.check(isSame, `${kind}: a state that was put aside was read altered`);
    }
  });
  await inWords(tally, kind, () => store.close());
}

/** The result of some work; undefined where it said that the store is damaged. */
async function inWords<T>(
  tally: Tally,
  kind: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    tally.check(error instanceof StoreError, `${kind}, reading: ${text}`);
    return undefined;
  }
}

async function rescued(tally: Tally, from: string, to: string): Promise<void> {
  try {
    const { check } = await rescueSqliteStore(from, to, randomBytes);
    const held = await holdingOf(to);
    tally.count('rescues');
    tally.count('resources rescued', held.entries.size);
    tally.check(
      held.entries.size === check.entries,
      `rescued ${held.entries.size} of ${check.entries}`,
    );
    tally.check(checkSqliteStore(to).findings.length === 0, 'the rescued store is not whole');
  } catch (error) {
    tally.check(error instanceof StoreError, `the rescue: ${String(error)}`);
    tally.count('rescues that were not possible');
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(to + suffix, { force: true });
  }
}

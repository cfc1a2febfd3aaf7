// Bits that flip in a closed file, anywhere in the rows: in contents, in the headers that say where
// a column begins and what it is, in the pages' own order.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lived } from './replica-renewal.laws.ts';
import { checkSqliteStore } from './sqlite-check.ts';
import { createSqliteStore, openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';
import {
  collect,
  created,
  countingOctets,
  cursor,
  everything,
  peer,
  scope,
  settings,
} from './testing/samples.ts';
import { settleNames } from './testing/settled-names.ts';

// Every so many octets; a prime, so that places and bits go through all their pairs.
const stride = 13;

/**
 * All that must come back as it was written. A cursor may be gone instead; and what a damaged page
 * no longer leads to is not altered, it is for the check to tell.
 */
async function read(store: Store, isFound: boolean): Promise<unknown> {
  const names = ['full', 'ours', 'server', 'theirs', 'up'];
  const paged = await everything(store);
  const named = (id: string): unknown => paged.find(({ payload }) => payload.resourceId === id);
  const found = await Promise.all(
    names.map(async (id) => (await store.get('Patient', id)) ?? (isFound ? named(id) : undefined)),
  );
  const archive = (await collect(store.archived())).map(({ payload }) => payload);
  return {
    found,
    entries: isFound && paged.length < names.length ? found : paged,
    archive: isFound && archive.length === 0 ? [created('a')] : archive,
    cursor: (await store.getCursor(peer, scope)) ?? cursor,
    settings: store.settings,
    replicaId: store.replicaId,
    sequence: await store.lastSequence(),
  };
}

const tables = [
  'resource',
  'name',
  'settled_name',
  'archive',
  'cursor',
  'store',
  'replica',
  'resource_type',
];

/** Octets of the file that rows of these tables use. */
function octetsInUse(path: string): number[] {
  const db = new DatabaseSync(path);
  const pages = db.prepare('SELECT pgoffset, pgsize FROM dbstat WHERE name = ?');
  const ranges = tables.flatMap((table) => pages.all(table));
  db.close();
  const file = readFileSync(path);
  // Cells lie at the end of a page, their pointers at its beginning; zeros in between are nothing.
  return ranges.flatMap(({ pgoffset, pgsize }) =>
    Array.from({ length: Number(pgsize) }, (_, index) => Number(pgoffset) + index).filter(
      (at) => file[at] !== 0,
    ),
  );
}

/** Flips one bit at a time, reads and checks; tells how often each said that there is damage. */
async function tryFlips(
  path: string,
  flips: Iterable<readonly [at: number, bit: number]>,
): Promise<{ readonly refused: number; readonly found: number }> {
  const whole = readFileSync(path);
  const store = openSqliteStore(path);
  const before = await read(store, false);
  await store.close();
  let [refused, found] = [0, 0];
  for (const [at, bit] of flips) {
    const octets = new Uint8Array(whole);
    octets[at]! ^= 1 << bit;
    writeFileSync(path, octets);
    const isFound = checkSqliteStore(path).findings.length > 0;
    try {
      const damaged = openSqliteStore(path);
      try {
        expect(await read(damaged, isFound), `octet ${at}`).toEqual(before);
      } finally {
        await damaged.close();
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      expect([error.fault, isFound], `octet ${at}: ${error.message}`).toEqual(['damaged', true]);
      refused += 1;
    }
    found += Number(isFound);
  }
  return { refused, found };
}

async function filled(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'damage-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'store.db');
  const store = createSqliteStore(path, settings, countingOctets());
  await lived(store);
  await store.close();
  // Two are found by their rows.
  settleNames(path, 2);
  return path;
}

describe('PSP-ACK-1: one flipped bit ends in words or changes nothing', () => {
  it('anywhere in the rows, and the check finds whatever it changed', async () => {
    const path = await filled();
    const places = octetsInUse(path).filter((_, index) => index % stride === 0);
    const flips = places.map((at, index) => [at, index % 8] as const);
    const { refused, found } = await tryFlips(path, flips);
    expect(refused).toBeGreaterThan(100);
    expect(found).toBeGreaterThanOrEqual(refused);
  });

  it('where it makes text of octets and octets of text, which have one checksum', async () => {
    const path = await filled();
    const file = readFileSync(path);
    // In a row's header from 12 on, the lowest bit tells the one from the other.
    const kinds = octetsInUse(path).filter((at) => file[at]! >= 12 && file[at]! < 0x30);
    const { refused } = await tryFlips(
      path,
      kinds.map((at) => [at, 0] as const),
    );
    expect(refused).toBeGreaterThan(100);
  });
});

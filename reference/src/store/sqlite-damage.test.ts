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

// Every so many octets; a prime, so that places and bits go through all their pairs.
const stride = 13;

/**
 * All that must come back as it was written. A cursor may be gone instead; and what a damaged page
 * no longer leads to is not altered, it is for the check to tell.
 */
async function read(store: Store, isFound: boolean): Promise<unknown> {
  const names = ['full', 'ours', 'server', 'theirs', 'up'];
  const found = await Promise.all(names.map((id) => store.get('Patient', id)));
  const paged = await everything(store);
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

const tables = ['resource', 'change', 'archive', 'cursor', 'store', 'replica', 'resource_type'];

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

describe('PSP-ACK-1: one flipped bit anywhere in the rows', () => {
  it('ends in words or changes nothing, and the check finds whatever it changed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'damage-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const path = join(folder, 'store.db');
    const filled = createSqliteStore(path, settings, countingOctets());
    await lived(filled);
    await filled.close();
    const whole = readFileSync(path);
    const store = openSqliteStore(path);
    const before = await read(store, false);
    await store.close();
    const places = octetsInUse(path);
    let [refused, found] = [0, 0];
    for (let index = 0; index < places.length; index += stride) {
      const at = places[index] ?? 0;
      const octets = new Uint8Array(whole);
      octets[at]! ^= 1 << (index % 8);
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
    expect(refused).toBeGreaterThan(100);
    expect(found).toBeGreaterThanOrEqual(refused);
  });
});

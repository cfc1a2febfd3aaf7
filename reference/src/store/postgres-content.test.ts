// What a store in PostgreSQL holds, beyond the laws: octets, names, bounds, and a full disk.
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { ErrorCode, Outcome } from '../wire/messages.ts';
import { encodeArray, type Element, type ElementType } from './postgres-arrays.ts';
import { PostgresDatabase } from './postgres-database.ts';
import { createPostgresStore } from './postgres-store.ts';
import { readTarget } from './postgres-target.ts';
import { closing, database, faultIn, ids, isHere } from './testing/postgres-database.ts';
import {
  answer,
  at,
  batch,
  collect,
  countingOctets,
  created,
  octets,
  patient,
  settings,
  take,
} from './testing/samples.ts';

const sqlTypes = { octets: 'bytea', long: 'bigint', integer: 'integer', text: 'text' } as const;

const samples: readonly (readonly [ElementType, readonly Element[]])[] = [
  ['octets', [Uint8Array.of(0, 255, 92), null, new Uint8Array(0), new Uint8Array(70_000).fill(7)]],
  ['text', ['', null, 'NULL', '{"a",\\}', 'é𝄞\n']],
  ['long', [0n, null, 2n ** 63n - 1n, -(2n ** 63n)]],
  ['integer', [0, null, 2 ** 31 - 1, -(2 ** 31)]],
  ['integer', []],
  ['text', [null]],
];

describe.runIf(isHere)('a store in PostgreSQL', () => {
  it('PSP-ACK-1: waits for the disk, whatever the database is set to', async () => {
    const { name, url, sql } = await database();
    for (const [set, used] of [
      ['off', 'on'],
      ['on', 'on'],
      ['remote_apply', 'remote_apply'],
    ]) {
      await sql(`ALTER DATABASE ${name} SET synchronous_commit = ${set}`);
      const connection = new PostgresDatabase(readTarget(url()), {});
      expect(connection.ask({ text: 'SHOW synchronous_commit' })).toEqual([[[used]]]);
      connection.close();
    }
  });

  it('a full disk undoes the transaction, and is told as such', async () => {
    const { url, sql } = await database();
    const store = closing(createPostgresStore(url(), settings, countingOctets()));
    await sql(
      `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
      END $$`,
      `CREATE TRIGGER full_disk BEFORE INSERT ON peersync.change
        FOR EACH ROW EXECUTE FUNCTION full_disk()`,
    );
    const { fault, text } = await faultIn(store.updateRemote(batch(created('a')), take));
    expect(fault).toBe('full');
    expect(text).toMatch(/no space left/);
    await sql('DROP TRIGGER full_disk ON peersync.change');
    expect(await ids(store)).toEqual([]);
    await store.updateRemote(batch(created('a')), take);
    expect(await ids(store)).toEqual(['a']);
  });

  it('keeps names that PostgreSQL has no text for, where a peer may choose them', async () => {
    const { url } = await database();
    const store = closing(createPostgresStore(url(), settings, countingOctets()));
    const hostile = { ...created('a'), resourceId: 'a\u0000b', resourceType: '\ud800' };
    const refuse = answer(Outcome.REFUSED, { code: ErrorCode.ENTRY_ID_INVALID });
    await store.updateRemote(batch(hostile), refuse);
    expect(await collect(store.outcomes())).toMatchObject([{ resourceId: 'a\u0000b' }]);
    expect(await store.get('Patient', 'a\u0000b')).toBeUndefined();
    await expect(store.updateRemote(batch(hostile), take)).rejects.toThrow(/only characters/);
    const base = { versionId: '1\u0000"\\', lastUpdated: '' };
    await store.updateRemote(batch({ ...created('c'), base }), take);
    expect((await store.get('Patient', 'c'))?.payload.base).toMatchObject(base);
  });

  it('reads ahead within bounds: large entries, and more than a thousand', async () => {
    const { url } = await database();
    const store = closing(createPostgresStore(url(), settings, countingOctets()));
    const large = `,"data":"${'QUJD'.repeat(1_000_000)}"`;
    const entries = ['a', 'b', 'c', 'd'].map((id) => created(id, 1n, large));
    const small = Array.from({ length: 1_200 }, (_, n) => created(`p${n}`));
    for (const counts of [0, 1]) {
      const seen: boolean[] = [];
      const all = [...entries, ...small, created('p7'), created('a', 2n)];
      await store.updateRemote(batch(...all), (current, received) => {
        seen.push(current !== undefined);
        return take(current, received);
      });
      expect(seen.filter((isThere) => isThere)).toHaveLength(counts === 0 ? 2 : all.length);
    }
    expect((await store.get('Patient', 'a'))?.payload).toEqual({
      ...created('a', 2n),
      base: undefined,
    });
    expect(await store.count({ after: 0n, through: 10_000n, types: undefined })).toEqual(
      new Map([['Patient', 1_204]]),
    );
  });

  it('shows its content to people as text, tombstones included', async () => {
    const { url, sql } = await database();
    const store = closing(createPostgresStore(url(), settings, countingOctets()));
    await store.create(octets(patient('a', ',"x":"é"')), at);
    await store.create(octets(patient('b')), at);
    await store.delete('Patient', 'b', at);
    const columns = 'type, id, local_changes, deleted, resource';
    expect(await sql(`SELECT ${columns} FROM peersync.entry ORDER BY id`)).toEqual([
      ['Patient', 'a', 1, false, patient('a', ',"x":"é"')],
      ['Patient', 'b', 2, true, ''],
    ]);
  });

  it('gives each element of an array back as it came', async () => {
    const client = new Client((await database()).url());
    await client.connect();
    for (const [type, values] of samples) {
      const { rows } = await client.query<[Buffer | string | number | null]>({
        text: `SELECT value FROM unnest($1::${sqlTypes[type]}[]) AS value`,
        values: [encodeArray(type, values)],
        rowMode: 'array',
      });
      const back = rows.map(([value]) => {
        if (Buffer.isBuffer(value)) return new Uint8Array(value);
        return type === 'long' && value !== null ? BigInt(value) : value;
      });
      expect(back).toEqual(values);
    }
    await client.end();
  });
});

// A store in PostgreSQL where it is opened: what is refused and in which words, what a lost
// connection leaves, and who may write.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { createPostgresStore, openPostgresStore } from './postgres-store.ts';
import type { Decide } from './store.ts';
import { postgresBinaries } from './testing/postgres-cluster.ts';
import { closing, database, faultIn, faultOf, ids, isHere } from './testing/postgres-database.ts';
import {
  at,
  batch,
  countingOctets,
  created,
  everything,
  octets,
  patient,
  peer,
  scope,
  settings,
  take,
} from './testing/samples.ts';

describe.runIf(isHere)('opening a store in PostgreSQL', () => {
  it('says what is not there', async () => {
    const { name, url } = await database();
    const open = (place: string) => faultOf(() => openPostgresStore(place));
    const noStore = open(url());
    expect(noStore.fault).toBe('missing');
    expect(noStore.text).toMatch(/has no store .*peersync init/);
    const noDatabase = open(url().replace(name, 'nowhere'));
    expect(noDatabase.fault).toBe('missing');
    expect(noDatabase.text).toContain('does not exist');
    for (const place of ['postgres:///d?host=/nowhere', 'postgres://127.0.0.1:9/d']) {
      expect(open(place).fault).toBe('failed');
      expect(open(place).text).toMatch(/cannot be reached .*Check the host/);
    }
  });

  it('tells of a wrong password, and never which', async () => {
    const { name, url, sql } = await database();
    await sql("CREATE ROLE locked LOGIN PASSWORD 'right'");
    for (const more of ['user=locked&password=s3cret', 'user=locked']) {
      const { fault, text } = faultOf(() => openPostgresStore(url(more)));
      expect(fault).toBe('failed');
      expect(text).toMatch(/does not let this user in .*PGPASSWORD/);
      expect(text).not.toContain('s3cret');
    }
    await sql(`GRANT CREATE ON DATABASE ${name} TO locked`);
    const store = closing(
      createPostgresStore(url('user=locked&password=right'), settings, countingOctets()),
    );
    expect(await ids(store)).toEqual([]);
  });

  it('makes no second store in a schema, and several in a database', async () => {
    const { url } = await database();
    const a = closing(createPostgresStore(url('schema=a'), settings, countingOctets()));
    const b = closing(createPostgresStore(url('schema=b'), settings, countingOctets()));
    await a.create(octets(patient('x')), at);
    expect(await ids(b)).toEqual([]);
    await a.close();
    const again = () => createPostgresStore(url('schema=a'), settings, countingOctets());
    expect(faultOf(again).fault).toBe('exists');
    expect(await ids(closing(openPostgresStore(url('schema=a'))))).toEqual(['x']);
  });

  it('refuses the form of a newer version, and a database of another encoding', async () => {
    const { name, url, sql } = await database();
    await createPostgresStore(url(), settings, countingOctets()).close();
    await sql('UPDATE peersync.store SET form = 2');
    expect(faultOf(() => openPostgresStore(url())).fault).toBe('newer-version');
    await sql(`CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0`);
    const latin = url().replace(name, 'latin');
    const { text } = faultOf(() => createPostgresStore(latin, settings, countingOctets()));
    expect(text).toMatch(/LATIN1.*UTF8/);
  });
});

describe.runIf(isHere)('who writes a store in PostgreSQL', () => {
  it('is one process at a time; others read, and are told', async () => {
    const { url } = await database();
    const hub = closing(createPostgresStore(url(), settings, countingOctets()));
    const options = { lockWaitMs: 50 };
    const { fault, text } = faultOf(() => openPostgresStore(url(), { ...options, claims: true }));
    expect(fault).toBe('locked');
    expect(text).toMatch(/written by another process .*\?schema=NAME/);
    const reader = closing(openPostgresStore(url(), options));
    await hub.create(octets(patient('a')), at);
    expect(await ids(reader)).toEqual(['a']);
    expect(await faultIn(reader.create(octets(patient('b')), at))).toMatchObject({
      fault: 'locked',
    });
    await hub.close();
    await reader.create(octets(patient('b')), at);
    expect(await ids(reader)).toEqual(['a', 'b']);
  });

  it('may be several where an engine has no advisory locks: each in its turn', async () => {
    const { url, sql } = await database();
    await sql(
      'REVOKE EXECUTE ON FUNCTION pg_advisory_lock(bigint) FROM PUBLIC',
      'CREATE ROLE plain LOGIN',
      'CREATE SCHEMA shared AUTHORIZATION plain',
    );
    const place = url('user=plain&schema=shared');
    const stores = [
      closing(createPostgresStore(place, settings, countingOctets())),
      closing(openPostgresStore(place, { claims: true, lockWaitMs: 50 })),
    ];
    for (const id of ['a', 'b', 'c', 'd']) {
      for (const [n, store] of stores.entries()) {
        await store.create(octets(patient(`${id}${n}`)), at);
      }
    }
    const entries = await everything(stores[0]!);
    expect(entries.map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]);
    const counters = entries.map(({ payload }) => payload.changes[0]?.id?.counter);
    expect(new Set(counters).size).toBe(8);
    // One that stands in the middle of its transaction keeps the others out.
    const inside: Decide = (current, received) => {
      const psql = ['-qAt', '-v', 'ON_ERROR_STOP=1', '-d', url()];
      const sql = ['-c', 'SELECT 1 FROM shared.store FOR UPDATE NOWAIT'];
      const other = () =>
        execFileSync(join(postgresBinaries ?? '', 'psql'), [...psql, ...sql], { stdio: 'pipe' });
      expect(other).toThrow(/could not obtain lock/);
      return take(current, received);
    };
    await stores[0]!.updateRemote(batch(created('e')), inside);
    expect(await ids(stores[1]!)).toHaveLength(9);
  });

  it('is nobody on a database that is read only, or without the rights', async () => {
    const { name, url, sql } = await database();
    await createPostgresStore(url(), settings, countingOctets()).close();
    await sql(
      'CREATE ROLE auditor LOGIN',
      'GRANT USAGE ON SCHEMA peersync TO auditor',
      'GRANT SELECT ON ALL TABLES IN SCHEMA peersync TO auditor',
    );
    const auditor = closing(openPostgresStore(url('user=auditor')));
    expect(await ids(auditor)).toEqual([]);
    expect((await faultIn(auditor.create(octets(patient('a')), at))).fault).toBe('read-only');
    await auditor.close();
    await sql(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const reader = closing(openPostgresStore(url()));
    expect(await ids(reader)).toEqual([]);
    const refused = await faultIn(reader.create(octets(patient('a')), at));
    expect(refused).toMatchObject({ fault: 'read-only' });
    expect(refused.text).toMatch(/may only be read;.*Name the primary/);
    expect(faultOf(() => openPostgresStore(url(), { claims: true })).fault).toBe('read-only');
  });
});

describe.runIf(isHere)('a connection to PostgreSQL that is lost', () => {
  it('between two transactions is made again, and nobody is told', async () => {
    const { url, cut } = await database();
    const store = closing(createPostgresStore(url(), settings, countingOctets()));
    await store.create(octets(patient('a')), at);
    cut();
    await store.create(octets(patient('b')), at);
    // It is the one writer again.
    const other = () => openPostgresStore(url(), { claims: true, lockWaitMs: 50 });
    expect(faultOf(other).fault).toBe('locked');
    cut();
    expect(await ids(store)).toEqual(['a', 'b']);
    cut();
    await store.setCursor(peer, scope, octets('c'));
    expect(faultOf(other).fault).toBe('locked');
  });

  it('S28: PSP-ATOM-2: within one undoes it, and the next goes on', async () => {
    const { url, cut } = await database();
    const store = closing(createPostgresStore(url(), settings, countingOctets()));
    await store.create(octets(patient('a')), at);
    const cutAt = (id: string): Decide => {
      return (current, received) => {
        if (received.resourceId === id) cut();
        return take(current, received);
      };
    };
    for (const id of ['b', 'd']) {
      // The last one is of a new type: after the cut there is something to ask.
      const last = { ...created('e'), resourceType: 'Observation' };
      const entries = [...['b', 'c', 'd'].map((name) => created(name)), last];
      const { fault, text } = await faultIn(store.updateRemote(batch(...entries), cutAt(id)));
      expect(fault).toBe('failed');
      expect(text).toMatch(/not connected any more.*not acknowledged/);
      expect(await ids(store)).toEqual(['a']);
    }
    await store.updateRemote(batch(created('b')), take);
    expect(await ids(store)).toEqual(['a', 'b']);
  });

  it('is taken for lost where the server stays silent for too long', async () => {
    const { url } = await database();
    await createPostgresStore(url(), settings, countingOctets()).close();
    const store = closing(openPostgresStore(url(), { answerWaitMs: 300 }));
    const other = new Client(url());
    await other.connect();
    await other.query('BEGIN; LOCK TABLE peersync.report');
    const { fault, text } = await faultIn(store.reports(1));
    await other.end();
    expect(fault).toBe('failed');
    expect(text).toContain('the server does not answer');
    await store.addReport('{}');
    expect(await store.reports(1)).toEqual(['{}']);
  });

  it('PSP-ID-3: is not made again to a copy, or to another point in time', async () => {
    const { name, url, sql, sqlElsewhere, cut } = await database();
    const store = closing(createPostgresStore(url(), settings, countingOctets()));
    await store.create(octets(patient('a')), at);
    cut();
    await sqlElsewhere(
      `CREATE DATABASE ${name}x TEMPLATE ${name}`,
      `DROP DATABASE ${name}`,
      `ALTER DATABASE ${name}x RENAME TO ${name}`,
    );
    const refused = await faultIn(store.create(octets(patient('b')), at));
    expect(refused.text).toMatch(/another point in time.*start it again/);
    await expect(everything(store)).rejects.toThrow(/another point in time/);
    const before = (await sql("SELECT encode(replica, 'hex') FROM peersync.store"))[0]?.[0];
    const reopened = closing(openPostgresStore(url(), { claims: true }));
    expect(reopened.renewal?.reason).toBe('database-moved');
    expect(Buffer.from(reopened.renewal?.before ?? []).toString('hex')).toBe(before);
    expect(reopened.replicaId).toEqual(reopened.renewal?.after);
    await reopened.create(octets(patient('b')), at);
    await reopened.close();
    expect(closing(openPostgresStore(url())).renewal).toBeUndefined();
  });
});

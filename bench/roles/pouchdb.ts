// PouchDB replication between two databases on disk (LevelDB) as two measured processes: the source
// speaks the part of CouchDB's HTTP interface that a replication needs, the target pulls.
import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { openSqliteStore } from '../../reference/src/store/index.ts';
import { pouchLibrary, type Pouch } from '../libraries.ts';
import { jsonEntry } from '../plain-form.ts';
import { payloadsOf } from '../stores.ts';
import { numberOf, textOf, type Json, type RoleProgram } from './role.ts';

const databaseOf = (job: Json): Pouch => {
  const Library = pouchLibrary();
  return new Library(textOf(job, 'folder'), { adapter: 'leveldb' });
};

async function bodyOf(message: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as Json);
}

/** Answers what a pulling replication asks for; undefined: there is no such thing. */
async function answerOf(
  database: Pouch,
  checkpoints: Map<string, Json>,
  message: IncomingMessage,
): Promise<unknown> {
  const { pathname, searchParams } = new URL(message.url ?? '/', 'http://source');
  const what = pathname.replace(/^\/source\/?/, '');
  if (what === '' || pathname === '/') return database.info();
  if (what.startsWith('_local/')) {
    if (message.method === 'PUT') {
      checkpoints.set(what, await bodyOf(message));
      return { ok: true, id: what, rev: '0-1' };
    }
    return checkpoints.get(what);
  }
  if (what === '_changes') {
    return database.changes({
      since: Number(searchParams.get('since') ?? 0),
      limit: Number(searchParams.get('limit') ?? 100),
      style: 'all_docs',
    });
  }
  if (what === '_bulk_get') {
    const { docs } = await bodyOf(message);
    return database.bulkGet({ docs, revs: true, latest: true });
  }
  return undefined;
}

/** A database filled from a store, and its server. */
export const pouchSource: RoleProgram = async (job) => {
  const database = databaseOf(job);
  const store = openSqliteStore(textOf(job, 'path'));
  for await (const page of payloadsOf(store)) {
    await database.bulkDocs(
      page.map((payload) => ({
        _id: `${payload.resourceType}:${payload.resourceId}`,
        ...jsonEntry(payload),
      })),
    );
  }
  await store.close();
  const checkpoints = new Map<string, Json>();
  let octetsWritten = 0;
  const server = createServer((message, response) => {
    answerOf(database, checkpoints, message).then(
      (value) => {
        const text = JSON.stringify(value ?? { error: 'not_found', reason: 'missing' });
        octetsWritten += text.length;
        response.writeHead(value === undefined ? 404 : 200, { 'content-type': 'application/json' });
        response.end(text);
      },
      (error: unknown) => response.writeHead(500).end(JSON.stringify({ error: String(error) })),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { docs } = { docs: (await database.info()).doc_count };
  const over = Promise.withResolvers<void>();
  server.on('request', (message) => {
    if (message.url?.includes('/over') === true) over.resolve();
  });
  return {
    info: { port: (server.address() as AddressInfo).port },
    run: async () => {
      await over.promise;
      return { sent: docs, octetsWritten };
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await database.close();
    },
  };
};

/** Pulls everything into a database of its own. */
export const pouchTarget: RoleProgram = async (job) => {
  const database = databaseOf(job);
  const url = `http://127.0.0.1:${numberOf(job, 'port')}/source`;
  return {
    run: async () => {
      const options = { batch_size: 500, batches_limit: 4 };
      await pouchLibrary().replicate(url, database, options);
      const stored = (await database.info()).doc_count;
      await fetch(`${url}/over`);
      return { stored };
    },
    close: () => database.close(),
  };
};

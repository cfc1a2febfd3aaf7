// FHIR transaction Bundles over HTTP as two measured processes, one Bundle in flight: each resource
// as a PUT, each further change as a JSON Patch in a Binary, as R4 servers take it.
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { openSqliteStore } from '../../reference/src/store/index.ts';
import { jsonEntry, rowsOfJson, type JsonEntry } from '../plain-form.ts';
import { PlainRows } from '../plain-rows.ts';
import { payloadsOf } from '../stores.ts';
import { numberOf, textOf, type RoleProgram } from './role.ts';

interface BundleEntry {
  readonly resource: unknown;
  readonly request: { readonly method: string; readonly url: string };
}

const bundleEntries = 500;

function bundleOf(entries: readonly JsonEntry[]): string {
  const entry = entries.flatMap(({ resource, changes, ...one }): BundleEntry[] => {
    const url = `${one.resourceType}/${one.resourceId}`;
    const patches = changes.map((change) => ({
      resource: {
        resourceType: 'Binary',
        contentType: 'application/json-patch+json',
        data: Buffer.from(JSON.stringify({ ...one, ...change })).toString('base64'),
      },
      request: { method: 'PATCH', url },
    }));
    return [{ resource, request: { method: 'PUT', url } }, ...patches];
  });
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
}

function entriesOf(text: string): JsonEntry[] {
  const { entry } = JSON.parse(text) as { readonly entry: readonly BundleEntry[] };
  const found: (Omit<JsonEntry, 'changes'> & { changes: JsonEntry['changes'][number][] })[] = [];
  for (const { resource, request: asked } of entry) {
    const last = found.at(-1);
    if (asked.method === 'PUT') {
      const [resourceType = '', resourceId = ''] = asked.url.split('/');
      const { meta } = resource as { meta?: { versionId: string; lastUpdated: string } };
      const { versionId = null, lastUpdated = null } = meta ?? {};
      found.push({ resourceType, resourceId, versionId, lastUpdated, resource, changes: [] });
    } else if (last !== undefined) {
      const { data } = resource as { readonly data: string };
      const text64 = Buffer.from(data, 'base64').toString();
      last.changes.push(JSON.parse(text64) as JsonEntry['changes'][number]);
    }
  }
  return found;
}

async function textFrom(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Posts the store in Bundles of 500, the next after the answer to the last. */
export const bundlesSender: RoleProgram = async (job) => {
  const store = openSqliteStore(textOf(job, 'path'));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    run: async () => {
      let [sent, octetsWritten] = [0, 0];
      for await (const page of payloadsOf(store, bundleEntries)) {
        const body = Buffer.from(bundleOf(page.map(jsonEntry)));
        const headers = {
          'content-type': 'application/fhir+json',
          'content-length': body.length,
        };
        const asked = request({
          agent,
          port: numberOf(job, 'port'),
          host: '127.0.0.1',
          method: 'POST',
          headers,
        });
        asked.end(body);
        const [answer] = (await once(asked, 'response')) as [IncomingMessage];
        await textFrom(answer);
        if (answer.statusCode !== 200) throw new Error(`the server said ${answer.statusCode}`);
        octetsWritten += body.length;
        sent += page.length;
      }
      return { sent, octetsWritten };
    },
    close: () => {
      agent.destroy();
      return store.close();
    },
  };
};

/** Stores each Bundle in one transaction before it answers. */
export const bundlesReceiver: RoleProgram = async (job) => {
  const rows = new PlainRows(textOf(job, 'path'));
  const count = numberOf(job, 'count');
  const all = Promise.withResolvers<void>();
  const answer = async (message: IncomingMessage): Promise<string> => {
    const entries = entriesOf(await textFrom(message));
    rows.insert(entries.map(rowsOfJson));
    const entry = entries.map(() => ({ response: { status: '200 OK', etag: 'W/"2"' } }));
    if (rows.count >= count) all.resolve();
    return JSON.stringify({ resourceType: 'Bundle', type: 'transaction-response', entry });
  };
  const server = createServer((message, response) => {
    void answer(message).then((text) => response.end(text));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    info: { port: (server.address() as AddressInfo).port },
    run: async () => {
      await all.promise;
      return { stored: rows.count };
    },
    close: () => {
      rows.close();
      server.close();
      server.closeAllConnections();
    },
  };
};

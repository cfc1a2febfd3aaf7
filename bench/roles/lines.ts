// The plan's own design as two measured processes: newline-delimited JSON over a socket, in clear,
// parsed and stored. The size of its transactions is the job's: 1 as planned.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { openSqliteStore } from '../../reference/src/store/index.ts';
import { jsonEntry, rowsOfJson, type JsonEntry } from '../plain-form.ts';
import { PlainRows, type PlainEntry } from '../plain-rows.ts';
import { payloadsOf } from '../stores.ts';
import { numberOf, textOf, type RoleProgram } from './role.ts';

/** Dials, sends a line for each entry, waits for the word that all are stored. */
export const linesSender: RoleProgram = async (job) => {
  const store = openSqliteStore(textOf(job, 'path'));
  return {
    run: async () => {
      const socket = connect({ port: numberOf(job, 'port'), host: '127.0.0.1', noDelay: true });
      await once(socket, 'connect');
      const answer = once(socket, 'data');
      let sent = 0;
      for await (const page of payloadsOf(store)) {
        for (const payload of page) {
          const line = `${JSON.stringify(jsonEntry(payload))}\n`;
          if (!socket.write(line)) await once(socket, 'drain');
        }
        sent += page.length;
      }
      socket.write('{"end":true}\n');
      await answer;
      const octetsWritten = socket.bytesWritten;
      socket.end();
      return { sent, octetsWritten };
    },
    close: () => store.close(),
  };
};

/** Listens and stores each line; `batch` entries in one transaction. */
export const linesReceiver: RoleProgram = async (job) => {
  const batch = numberOf(job, 'batch');
  const rows = new PlainRows(textOf(job, 'path'), batch === 1 ? 8_192 : undefined);
  const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    info: { port: (server.address() as AddressInfo).port },
    run: async () => {
      const [socket] = (await once(server, 'connection')) as [Socket];
      let waiting: PlainEntry[] = [];
      for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) {
        const value = JSON.parse(line) as JsonEntry | { readonly end: true };
        if ('end' in value) break;
        waiting.push(rowsOfJson(value));
        if (waiting.length < batch) continue;
        rows.insert(waiting);
        waiting = [];
      }
      if (waiting.length > 0) rows.insert(waiting);
      socket.end('stored\n');
      return { stored: rows.count };
    },
    close: () => {
      rows.close();
      server.close();
    },
  };
};

// A gRPC stream as two measured processes: one message for each entry, with this protocol's own
// schema, into this protocol's own store under its own rules, in clear.
import { setImmediate as immediate } from 'node:timers/promises';
import { openSqliteStore } from '../../reference/src/store/index.ts';
import { Theirs } from '../../reference/src/sync/index.ts';
import { decideWith } from '../../reference/src/sync/decide.ts';
import { SyncPayload } from '../../reference/src/wire/messages.ts';
import { grpcLibrary } from '../libraries.ts';
import { payloadsOf } from '../stores.ts';
import { numberOf, textOf, type RoleProgram } from './role.ts';

const path = '/fhirpeersync.bench.Handover/Send';
const plain = (octets: Uint8Array): Buffer =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
// A length and a flag go before each message; what HTTP/2 adds is not counted.
const prefixOctets = 5;
let octetsWritten = 0;

function serialized(value: SyncPayload): Buffer {
  const octets = plain(SyncPayload.encode(value).finish());
  octetsWritten += octets.length + prefixOctets;
  return octets;
}

const service = {
  send: {
    path,
    requestStream: true,
    responseStream: false,
    requestSerialize: serialized,
    requestDeserialize: (octets: Buffer) => SyncPayload.decode(octets),
    responseSerialize: plain,
    responseDeserialize: (octets: Buffer): Uint8Array => octets,
  },
};

/** Streams the store to the server. */
export const grpcSender: RoleProgram = async (job) => {
  const store = openSqliteStore(textOf(job, 'path'));
  const library = grpcLibrary();
  const Client = library.makeClientConstructor(service, 'Handover');
  const address = `127.0.0.1:${numberOf(job, 'port')}`;
  const client = new Client(address, library.credentials.createInsecure());
  return {
    run: async () => {
      const answered = Promise.withResolvers<Uint8Array>();
      const call = client.send((error, answer) => {
        if (error === null) answered.resolve(answer);
        else answered.reject(error);
      });
      let sent = 0;
      for await (const page of payloadsOf(store)) {
        for (const payload of page) {
          const hasRoom = call.write(payload);
          if (!hasRoom) await new Promise<void>((resolve) => call.once('drain', resolve));
        }
        sent += page.length;
      }
      call.end();
      await answered.promise;
      return { sent, octetsWritten };
    },
    close: () => {
      client.close();
      return store.close();
    },
  };
};

/** Stores what is streamed, in transactions of `batch`. */
export const grpcReceiver: RoleProgram = async (job) => {
  const store = openSqliteStore(textOf(job, 'path'));
  const batch = numberOf(job, 'batch');
  const decide = decideWith(Theirs);
  const peer = new Uint8Array(16).fill(1);
  const all = Promise.withResolvers<number>();
  type Call = AsyncIterable<SyncPayload>;
  const take = async (call: Call): Promise<number> => {
    let stored = 0;
    let waiting: SyncPayload[] = [];
    const put = async (): Promise<void> => {
      const cursor = new Uint8Array(0);
      await store.updateRemote({ peer, scope: '', entries: waiting, cursor }, decide);
      stored += waiting.length;
      waiting = [];
      // The connection gets its turn.
      await immediate();
    };
    for await (const payload of call) {
      waiting.push(payload);
      if (waiting.length >= batch) await put();
    }
    if (waiting.length > 0) await put();
    return stored;
  };
  const { Server, ServerCredentials } = grpcLibrary();
  const server = new Server();
  server.addService(service, {
    send: (call: Call, answer: (error: Error | null, octets: Uint8Array) => void) => {
      take(call).then(
        (stored) => {
          answer(null, Uint8Array.of(1));
          all.resolve(stored);
        },
        (error: unknown) => all.reject(error),
      );
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    info: { port },
    run: async () => ({ stored: await all.promise }),
    close: () => {
      server.forceShutdown();
      return store.close();
    },
  };
};

// A hub and the devices that send to it, as two measured processes: all of them begin at once.
import { tuneEngine } from '../../reference/src/cli/engine-use.ts';
import { Hub } from '../../reference/src/hub/hub.ts';
import { codeSecret } from '../../reference/src/security/index.ts';
import { sendFrom } from '../../reference/src/session/index.ts';
import { openSqliteStore } from '../../reference/src/store/index.ts';
import { Theirs } from '../../reference/src/sync/index.ts';
import { dialTcp, listenTcp } from '../../reference/src/transport/tcp.ts';
import { CountedStream } from '../counted-stream.ts';
import { code, dialTimeoutMs } from './protocol-receiver.ts';
import { numberOf, textOf, type Json, type RoleProgram } from './role.ts';

// As the program does: it is what is measured here.
tuneEngine();

/** Receives from so many devices, then tells what is durable. */
export const hubReceiver: RoleProgram = async (job) => {
  const store = openSqliteStore(textOf(job, 'path'));
  const listener = await listenTcp({ host: '127.0.0.1', port: 0 });
  const senders = numberOf(job, 'senders');
  const endings: string[] = [];
  const endedAtMs: number[] = [];
  let stored = 0;
  const all = Promise.withResolvers<void>();
  const hub = new Hub({
    store,
    strategy: Theirs,
    accept: async () => ({ stream: await listener.accept(), from: '' }),
    dial: () => Promise.reject(new Error('nobody is dialled here')),
    log: ({ event, session }) => {
      if (event === 'waiting') void hub.admit(codeSecret(code), String(session));
    },
    onEnded: async ({ result }) => {
      endings.push(result.kind);
      endedAtMs.push(performance.now());
      stored += result.report?.types.reduce((sum, type) => sum + type.acknowledged, 0) ?? 0;
      if (endings.length === senders) all.resolve();
    },
  });
  const running = hub.run();
  return {
    info: { port: listener.address.port },
    run: async (): Promise<Json> => {
      const startedMs = performance.now();
      await all.promise;
      const ended = endings.find((kind) => kind !== 'complete') ?? 'complete';
      // 1 where all end together; a device that had to wait for the others makes it small.
      const [first = 0, last = 1] = [endedAtMs[0], endedAtMs.at(-1)];
      return { ended, stored, firstDone: (first - startedMs) / (last - startedMs) };
    },
    close: async () => {
      const drained = hub.drain(0);
      listener.close();
      await Promise.all([drained, running]);
      await store.close();
    },
  };
};

/** Sends from every store at once, each over a connection of its own. */
export const hubSenders: RoleProgram = async (job) => {
  const paths = job['paths'] as readonly string[];
  const stores = paths.map((path) => openSqliteStore(path));
  const port = numberOf(job, 'port');
  return {
    run: async (): Promise<Json> => {
      let octetsWritten = 0;
      const results = await Promise.all(
        stores.map(async (store) => {
          const dialled = await dialTcp({ host: '127.0.0.1', port, timeoutMs: dialTimeoutMs });
          const stream = new CountedStream(dialled);
          const result = await sendFrom(store, stream, { secrets: [codeSecret(code)] });
          octetsWritten += stream.octetsWritten;
          return result;
        }),
      );
      const ended = results.find(({ kind }) => kind !== 'complete')?.kind ?? 'complete';
      const types = results.flatMap(({ report }) => report?.types ?? []);
      const sent = types.reduce((sum, type) => sum + type.transferred, 0);
      return { ended, sent, octetsWritten };
    },
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
};

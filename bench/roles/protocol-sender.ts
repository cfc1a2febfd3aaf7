// The sender of the protocol as a measured process: one store, one session each time it is asked.
import { tuneEngine } from '../../reference/src/cli/engine-use.ts';
import { codeSecret } from '../../reference/src/security/index.ts';
import { SyncSenderSession } from '../../reference/src/session/index.ts';
import { openSqliteStore } from '../../reference/src/store/index.ts';
import { SyncSender } from '../../reference/src/sync/index.ts';
import { dialTcp } from '../../reference/src/transport/tcp.ts';
import { CountedStream } from '../counted-stream.ts';
import { code, dialTimeoutMs } from './protocol-receiver.ts';
import { numberOf, textOf, type Json, type RoleProgram } from './role.ts';

// As the program does: it is what is measured here.
tuneEngine();

/** Dials the receiver and hands over what its store has. */
export const protocolSender: RoleProgram = async (job) => {
  const store = openSqliteStore(textOf(job, 'path'));
  const sync = new SyncSender({ store });
  const deflate = job['deflate'] === true;
  return {
    run: async (): Promise<Json> => {
      const identity = { replicaId: store.replicaId, ...store.settings };
      const session = new SyncSenderSession({
        identity,
        sync,
        deflate,
        secrets: [codeSecret(code)],
      });
      const port = numberOf(job, 'port');
      const dialled = await dialTcp({ host: '127.0.0.1', port, timeoutMs: dialTimeoutMs });
      const stream = new CountedStream(dialled);
      const startedMs = performance.now();
      const early = await session.initiate(stream);
      const handshakeMs = performance.now() - startedMs;
      const result = early ?? (await session.send());
      const sent = result.report?.types.reduce((sum, type) => sum + type.transferred, 0) ?? 0;
      const { octetsWritten, octetsRead } = stream;
      return { ended: result.kind, sent, handshakeMs, octetsWritten, octetsRead };
    },
    close: () => store.close(),
  };
};

// The receiver of the protocol as a measured process: one store, one session each time it is asked.
import { tuneEngine } from '../../reference/src/cli/engine-use.ts';
import { codeSecret } from '../../reference/src/security/index.ts';
import { receiveInto, type SessionEvent } from '../../reference/src/session/index.ts';
import { Theirs } from '../../reference/src/sync/index.ts';
import { listenTcp } from '../../reference/src/transport/tcp.ts';
import { SelectionMode } from '../../reference/src/wire/messages.ts';
import { resourceSyncParams } from '../../reference/src/sync/scope.ts';
import { openSqliteStore } from '../../reference/src/store/index.ts';
import { textOf, type Json, type RoleProgram } from './role.ts';

// As the program does: it is what is measured here.
tuneEngine();

/** The access code of every benchmark session; nobody types it. */
export const code = '417204934';
/** Long, for a machine that is busy with the other process. */
export const dialTimeoutMs = 20_000;

const types = ['Patient', 'Encounter', 'Observation', 'Condition', 'QuestionnaireResponse'];

/** Listens and stores what a sender hands over. */
export const protocolReceiver: RoleProgram = async (job) => {
  const store = openSqliteStore(textOf(job, 'path'));
  const listener = await listenTcp({ host: '127.0.0.1', port: 0 });
  const deflate = job['deflate'] === true;
  const isByInstant = job['mode'] === 'LAST_UPDATED';
  const selection = isByInstant
    ? {
        mode: SelectionMode.LAST_UPDATED,
        params: resourceSyncParams(Object.fromEntries(types.map((type) => [type, {}]))),
      }
    : {};
  const cutAfter = typeof job['cutAfter'] === 'number' ? job['cutAfter'] : Infinity;
  return {
    info: { port: listener.address.port },
    run: async (): Promise<Json> => {
      const stream = await listener.accept();
      const startedMs = performance.now();
      let firstEntryMs = 0;
      const onEvent = (event: SessionEvent): void => {
        if (event.kind !== 'progress' || event.acknowledged === 0) return;
        if (firstEntryMs === 0) firstEntryMs = performance.now() - startedMs;
        if (event.acknowledged >= cutAfter) stream.close();
      };
      const askSecret = () => Promise.resolve(codeSecret(code));
      const options = { ...selection, strategy: Theirs, askSecret, deflate, onEvent };
      const result = await receiveInto(store, stream, options);
      const sessionMs = performance.now() - startedMs;
      const stored = result.report?.types.reduce((sum, type) => sum + type.acknowledged, 0) ?? 0;
      const detail = 'detail' in result ? result.detail : '';
      return { ended: result.kind, detail, stored, firstEntryMs, sessionMs };
    },
    close: async () => {
      listener.close();
      await store.close();
    },
  };
};

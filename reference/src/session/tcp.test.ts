// Sessions over real sockets: what memory cannot show is that a last word is not lost in a reset.
import { describe, expect, it } from 'vitest';
import { dialTcp, listenTcp } from '../transport/tcp.ts';
import { SyncReceiverSession } from './receiver-session.ts';
import type { ReceiverSessionOptions } from './options.ts';
import {
  contentOf,
  emptyStore,
  receiverOptions,
  sendOver,
  senderOptions,
  storeOf,
  wrongSecret,
} from './testing/pair.ts';

async function overTcp(more: Partial<ReceiverSessionOptions>) {
  const listener = await listenTcp({ host: '127.0.0.1', port: 0 });
  const accepted = listener.accept();
  const dialled = await dialTcp({ ...listener.address, timeoutMs: 5_000 });
  const to = emptyStore();
  const [sent, received] = await Promise.all([
    sendOver(senderOptions(await storeOf(5)), await accepted),
    new SyncReceiverSession(receiverOptions(to, more)).receive(dialled),
  ]);
  listener.close();
  return { sent, received, content: await contentOf(to) };
}

describe('PSP-CLOSE-1 over TCP', () => {
  it('the Receipt, a Reject and an Abort always arrive', async () => {
    for (let i = 0; i < 10; i++) {
      const done = await overTcp({});
      expect([done.sent.kind, done.received.kind]).toEqual(['complete', 'complete']);
      expect(done.content).toHaveLength(5);
      const wrong = await overTcp({ askSecret: async () => wrongSecret() });
      expect(wrong.received).toMatchObject({ by: 'peer', codeName: 'AUTH_FAILED' });
      const declined = await overTcp({ agree: async () => false });
      expect(declined.sent).toMatchObject({ by: 'peer', codeName: 'DECLINED' });
    }
  });
});

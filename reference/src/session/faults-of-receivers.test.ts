// A sender facing a receiver that breaks the rules: the right code comes back.
import { describe, expect, it } from 'vitest';
import { SyncSender } from '../sync/sync-sender.ts';
import { ErrorCode } from '../wire/index.ts';
import type { Accept, Request } from '../wire/index.ts';
import { storeOf, wrongSecret } from './testing/pair.ts';
import { ack, complete } from './testing/scripted-peer.ts';
import { aborts, against, receipt, rejects, sending } from './testing/sender-scene.ts';

describe('a sender rejects before keys', () => {
  const deflate = { id: 1, critical: false, value: new Uint8Array(0) };
  it.each<[string, Partial<Accept>, ErrorCode, string]>([
    ['a version not offered', { version: 2 }, ErrorCode.PROTOCOL_VIOLATION, 'PSP-VER-4'],
    [
      'a capability not offered',
      { capabilities: [deflate, { ...deflate, id: 2 }] },
      ErrorCode.PROTOCOL_VIOLATION,
      'PSP-CAP-5',
    ],
    ['a secret kind not listed', { secretKind: 2 }, ErrorCode.PROTOCOL_VIOLATION, 'PSP-HS-9'],
    [
      'a capability twice',
      { capabilities: [deflate, deflate] },
      ErrorCode.MALFORMED_MESSAGE,
      'PSP-CAP-8',
    ],
    [
      'a share that is no group element',
      { pakeShare: new Uint8Array(32).fill(255) },
      ErrorCode.AUTH_FAILED,
      'PSP-HS-10',
    ],
    [
      'the identity as share',
      { pakeShare: new Uint8Array(32) },
      ErrorCode.AUTH_FAILED,
      'PSP-HS-10',
    ],
  ])('%s', async (_, accept, code, requirement) => {
    const scene = await against();
    // What our own encoder refuses to send is made by hand.
    if (requirement === 'PSP-CAP-8') {
      await scene.peer.expect('Initiate');
      const twice = [0x32, 2, 8, 1, 0x32, 2, 8, 1];
      const nonce = [0x12, 16, ...new Uint8Array(16)];
      const share = [0x18, 1, 0x22, 32, ...new Uint8Array(32)];
      scene.peer.sendBody(Uint8Array.of(2, 8, 1, ...nonce, ...share, ...twice));
    } else {
      await scene.peer.accept(accept);
    }
    await rejects(scene, code, requirement);
  });

  it('PSP-CAP-6 a deflate that the sender did not offer is a violation', async () => {
    const scene = await against({ deflate: false });
    await scene.peer.accept({ capabilities: [deflate] });
    await rejects(scene, ErrorCode.PROTOCOL_VIOLATION, 'PSP-CAP-5');
  });

  it('PSP-HS-20 a wrong code, and a wrong tag for the right code', async () => {
    const code = await against();
    const handshake = await code.peer.accept({}, wrongSecret());
    code.peer.send(handshake.confirm);
    await rejects(code, ErrorCode.AUTH_FAILED, 'PSP-HS-20');
    const tag = await against();
    await tag.peer.accept();
    tag.peer.send({ type: 'Confirm', value: { tag: new Uint8Array(64) } });
    await rejects(tag, ErrorCode.AUTH_FAILED, 'PSP-HS-20');
  });

  it('PSP-STATE-2 a Request before anything', async () => {
    const scene = await against();
    await scene.peer.expect('Initiate');
    scene.peer.send(scene.peer.request());
    await rejects(scene, ErrorCode.UNEXPECTED_MESSAGE, 'PSP-STATE-2');
  });

  it('PSP-ABORT-7 takes Reject without an answer', async () => {
    const scene = await against();
    const value = { code: ErrorCode.SERVER_MISMATCH, retry: 4 } as const;
    scene.peer.send({ type: 'Reject', value: { ...value, versions: [] } });
    await scene.peer.expect('Initiate');
    expect((await scene.peer.next()).kind).toBe('end');
    scene.peer.close();
    expect(await scene.result).toMatchObject({ kind: 'rejected', by: 'peer', retry: 4 });
  });
});

describe('a sender aborts after keys', () => {
  it.each<[string, Partial<Request>, ErrorCode, string]>([
    ['another server', { serverUrl: '' }, ErrorCode.SERVER_MISMATCH, 'PSP-SRV-6'],
    ['no window', { window: undefined }, ErrorCode.MALFORMED_MESSAGE, 'PSP-REQ-10'],
    ['a mode that is none', { mode: 9 as 1 }, ErrorCode.SELECTION_UNSUPPORTED, 'PSP-REQ-3'],
  ])('S39 Request with %s', async (_, request, code, requirement) => {
    const scene = await against();
    await scene.peer.authenticateAsReceiver();
    scene.peer.send(scene.peer.request(request));
    await aborts(scene, code, requirement);
  });

  it('PSP-ID-2 its own replica', async () => {
    const store = await storeOf(1);
    const { replicaId, settings } = store;
    const identity = { replicaId, ...settings };
    const scene = await against({ identity, sync: new SyncSender({ store }) });
    await scene.peer.authenticateAsReceiver();
    scene.peer.send(scene.peer.request({ replicaId }));
    await aborts(scene, ErrorCode.SAME_REPLICA, 'PSP-ID-2');
  });

  it('PSP-REQ-6 a policy that allows nothing of the request', async () => {
    const store = await storeOf(1);
    const sync = new SyncSender({ store, exportPolicy: { types: ['Group'] } });
    const scene = await against({ sync });
    await scene.peer.authenticateAsReceiver();
    const params = { types: [{ resourceType: 'Patient', parameters: [], lastUpdated: '' }] };
    scene.peer.send(scene.peer.request({ params }));
    await aborts(scene, ErrorCode.SELECTION_REFUSED, 'PSP-REQ-6');
  });

  it('PSP-ACK-4 an Ack of what was not sent, and one that takes back', async () => {
    const future = await sending();
    future.peer.send(ack(9n));
    await aborts(future, ErrorCode.ACK_INVALID, 'PSP-ACK-4');
    const past = await sending();
    for (let i = 0; i < 3; i++) await past.peer.expect('Payload');
    past.peer.send(ack(2n));
    past.peer.send(ack(1n));
    await past.peer.expect('Complete');
    await aborts(past, ErrorCode.ACK_INVALID, 'PSP-ACK-4');
  });

  it('PSP-ACK-6 PSP-ACK-7 an outcome of no entry, a window that shrinks', async () => {
    const outcome = await sending();
    await outcome.peer.expect('Payload');
    const none = { sequence: 1n, entryIndex: 2, outcome: 2, code: 0 } as const;
    outcome.peer.send(ack(1n, { outcomes: [none] }));
    await aborts(outcome, ErrorCode.ACK_INVALID, 'PSP-ACK-6');
    const window = { maxUnackedPayloads: 1, maxUnackedOctets: 1n };
    const shrinking = await sending({ window: { ...window, maxUnackedPayloads: 2 } });
    shrinking.peer.send(ack(0n, { window }));
    await aborts(shrinking, ErrorCode.PROTOCOL_VIOLATION, 'PSP-ACK-7');
  });

  it('PSP-DONE-10 PSP-DONE-6 a Receipt too early, or of other counts', async () => {
    const early = await sending({}, {}, 2);
    await early.peer.expect('Payload');
    await early.peer.expect('Complete');
    early.peer.send(receipt(2n));
    await aborts(early, ErrorCode.PROTOCOL_VIOLATION, 'PSP-DONE-10');
    const other = await sending({}, {}, 2);
    await other.peer.expect('Payload');
    await other.peer.expect('Complete');
    other.peer.send(ack(1n));
    other.peer.send(receipt(1n));
    await aborts(other, ErrorCode.COUNT_MISMATCH, 'PSP-DONE-6');
  });

  it('PSP-STATE-2 messages of the other direction, messages before keys under seal', async () => {
    const wrongWay = await sending({ window: { maxUnackedPayloads: 0, maxUnackedOctets: 0n } });
    wrongWay.peer.send(complete(0n));
    await aborts(wrongWay, ErrorCode.UNEXPECTED_MESSAGE, 'PSP-STATE-2');
    const again = await sending({ window: { maxUnackedPayloads: 0, maxUnackedOctets: 0n } });
    again.peer.send({ type: 'Confirm', value: { tag: new Uint8Array(64) } });
    await aborts(again, ErrorCode.UNEXPECTED_MESSAGE, 'PSP-STATE-2');
  });

  it('PSP-SEAL-4 closes without a word when a frame does not open', async () => {
    const scene = await sending({ window: { maxUnackedPayloads: 0, maxUnackedOctets: 0n } });
    await scene.peer.sendOctets(Uint8Array.of(0, 0, 0, 17, ...new Uint8Array(17)));
    expect((await scene.peer.next()).kind).toBe('end');
    expect(await scene.result).toMatchObject({ kind: 'failed', requirement: 'PSP-SEAL-4' });
  });

  it('PSP-CLOSE-2 closes when it has the Receipt, and reports its counts', async () => {
    const scene = await sending({}, {}, 2);
    await scene.peer.expect('Payload');
    await scene.peer.expect('Complete');
    const outcome = { sequence: 1n, entryIndex: 1, outcome: 2, code: 0 } as const;
    scene.peer.send(ack(1n, { outcomes: [outcome] }));
    const count = { resourceType: 'Patient', entries: 1n } as const;
    const counts = [
      { ...count, outcome: 1 as const },
      { ...count, outcome: 2 as const },
    ];
    scene.peer.send({ type: 'Receipt', value: { counts } });
    expect(await scene.peer.next()).toEqual({ kind: 'end', cause: undefined });
    scene.peer.close();
    expect(await scene.result).toMatchObject({
      kind: 'complete',
      report: { complete: true, types: [{ outcomes: { STORED: 1, DUPLICATE: 1 } }] },
    });
  });
});

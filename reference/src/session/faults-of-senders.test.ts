// A receiver facing a sender that breaks the rules: the right code comes back, nothing is stored.
import { describe, expect, it } from 'vitest';
import { encodeFrameHeader, encodeMessage, ErrorCode } from '../wire/index.ts';
import type { Initiate, KnownMessage, Payload } from '../wire/index.ts';
import { ANNOUNCED_LIMITS } from './options.ts';
import { contentOf, rightSecret } from './testing/pair.ts';
import { aborts, against, receiving, rejects } from './testing/receiver-scene.ts';
import { complete, offer, payload } from './testing/scripted-peer.ts';

describe('a receiver rejects before keys', () => {
  it.each<[string, Partial<Initiate>, ErrorCode, string]>([
    ['no common version', { versions: [2, 7] }, ErrorCode.VERSION_UNSUPPORTED, 'PSP-VER-3'],
    ['an unknown suite', { pakeSuite: 9 as 1 }, ErrorCode.SUITE_UNSUPPORTED, 'PSP-HS-4'],
    [
      'an unknown critical capability',
      { capabilities: [{ id: 77, critical: true, value: new Uint8Array(9) }] },
      ErrorCode.CAPABILITY_UNSUPPORTED,
      'PSP-CAP-2',
    ],
    ['another release', { fhirRelease: 3 }, ErrorCode.FHIR_RELEASE_MISMATCH, 'PSP-HS-5'],
    ['another server', { serverDigest: new Uint8Array(16) }, ErrorCode.SERVER_MISMATCH, 'PSP-HS-6'],
    [
      'no usable secret kind',
      { pakeShares: [{ secretKind: 9 as 1, share: new Uint8Array(32) }] },
      ErrorCode.SUITE_UNSUPPORTED,
      'PSP-HS-18',
    ],
    [
      'a share that is no group element',
      { pakeShares: [{ secretKind: 1, share: new Uint8Array(32).fill(255) }] },
      ErrorCode.AUTH_FAILED,
      'PSP-HS-10',
    ],
  ])('S39 PSP-HS-3 PSP-HS-7 %s', async (_, initiate, code, requirement) => {
    let asked = 0;
    const scene = against({
      askSecret: async () => {
        asked += 1;
        return rightSecret();
      },
    });
    scene.peer.initiate(initiate);
    const { versions } = await rejects(scene, code, requirement);
    expect(versions).toEqual(code === ErrorCode.VERSION_UNSUPPORTED ? [1] : []);
    // The user is asked only when everything else fits.
    expect(asked).toBe(requirement === 'PSP-HS-10' ? 1 : 0);
  });

  it('PSP-HS-3 PSP-INV-6 judges in order: the version before everything', async () => {
    const scene = against();
    const everythingWrong = { fhirRelease: 3, serverDigest: new Uint8Array(16) } as const;
    scene.peer.initiate({ ...everythingWrong, versions: [9], pakeSuite: 9 as 1 });
    await rejects(scene, ErrorCode.VERSION_UNSUPPORTED, 'PSP-VER-3');
    const second = against();
    second.peer.initiate(everythingWrong);
    await rejects(second, ErrorCode.FHIR_RELEASE_MISMATCH, 'PSP-HS-5');
  });

  it.each<[string, Uint8Array, ErrorCode, string]>([
    ['a frame of length 0', encodeFrameHeader(1).fill(0), ErrorCode.MALFORMED_FRAME, 'PSP-FRAME-2'],
    ['4 GiB', encodeFrameHeader(1).fill(255), ErrorCode.FRAME_TOO_LARGE, 'PSP-FRAME-3'],
    ['8 193 octets', encodeFrameHeader(8_193), ErrorCode.FRAME_TOO_LARGE, 'PSP-FRAME-3'],
    ['type 0x7f', Uint8Array.of(0, 0, 0, 1, 0x7f), ErrorCode.UNEXPECTED_MESSAGE, 'PSP-FRAME-10'],
    ['a KeepAlive', Uint8Array.of(0, 0, 0, 1, 0x1e), ErrorCode.UNEXPECTED_MESSAGE, 'PSP-STATE-2'],
    ['half a tag', Uint8Array.of(0, 0, 0, 2, 0x01, 0x0a), ErrorCode.MALFORMED_MESSAGE, 'PSP-MSG-8'],
  ])('%s as the first frame', async (_, octets, code, requirement) => {
    const scene = against();
    await scene.peer.sendOctets(octets);
    await rejects(scene, code, requirement);
  });

  it('PSP-VER-2 PSP-CAP-3 PSP-CAP-7 PSP-HS-8 takes from a later sender what it knows', async () => {
    const scene = against();
    const unknown = { critical: false, value: new Uint8Array(9) };
    const handshake = scene.peer.initiate({
      versions: [1, 2, 999],
      capabilities: [
        { ...unknown, id: 77 },
        { ...unknown, id: 1 },
        { ...unknown, id: 58 },
      ],
    });
    const accept = await scene.peer.expectBody('Accept');
    expect(accept.value).toMatchObject({ version: 1, secretKind: 1 });
    expect(accept.value.capabilities.map(({ id }) => id)).toEqual([1]);
    const confirm = await scene.peer.expect('Confirm');
    expect(handshake.takeAccept(accept.value, accept.body)).toBeUndefined();
    expect(handshake.faultOf(confirm)).toBeUndefined();
  });

  it('PSP-HS-14 PSP-HS-15 a wrong Ta', async () => {
    const scene = against();
    scene.peer.initiate();
    await scene.peer.expect('Accept');
    await scene.peer.expect('Confirm');
    scene.peer.send({ type: 'Confirm', value: { tag: new Uint8Array(64) } });
    await rejects(scene, ErrorCode.AUTH_FAILED, 'PSP-HS-15');
  });

  it('PSP-HS-14 acts on nothing before Ta, sealed-looking or not', async () => {
    const scene = against();
    scene.peer.initiate();
    await scene.peer.expect('Accept');
    await scene.peer.expect('Confirm');
    scene.peer.send({ type: 'Identity', value: scene.peer.identity });
    await rejects(scene, ErrorCode.UNEXPECTED_MESSAGE, 'PSP-STATE-2');
  });

  it('PSP-ABORT-7 answers Reject with nothing, before and while the user types', async () => {
    for (const when of ['before', 'typing'] as const) {
      const scene = against({ askSecret: () => new Promise(() => undefined) });
      if (when === 'typing') scene.peer.initiate();
      scene.peer.send({ type: 'Reject', value: { code: ErrorCode.BUSY, versions: [], retry: 2 } });
      expect((await scene.peer.next()).kind).toBe('end');
      scene.peer.close();
      expect(await scene.result).toMatchObject({
        kind: 'rejected',
        by: 'peer',
        codeName: 'BUSY',
        retry: 2,
      });
    }
  });

  it('PSP-FRAME-11 ignores unknown messages of 0x80 and above before keys', async () => {
    const scene = against();
    scene.peer.sendBody(Uint8Array.of(0x80, 1, 2, 3));
    scene.peer.sendBody(Uint8Array.of(0xff));
    await scene.peer.authenticateAsSender();
    await scene.peer.expect('Request');
    scene.peer.close();
    expect(await scene.result).toMatchObject({ kind: 'interrupted' });
  });
});

describe('a receiver aborts after keys', () => {
  it('PSP-SRV-5 PSP-ID-2 another server, our own replica', async () => {
    const other = against();
    await other.peer.authenticateAsSender({ serverUrl: '' });
    await aborts(other, ErrorCode.SERVER_MISMATCH, 'PSP-SRV-5');
    const same = against();
    await same.peer.authenticateAsSender({ replicaId: same.store.replicaId });
    await aborts(same, ErrorCode.SAME_REPLICA, 'PSP-ID-2');
  });

  const deflated = new Uint8Array([0x4b, 0x04, 0x00]);
  it.each<[string, Partial<Payload>, ErrorCode, string]>([
    ['a gap', { sequence: 2n }, ErrorCode.SEQUENCE_INVALID, 'PSP-PAY-2'],
    ['sequence 0', { sequence: 0n }, ErrorCode.SEQUENCE_INVALID, 'PSP-PAY-2'],
    [
      'a declared size above the limit',
      { uncompressedOctets: ANNOUNCED_LIMITS.maxBatchOctets + 1 },
      ErrorCode.LIMIT_EXCEEDED,
      'PSP-PAY-4',
    ],
    ['another length', { uncompressedOctets: 7 }, ErrorCode.DECOMPRESSION_FAILED, 'PSP-PAY-5'],
    [
      'a bomb',
      { encoding: 2, batch: deflated, uncompressedOctets: 601 },
      ErrorCode.DECOMPRESSION_FAILED,
      'PSP-DEF-4',
    ],
    [
      'octets after the stream',
      { encoding: 2, batch: Uint8Array.of(...deflated, 0), uncompressedOctets: 1 },
      ErrorCode.DECOMPRESSION_FAILED,
      'PSP-DEF-2',
    ],
    ['an unknown encoding', { encoding: 9 as 1 }, ErrorCode.PROTOCOL_VIOLATION, 'PSP-PAY-10'],
    [
      'a batch that is no protobuf',
      { batch: Uint8Array.of(7), uncompressedOctets: 1 },
      ErrorCode.MALFORMED_MESSAGE,
      'PSP-MSG-8',
    ],
  ])('%s', async (_, wrong, code, requirement) => {
    const scene = await receiving();
    scene.peer.send(payload(1n, wrong));
    await aborts(scene, code, requirement);
  });

  it('PSP-PAY-10 compressed although deflate was not negotiated', async () => {
    const scene = await receiving({ deflate: false });
    scene.peer.send(payload(1n, { encoding: 2, batch: deflated, uncompressedOctets: 1 }));
    await aborts(scene, ErrorCode.PROTOCOL_VIOLATION, 'PSP-PAY-10');
  });

  it('PSP-PAY-6 more entries than announced', async () => {
    const scene = await receiving({ limits: { maxBatchEntries: 1 } });
    const batch = Uint8Array.of(0x0a, 0, 0x0a, 0);
    scene.peer.send(payload(1n, { batch, uncompressedOctets: 4 }));
    await aborts(scene, ErrorCode.LIMIT_EXCEEDED, 'PSP-PAY-6');
  });

  it('PSP-FLOW-3 a Payload beyond the window, while the user decides', async () => {
    const window = { payloads: 1, octets: 1n };
    const scene = against({ window, agree: () => new Promise(() => undefined) });
    await scene.peer.authenticateAsSender();
    expect(await scene.peer.expect('Request')).toMatchObject({
      window: { maxUnackedPayloads: 0, maxUnackedOctets: 0n },
    });
    scene.peer.send(offer(1n));
    scene.peer.send(payload(1n));
    await aborts(scene, ErrorCode.WINDOW_EXCEEDED, 'PSP-FLOW-3');
  });

  it.each<[string, KnownMessage, ErrorCode]>([
    ['other Payloads', complete(2n), ErrorCode.COUNT_MISMATCH],
    ['other entries', complete(1n, 2n), ErrorCode.COUNT_MISMATCH],
  ])('PSP-DONE-2 Complete counts %s', async (_, message, code) => {
    const scene = await receiving();
    scene.peer.send(payload(1n));
    await scene.peer.expect('Ack');
    scene.peer.send(message);
    await aborts(scene, code, 'PSP-DONE-2', 1);
  });

  it('PSP-STATE-2 a second Offer, a Payload after Complete', async () => {
    const twice = await receiving();
    twice.peer.send(offer(1n));
    await aborts(twice, ErrorCode.UNEXPECTED_MESSAGE, 'PSP-STATE-2');
    const late = await receiving();
    late.peer.send(complete(0n));
    late.peer.send(payload(1n));
    // Complete may have been answered by the time the Payload comes; then it is read by nobody.
    const arrived = await late.peer.next();
    expect(arrived).toMatchObject({ kind: 'message', message: { type: 'Receipt' } });
    await late.peer.finish();
    expect(await late.result).toMatchObject({ kind: 'complete' });
    expect(await contentOf(late.store)).toEqual([]);
  });

  it('PSP-SEAL-4 closes without a word when a frame does not open', async () => {
    const scene = await receiving();
    const inClear = encodeMessage(payload(1n));
    await scene.peer.sendOctets(encodeFrameHeader(inClear.length));
    await scene.peer.sendOctets(inClear);
    expect((await scene.peer.next()).kind).toBe('end');
    expect(await scene.result).toMatchObject({ kind: 'failed', requirement: 'PSP-SEAL-4' });
    expect(await contentOf(scene.store)).toEqual([]);
  });

  it('PSP-ABORT-7 PSP-ABORT-5 answers Abort with nothing and keeps what was stored', async () => {
    const scene = await receiving();
    scene.peer.send(payload(1n));
    await scene.peer.expect('Ack');
    const code = 60 as ErrorCode;
    scene.peer.send({
      type: 'Abort',
      value: { code, retry: 2, detail: 'later', throughSequence: 1n },
    });
    expect((await scene.peer.next()).kind).toBe('end');
    scene.peer.close();
    expect(await scene.result).toMatchObject({
      kind: 'failed',
      by: 'peer',
      codeName: 'UNKNOWN_60',
      retry: 2,
      detail: 'later',
    });
    expect(await contentOf(scene.store)).toHaveLength(1);
  });

  it('PSP-ACK-1 PSP-ALIVE-1 PSP-FRAME-11 PSP-PAY-7 takes what is odd and allowed', async () => {
    const scene = await receiving();
    scene.peer.sendBody(Uint8Array.of(0x8b, 1));
    scene.peer.send({ type: 'KeepAlive', value: {} });
    scene.peer.send(payload(1n, { padding: new Uint8Array(500) }));
    expect(await scene.peer.expect('Ack')).toMatchObject({ throughSequence: 1n });
    // PSP-PAY-8: a batch of nothing
    scene.peer.send(payload(2n, { batch: new Uint8Array(0), uncompressedOctets: 0 }));
    expect(await scene.peer.expect('Ack')).toMatchObject({ throughSequence: 2n });
    scene.peer.send(complete(2n, 1n));
    expect(await scene.peer.expect('Receipt')).toMatchObject({
      counts: [{ resourceType: 'Patient', outcome: 1, entries: 1n }],
    });
    await scene.peer.finish();
    expect(await scene.result).toMatchObject({ kind: 'complete' });
  });
});

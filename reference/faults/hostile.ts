// A sender that knows the code and means harm, against a receiving device: bombs of JSON, of
// deflate and of patches, frames that lie about their length, floods. The session has to end,
// nothing of it may be stored, a real session has to complete afterwards, and memory has to stay
// bounded.
import { join } from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { codeOf, serverUrl } from '../src/session/testing/pair.ts';
import { offer, patient, payload, ScriptedPeer } from '../src/session/testing/scripted-peer.ts';
import { TcpStream } from '../src/transport/tcp-stream.ts';
import { encodeBatch, PayloadEncoding } from '../src/wire/index.ts';
import { ChangeType, type SyncPayload } from '../src/wire/messages.ts';
import { holdingOf } from './comparison.ts';
import { DeviceProcess, Hang } from './device-process.ts';
import { inFolder, makeStore } from './folders.ts';
import { Tally, type FaultRow } from './tally.ts';

/** What the memory of a receiver may come to, whatever a sender does; Node itself takes some 75. */
export const peakMiBMax = 400;

const code = codeOf('12345678');
const megabyte = 1024 * 1024;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const created = (id: string, rest: string): SyncPayload => {
  const resource = text(`{"resourceType":"Patient","id":"${id}"${rest}}`);
  return {
    ...patient(1n),
    resourceId: id,
    resource,
    base: undefined,
    changes: [insertOf(resource)],
  };
};
const insertOf = (resource: Uint8Array): SyncPayload['changes'][number] => ({
  id: { replicaId: new Uint8Array(16).fill(7), counter: 1n },
  type: ChangeType.INSERT,
  payload: resource,
  baseVersionId: '',
  recordedAt: '',
});
const patched = (count: number, patch: (n: number) => string): SyncPayload => {
  const first = text('{"resourceType":"Patient","id":"b","extension":[]}');
  const updates = Array.from({ length: count }, (_, n) => ({
    ...insertOf(text(patch(n))),
    id: { replicaId: new Uint8Array(16).fill(7), counter: BigInt(n) + 2n },
    type: ChangeType.UPDATE,
  }));
  return { ...created('b', ''), resource: first, changes: [insertOf(first), ...updates] };
};
const open = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const copies = JSON.stringify(
  Array.from({ length: 40 }, () => ({ op: 'copy', from: '/extension', path: '/extension/-' })),
);

/** One bomb: the entries of a Payload, or octets that are no Payload at all. */
type Bomb = (peer: ScriptedPeer) => Promise<void> | void;

const entries =
  (...all: SyncPayload[]): Bomb =>
  (peer) => {
    const batch = encodeBatch(all);
    peer.send(payload(1n, { batch, uncompressedOctets: batch.length }));
  };

const deflated =
  (octets: number, claimed: number): Bomb =>
  (peer) => {
    const batch = deflateRawSync(Buffer.alloc(octets));
    const encoding = PayloadEncoding.DEFLATE;
    peer.send(payload(1n, { batch, encoding, uncompressedOctets: claimed }));
  };

/** After authentication; the receiver has seen an Offer. */
const bombs: Readonly<Record<string, Bomb>> = {
  'JSON 2 million deep': entries(created('a', `,"extension":${open(2_000_000)}`)),
  'JSON of 2 million objects': entries(created('a', `,"extension":[${'{},'.repeat(2_000_000)}{}]`)),
  'JSON of 1 million names': entries(
    created('a', `,"x":{${Array.from({ length: 1_000_000 }, (_, n) => `"${n}":1`).join(',')}}`),
  ),
  'JSON of one number': entries(created('a', `,"x":${'9'.repeat(6 * megabyte)}`)),
  'patches that copy themselves': entries(patched(10, () => copies)),
  'patches 100 000 deep': entries(
    patched(3, () => `[{"op":"add","path":"/x","value":${open(100_000)}}]`),
  ),
  'a path 1 million steps long': entries(
    patched(1, () => `[{"op":"add","path":"${'/0'.repeat(1_000_000)}","value":1}]`),
  ),
  '999 patches of one list': entries(
    patched(999, (n) => `[{"op":"add","path":"/extension/0","value":"${'v'.repeat(3_000)}${n}"}]`),
  ),
  'deflate of 1 GiB': deflated(1024 * megabyte, 16 * megabyte),
  'deflate that claims little': deflated(64 * megabyte, 1_000),
  'deflate at the ratio': deflated(15 * megabyte, 15 * megabyte),
  'a batch of empty entries': (peer) => {
    const batch = new Uint8Array(8 * megabyte).map((_, at) => (at % 2 === 0 ? 0x0a : 0));
    peer.send(payload(1n, { batch, uncompressedOctets: batch.length }));
  },
  'a body of noise, sealed': (peer) => peer.sendBody(new Uint8Array(16 * megabyte - 64).fill(0x0a)),
  'a flood of KeepAlive': async (peer) => {
    for (let n = 0; n < 20_000; n += 1) peer.send({ type: 'KeepAlive', value: {} });
    peer.send(payload(9n));
  },
  'more Payloads than the window': (peer) => {
    for (let n = 1n; n <= 40n; n += 1n) {
      const batch = new Uint8Array(megabyte).fill(0x0a);
      peer.send(payload(n, { batch, uncompressedOctets: batch.length }));
    }
  },
};

/** Before authentication: octets on a fresh connection. */
const openings: Readonly<Record<string, Uint8Array>> = {
  'a frame of 4 GiB': new Uint8Array(4_096).fill(255),
  'a frame of 16 MiB before keys': Uint8Array.of(1, 0, 0, 0, ...new Uint8Array(1_000)),
  'frames of nothing': new Uint8Array(megabyte),
  'a flood of KeepAlive in clear': new Uint8Array(5 * megabyte).map(
    (_, at) => [0, 0, 0, 1, 30][at % 5] ?? 0,
  ),
  noise: new Uint8Array(8 * megabyte).map((_, at) => Math.imul(at + 1, 0x9e3779b1) >>> 24),
};

/** Tries every bomb so many times. */
export async function tryHostile(rounds: number): Promise<FaultRow> {
  const tally = new Tally('hostile input');
  await inFolder(async (folder) => {
    const path = await makeStore(join(folder, 'victim.db'), 0, serverUrl);
    const device = new DeviceProcess();
    try {
      device.order({ kind: 'open', path });
      await device.expect('opened');
      for (let round = 0; round < rounds; round += 1) {
        for (const [name, octets] of Object.entries(openings)) {
          await faced(tally, device, name, async (peer) => peer.sendOctets(octets));
        }
        for (const [name, bomb] of Object.entries(bombs)) {
          await faced(tally, device, name, async (peer) => {
            await peer.authenticateAsSender();
            await peer.expect('Request');
            peer.send(offer(1n));
            await bomb(peer);
          });
        }
      }
      const { entries: kept } = await holdingOf(path);
      tally.count('resources of hostile senders that were valid and are kept', kept.size);
    } catch (error) {
      if (!(error instanceof Hang)) throw error;
      tally.hung(error.message);
    } finally {
      await device.kill();
      tally.peakKiB = Math.max(tally.peakKiB, device.peakKiB);
    }
  });
  tally.check(tally.peakKiB < peakMiBMax * 1024, `peak memory of ${tally.peakKiB} KiB`);
  return tally.row();
}

/** Lets the device dial a listener that is hostile, and waits until its session ended. */
async function faced(
  tally: Tally,
  device: DeviceProcess,
  name: string,
  attack: (peer: ScriptedPeer) => Promise<void>,
): Promise<void> {
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const met = new Promise<void>((resolve) => {
    server.once('connection', (socket) => {
      const peer = new ScriptedPeer(new TcpStream(socket));
      // It is cut off in the middle of what it does, as it should be.
      attack(peer)
        .then(() => peer.finish())
        .catch(() => peer.close())
        .finally(resolve);
    });
  });
  const before = device.peakKiB;
  device.order({ kind: 'receive', port, code });
  const { end } = await device.expect('ended');
  await met;
  server.close();
  tally.runs += 1;
  tally.struck += 1;
  tally.check(end.result !== 'complete', `${name}: ${end.result}`);
  tally.count(`ended by ${end.codeName ?? end.result}`);
  const grown = Math.round((device.peakKiB - before) / 1024);
  if (grown > 10) tally.most(`MiB more at "${name}"`, grown);
}

// Limits that have nothing to do with entries: loopback alone, AES-GCM alone, and the frame reader
// fed octet by octet.
import { createCipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { encodeFrame, FrameReader } from '../../reference/src/wire/index.ts';
import { numberOf, type RoleProgram } from './role.ts';

const pieceOctets = 65_536;

/** Writes octets as fast as they are taken. */
export const tcpSender: RoleProgram = async (job) => ({
  run: async () => {
    const socket = connect({ port: numberOf(job, 'port'), host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const piece = randomBytes(pieceOctets);
    const octets = numberOf(job, 'octets');
    for (let sent = 0; sent < octets; sent += pieceOctets) {
      if (!socket.write(piece)) await once(socket, 'drain');
    }
    socket.end();
    await once(socket.resume(), 'close');
    return { octetsWritten: socket.bytesWritten };
  },
});

/** Reads octets and throws them away. */
export const tcpReceiver: RoleProgram = async () => {
  const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    info: { port: (server.address() as AddressInfo).port },
    run: async () => {
      const [socket] = (await once(server, 'connection')) as [Socket];
      let octetsRead = 0;
      for await (const chunk of socket) octetsRead += (chunk as Buffer).length;
      return { octetsRead };
    },
    close: () => void server.close(),
  };
};

/** Seals octets in pieces of the size of a batch. */
export const aesAlone: RoleProgram = async (job) => ({
  run: async () => {
    const [key, nonce] = [randomBytes(32), randomBytes(12)];
    const message = randomBytes(numberOf(job, 'pieceOctets'));
    const octets = numberOf(job, 'octets');
    let sealed = 0;
    for (let counter = 0; sealed < octets; counter += 1) {
      nonce.writeUInt32BE(counter, 8);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      sealed += cipher.update(message).length + cipher.final().length;
      cipher.getAuthTag();
    }
    return { octetsWritten: sealed };
  },
});

/** Feeds a frame of `octets` to the reader, `chunk` octets at a time. */
export const frameDecoder: RoleProgram = async (job) => {
  const octets = numberOf(job, 'octets');
  const chunk = numberOf(job, 'chunk');
  const frame = encodeFrame(new Uint8Array(randomBytes(octets)));
  return {
    run: async () => {
      const reader = new FrameReader(octets);
      let bodies = 0;
      for (let at = 0; at < frame.length; at += chunk) {
        reader.push(frame.subarray(at, at + chunk));
        for (let body = reader.next(); body !== undefined; body = reader.next()) {
          if (!(body instanceof Uint8Array) || body.length !== octets) throw new Error('not read');
          bodies += 1;
        }
      }
      return { bodies };
    },
  };
};

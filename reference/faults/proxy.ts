// A connection in between that does to octets what a bad network does: cuts at an octet, drips, or
// falls silent. Knows nothing of what they say.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What happens to the octets of one direction. */
export interface Treatment {
  /** The connection is cut before this octet. */
  readonly cutAt?: number;
  /** From this octet on nothing is carried any more, and nobody is told. */
  readonly silentAt?: number;
  /** Octets that are carried at a time, with pauses in between. */
  readonly drip?: { readonly octets: number; readonly everyMs: number };
}

/** What a proxy does. */
export interface ProxyOptions {
  readonly toSender?: Treatment;
  readonly toReceiver?: Treatment;
}

/** One connection's proxy. */
export interface Proxy {
  readonly port: number;
  /** Octets that were carried so far. */
  readonly carried: { toSender: number; toReceiver: number };
  readonly close: () => void;
}

/** Starts a proxy in front of a sender that listens, for one connection. */
export async function proxyTo(port: number, options: ProxyOptions): Promise<Proxy> {
  const sockets: Socket[] = [];
  const carried = { toSender: 0, toReceiver: 0 };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    server.close();
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(near, far);
    for (const socket of sockets) socket.on('error', cut);
    const carry = (from: Socket, to: Socket, way: keyof typeof carried): void => {
      const count = (octets: number): void => {
        carried[way] += octets;
      };
      carryAll(from, to, options[way] ?? {}, count).then((isCut) => isCut && cut(), cut);
    };
    carry(near, far, 'toSender');
    carry(far, near, 'toReceiver');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.close();
    cut();
  };
  return { port: (server.address() as AddressInfo).port, carried, close };
}

/** @returns true where the connection is to be cut. */
async function carryAll(
  from: Socket,
  to: Socket,
  { cutAt = Infinity, silentAt = Infinity, drip }: Treatment,
  count: (octets: number) => void,
): Promise<boolean> {
  let carried = 0;
  let isSilent = false;
  for await (const chunk of from as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length && !isSilent;) {
      const most = Math.min(drip?.octets ?? chunk.length, cutAt - carried, silentAt - carried);
      const part = chunk.subarray(at, at + most);
      to.write(part);
      count(part.length);
      carried += part.length;
      at += part.length;
      if (carried >= cutAt) return true;
      // Read on, carry nothing, and tell nobody.
      isSilent = carried >= silentAt;
      if (drip !== undefined) await new Promise((resolve) => setTimeout(resolve, drip.everyMs));
    }
  }
  if (!isSilent) to.end();
  return isSilent;
}

// A connection in between that stops carrying at a chosen octet, so that a test can act in the very
// middle of a transfer, however fast or slow the machine is.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A proxy in front of a listener. */
export interface HoldingProxy {
  /** Where to dial instead of the listener. */
  readonly address: string;
  /** Resolves when so many octets came from the listener, the rest being held. */
  readonly held: Promise<void>;
  /** Carries everything from now on. */
  readonly release: () => void;
}

/** Starts a proxy for one connection that holds what the listener sends after `octets`. */
export async function holdingProxy(address: string, octets: number): Promise<HoldingProxy> {
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const [host, port] = address.split(':');
    const far = connect({ host: host ?? '', port: Number(port), allowHalfOpen: true });
    sockets.push(near, far);
    near.pipe(far);
    void carry(far, near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => undefined).on('close', (hadError) => hadError && other.destroy());
    }
  });
  const carry = async (from: Socket, to: Socket): Promise<void> => {
    let carried = 0;
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        to.write(chunk);
        carried += chunk.length;
        if (carried < octets) continue;
        held.resolve();
        await released.promise;
      }
      to.end();
    } catch {
      to.destroy();
    }
  };
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, held: held.promise, release: released.resolve };
}

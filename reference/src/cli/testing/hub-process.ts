// The program `peersync serve` as a process, and devices for it in this one: real sockets, real
// files.
import { randomBytes } from 'node:crypto';
import { codeSecret, generateAccessCode } from '../../security/index.ts';
import { SyncSenderSession, type SyncResult } from '../../session/index.ts';
import type { Store } from '../../store/store.ts';
import { SyncSender } from '../../sync/index.ts';
import { dialTcp } from '../../transport/tcp.ts';
import { ProgramProcess } from './program-process.ts';

/** A hub that runs. */
export interface HubProcess {
  readonly process: ProgramProcess;
  readonly port: number;
  /** Of the operator's endpoint. */
  readonly adminPort: number;
  readonly url: string;
}

/** Starts a hub and waits until it listens. */
export async function hubProcess(store: string, ...options: string[]): Promise<HubProcess> {
  const listen = ['--listen', '127.0.0.1:0', '--admin', '0', '--json'];
  const process = new ProgramProcess(['serve', '--store', store, ...listen, ...options]);
  const adminPort = Number(await process.seen(/"event":"admin".*"port":(\d+)/));
  const port = Number(await process.seen(/"event":"listening".*?"port":(\d+)/));
  return { process, port, adminPort, url: `http://127.0.0.1:${adminPort}` };
}

/** A device that dialled a hub. */
export interface DialledDevice {
  readonly code: string;
  readonly result: Promise<SyncResult>;
}

/** Sends from a store to a hub, with a code of its own that nobody has entered yet. */
export async function deviceFor(
  { port }: HubProcess,
  store: Store,
  sync: Pick<SyncSender, 'prepare'> = new SyncSender({ store }),
): Promise<DialledDevice & { readonly name: string }> {
  const stream = await dialTcp({ host: '127.0.0.1', port, timeoutMs: 20_000 });
  const code = generateAccessCode(randomBytes);
  const named = Promise.withResolvers<string>();
  const session = new SyncSenderSession({
    identity: { replicaId: store.replicaId, ...store.settings },
    sync,
    secrets: [codeSecret(code)],
    log: (record) => named.resolve(record.session),
  });
  const result = session.initiate(stream).then((ended) => ended ?? session.send());
  return { code, name: await named.promise, result };
}

/** Enters a code as soon as the hub knows the device. @returns the status of HTTP. */
export async function enter(
  { url, process }: HubProcess,
  { code, name }: { readonly code: string; readonly name: string },
): Promise<number> {
  await process.seen(new RegExp(`"event":"waiting","session":"${name}"`));
  const response = await fetch(`${url}/codes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, session: name }),
  });
  await response.text();
  return response.status;
}

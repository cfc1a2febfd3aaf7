// The thread that owns a connection to PostgreSQL: it waits, so that the store's thread need not
// know how. Knows no table; it is started by postgres-channel.ts alone.
import { workerData } from 'node:worker_threads';
import { Client, DatabaseError, type ClientConfig, type QueryArrayConfig } from 'pg';
import type {
  Columns,
  Connecting,
  Fault,
  Reply,
  Request,
  Statement,
  ThreadData,
} from './postgres-messages.ts';

const { port, answers } = workerData as ThreadData;
const byteaType = 17;

let client: Client | undefined;
let lost: Fault | undefined;

// A memory of its own for each: what lies in a shared pool would take the whole pool along.
function octetsOf(hexadecimal: string): Uint8Array {
  const octets = Buffer.allocUnsafeSlow((hexadecimal.length - 2) / 2);
  octets.write(hexadecimal.slice(2), 'hex');
  return octets;
}

const types = {
  getTypeParser: (type: number) => (type === byteaType ? octetsOf : (text: string) => text),
};

function faultOf(error: unknown): Fault {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // FATAL and PANIC end the connection; they come as any other error does.
  const severity = error instanceof DatabaseError ? error.severity : 'FATAL';
  return { message, code, lost: severity === 'FATAL' || severity === 'PANIC' };
}

async function connect({ url, connectWaitMs }: Connecting): Promise<void> {
  client?.removeAllListeners('error').on('error', () => undefined);
  // One that was given up, and may be well: the server need not keep it.
  client?.end().catch(() => undefined);
  lost = undefined;
  const config: ClientConfig & { readonly pipeline: boolean } = {
    connectionString: url,
    connectionTimeoutMillis: connectWaitMs,
    keepAlive: true,
    fallback_application_name: 'peersync',
    // Statements of one request travel together: a transaction costs few round trips.
    pipeline: true,
  };
  const connecting = new Client(config);
  client = connecting;
  connecting.on('error', (error) => {
    lost ??= { ...faultOf(error), lost: true };
  });
  await connecting.connect();
}

async function one({ text, values = [] }: Statement): Promise<readonly Columns[]> {
  if (lost !== undefined) throw new Error(lost.message);
  if (client === undefined) throw new Error('there is no connection');
  const query: QueryArrayConfig & { types: typeof types } = {
    text,
    values: [...values],
    rowMode: 'array',
    types,
  };
  const result = await client.query<(Uint8Array | string | null)[]>(query);
  // A transaction that a fault has ended answers COMMIT with ROLLBACK, and with no error.
  if (text === 'COMMIT' && result.command !== 'COMMIT') throw new Error('it was rolled back');
  return result.rows;
}

async function perform(request: Request): Promise<Reply> {
  const { id } = request;
  try {
    if (request.kind === 'connect') await connect(request.connecting);
    else if (request.kind === 'end') await client?.end();
    else {
      const all = await Promise.allSettled(request.statements.map(one));
      for (const each of all) if (each.status === 'rejected') throw each.reason;
      return { id, rows: all.map((each) => (each.status === 'fulfilled' ? each.value : [])) };
    }
    return { id, rows: [] };
  } catch (error) {
    return { id, fault: faultOf(error) };
  }
}

port.on('message', (request: Request) => {
  void perform(request).then((reply) => {
    port.postMessage(reply);
    Atomics.add(answers, 0, 1);
    Atomics.notify(answers, 0);
  });
});

// A receiver in a process of its own, made to be killed: it dials, receives into a SQLite file, and
// kills itself where it was told to. What it leaves behind is all that a test sees of it.
import { StatementSync, type SQLInputValue } from 'node:sqlite';
import { codeSecret, dialTcp, openSqliteStore, receiveInto, Theirs } from '../src/index.ts';
import { withMethods } from './store-methods.ts';

/** What the process is told, as JSON. */
export interface ReceivingOrder {
  readonly path: string;
  readonly host: string;
  readonly port: number;
  readonly code: string;
  readonly dies:
    /** Inside a transaction: the row of the n-th entry is written, the index of names is not. */
    | { readonly kind: 'after-row'; readonly row: number }
    /** The n-th Payload is durable and not acknowledged. */
    | { readonly kind: 'before-ack'; readonly payload: number };
}

if (import.meta.main) await receive(JSON.parse(process.argv[2] ?? '') as ReceivingOrder);

async function receive({ path, host, port, code, dies }: ReceivingOrder): Promise<void> {
  if (dies.kind === 'after-row') dieAfterRow(dies.row);
  const store = openSqliteStore(path);
  let payloads = 0;
  const dying = withMethods(store, {
    updateRemote: async (batch, decide) => {
      const decisions = await store.updateRemote(batch, decide);
      payloads += 1;
      if (dies.kind === 'before-ack' && payloads === dies.payload) die();
      return decisions;
    },
  });
  await receiveInto(dying, await dialTcp({ host, port, timeoutMs: 5_000 }), {
    strategy: Theirs,
    askSecret: async () => codeSecret(code),
    window: { payloads: 1, octets: 16_777_216n },
  });
}

// Below the store, where one row is written and the next is not.
function dieAfterRow(wanted: number): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { run } = StatementSync.prototype;
  let rows = 0;
  const dying = function (this: StatementSync, ...values: SQLInputValue[]): unknown {
    const result: unknown = Reflect.apply(run, this, values);
    if (this.sourceSQL.startsWith('INSERT INTO resource ')) rows += 1;
    if (rows === wanted) die();
    return result;
  };
  StatementSync.prototype.run = dying as typeof run;
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

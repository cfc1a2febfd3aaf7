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
    /** Inside a transaction: the n-th name is about to be written, its entry is. */
    | { readonly kind: 'before-name'; readonly name: number }
    /** The n-th Payload is durable and not acknowledged. */
    | { readonly kind: 'before-ack'; readonly payload: number };
}

if (import.meta.main) await receive(JSON.parse(process.argv[2] ?? '') as ReceivingOrder);

async function receive({ path, host, port, code, dies }: ReceivingOrder): Promise<void> {
  if (dies.kind === 'before-name') dieBeforeName(dies.name);
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
function dieBeforeName(wanted: number): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { run } = StatementSync.prototype;
  let names = 0;
  const dying = function (this: StatementSync, ...values: SQLInputValue[]): unknown {
    if (this.sourceSQL.startsWith('INSERT INTO recent_name')) names += 1;
    if (names === wanted) die();
    return Reflect.apply(run, this, values);
  };
  StatementSync.prototype.run = dying as typeof run;
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

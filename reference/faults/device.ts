// A device as a process of its own: it keeps a store in a file, and sends or receives over a socket
// when it is told to. Made to be killed; it marks its transactions, and hides nothing of its
// errors.
import { openSqliteStore, type Store } from '../src/store/index.ts';
import { codeSecret } from '../src/security/index.ts';
import { receiveInto, sendFrom, type SyncResult } from '../src/session/index.ts';
import { Theirs } from '../src/sync/index.ts';
import { dialTcp, listenTcp } from '../src/transport/index.ts';
import { editsOf, idOf, resourceOf } from './content.ts';
import { Mark, markTransactions, writeMark } from './marks.ts';
import type { Answer, ClockSteps, Order, SessionEnd } from './orders.ts';

const realNow = Date.now.bind(Date);
let store: Store | undefined;

function answer(message: Answer): void {
  process.send?.(message);
}

/** Lets the date of this process jump; gives a function that sets it right. */
function stepClock({ everyMs, stepsMs }: ClockSteps): () => void {
  let offsetMs = stepsMs[0] ?? 0;
  let next = 1;
  const RealDate = Date;
  class SteppedDate extends RealDate {
    constructor(...given: [] | [number | string | Date]) {
      super(given.length === 0 ? realNow() + offsetMs : given[0]);
    }
    static override now(): number {
      return realNow() + offsetMs;
    }
  }
  globalThis.Date = SteppedDate as DateConstructor;
  const timer =
    everyMs === 0
      ? undefined
      : setInterval(() => {
          offsetMs += stepsMs[next % stepsMs.length] ?? 0;
          next += 1;
        }, everyMs);
  return () => {
    clearInterval(timer);
    globalThis.Date = RealDate;
  };
}

function endOf(result: SyncResult): SessionEnd {
  const causes: string[] = [];
  let here: unknown = 'cause' in result ? result.cause : undefined;
  for (; here instanceof Error; here = here.cause) causes.push(here.message);
  const types = result.report?.types ?? [];
  return {
    result: result.kind,
    codeName: 'codeName' in result ? result.codeName : undefined,
    by: 'by' in result ? result.by : undefined,
    causes,
    acknowledged: types.reduce((sum, one) => sum + one.acknowledged, 0),
    transferred: types.reduce((sum, one) => sum + one.transferred, 0),
  };
}

async function send(open: Store, order: Extract<Order, { kind: 'send' }>): Promise<SyncResult> {
  const listener = await listenTcp({ host: '127.0.0.1', port: 0 });
  answer({ kind: 'listening', port: listener.address.port });
  const stream = await listener.accept();
  listener.close();
  const editing = new AbortController();
  const edited = edit(open, order.editing, editing.signal);
  const { code, entriesMax } = order;
  const sent = sendFrom(open, stream, { secrets: [codeSecret(code)], batch: { entriesMax } });
  return sent.finally(async () => {
    editing.abort();
    await edited;
  });
}

async function edit(
  open: Store,
  editing: { readonly resources: number; readonly edits: number } | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (editing === undefined) return;
  for (let made = 0; made < editing.edits && !signal.aborted; made += 1) {
    const index = (made * 7) % editing.resources;
    const entry = await open.get('Patient', idOf(index));
    if (entry === undefined) throw new Error('nothing to edit');
    await open.update(resourceOf(index, editsOf(entry.payload.resource) + 1), '');
    writeMark(Mark.EDITED);
    // The session has its turn in between.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function perform(order: Order): Promise<void> {
  if (order.kind === 'open') {
    const { path, lockWaitMs } = order;
    store = openSqliteStore(path, lockWaitMs === undefined ? {} : { lockWaitMs });
    answer({ kind: 'opened' });
    return;
  }
  if (store === undefined) throw new Error('no store is open');
  if (order.kind === 'close') {
    await store.close();
    store = undefined;
    answer({ kind: 'closed' });
    return;
  }
  const setRight = order.clock === undefined ? undefined : stepClock(order.clock);
  try {
    const result = await (order.kind === 'send' ? send(store, order) : receive(store, order));
    answer({ kind: 'ended', end: endOf(result) });
  } finally {
    setRight?.();
  }
}

async function receive(
  open: Store,
  { port, code }: Extract<Order, { kind: 'receive' }>,
): Promise<SyncResult> {
  const stream = await dialTcp({ host: '127.0.0.1', port, timeoutMs: 5_000 });
  const askSecret = async (): Promise<ReturnType<typeof codeSecret>> => codeSecret(code);
  return receiveInto(open, stream, { strategy: Theirs, askSecret });
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.name}: ${error.message}${cause}`;
}

markTransactions();
process.on('message', (order: Order) => {
  perform(order).catch((error: unknown) => answer({ kind: 'failed', text: textOf(error) }));
});
process.once('disconnect', () => process.exit(0));

// Speaks to the thread that owns the connection, and stands still until it answers: a store's
// transaction is synchronous. Knows neither SQL nor what a fault means to the user.
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type {
  Asked,
  Columns,
  Connecting,
  Fault,
  Reply,
  Request,
  Statement,
  ThreadData,
} from './postgres-messages.ts';

/** A request failed; nothing of its transaction is kept. */
export class PostgresFault extends Error implements Fault {
  override readonly name = 'PostgresFault';
  readonly code: string;
  readonly lost: boolean;

  constructor({ message, code, lost }: Fault) {
    super(message);
    this.code = code;
    this.lost = lost;
  }
}

// The sources run as they are, and compiled; each finds the thread's file beside its own.
const threadFile = import.meta.url.endsWith('.ts')
  ? './postgres-thread.ts'
  : './postgres-thread.js';

/** How long a thread may take to start and say that nobody answers, beyond the waiting itself. */
const startMs = 10_000;

interface Thread extends ThreadData {
  readonly worker: Worker;
}

// To start a thread takes a tenth of a second; one that has done its work waits for the next.
const idle: Thread[] = [];
const idleMax = 1;
// Of all channels: a late answer to a former owner of a thread is nobody's.
let lastId = 0;

/** A connection in a thread of its own. */
export class PostgresChannel {
  readonly #answerWaitMs: number;
  #thread: Thread | undefined;

  /** @param answerWaitMs - Without an answer for so long, the connection is taken for lost. */
  constructor(answerWaitMs: number) {
    this.#answerWaitMs = answerWaitMs;
  }

  /** Makes a new connection; one that was there is left to itself. @throws PostgresFault */
  connect(connecting: Connecting): void {
    this.#thread ??= idle.pop() ?? startThread();
    this.#ask({ kind: 'connect', connecting }, connecting.connectWaitMs + startMs);
  }

  /** Runs statements in order and gives the rows of each. @throws PostgresFault the first one. */
  run(statements: readonly Statement[]): readonly (readonly Columns[])[] {
    return this.#ask({ kind: 'run', statements }, this.#answerWaitMs);
  }

  /** Hands statements over without waiting; what is run next finds them done. */
  send(statements: readonly Statement[]): void {
    this.#post({ kind: 'run', statements });
  }

  /** Ends the connection. */
  close(): void {
    const thread = this.#thread;
    if (thread === undefined) return;
    try {
      this.#ask({ kind: 'end' }, startMs);
    } catch {
      // It is gone already, or stays silent: then the thread was stopped.
    }
    if (this.#thread !== undefined && idle.length < idleMax) idle.push(thread);
    else stop(thread);
    this.#thread = undefined;
  }

  #post(asked: Asked): number {
    lastId += 1;
    const request: Request = { ...asked, id: lastId };
    if (this.#thread === undefined) throw noAnswer();
    this.#thread.port.postMessage(request);
    return request.id;
  }

  #ask(asked: Asked, waitMs: number): readonly (readonly Columns[])[] {
    const id = this.#post(asked);
    const thread = this.#thread;
    if (thread === undefined) throw noAnswer();
    const untilMs = performance.now() + waitMs;
    for (;;) {
      // Before looking: an answer that comes in between has then made it grow.
      const seen = Atomics.load(thread.answers, 0);
      const reply = nextReply(thread);
      if (reply === undefined) {
        const leftMs = untilMs - performance.now();
        if (leftMs > 0 && Atomics.wait(thread.answers, 0, seen, leftMs) !== 'timed-out') continue;
        if (Atomics.load(thread.answers, 0) !== seen) continue;
        // Whatever it does, its answer would come too late for this transaction.
        this.#thread = undefined;
        stop(thread);
        throw noAnswer();
      }
      if (reply.id !== id) continue;
      if (reply.fault !== undefined) throw new PostgresFault(reply.fault);
      return reply.rows;
    }
  }
}

function nextReply({ port }: Thread): Reply | undefined {
  const received = receiveMessageOnPort(port);
  return received === undefined ? undefined : (received.message as Reply);
}

function stop({ port, worker }: Thread): void {
  port.close();
  void worker.terminate();
}

function noAnswer(): PostgresFault {
  return new PostgresFault({ message: 'the server does not answer', code: '', lost: true });
}

function startThread(): Thread {
  const answers = new Int32Array(new SharedArrayBuffer(4));
  const { port1: port, port2 } = new MessageChannel();
  const workerData: ThreadData = { port: port2, answers };
  const worker = new Worker(new URL(threadFile, import.meta.url), {
    workerData,
    transferList: [port2],
    name: 'postgres',
    // The client's version is pinned; that a later one will do without ~/.pgpass is not the
    // user's to hear at each command.
    execArgv: [...process.execArgv, '--no-deprecation'],
  });
  // A store that nobody closed keeps no process alive, as one in a file does not.
  worker.unref();
  // Nobody is told twice: whoever waits finds no answer.
  worker.on('error', () => undefined);
  return { worker, port, answers };
}

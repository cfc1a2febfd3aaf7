// The other end of a device process: gives orders, counts marks, kills, and notices when nothing
// happens any more. Knows nothing of what is synchronised.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Mark, marksFd, placeAfter, type Place } from './marks.ts';
import type { Answer, Order } from './orders.ts';

const program = fileURLToPath(new URL('./device.ts', import.meta.url));
let compiled: string | undefined;

/** Nothing answered for as long as no healthy device takes. */
export class Hang extends Error {
  override readonly name = 'Hang';
}

/** Far beyond what any step takes, so that whoever waits longer hangs. */
export const hangMs = 150_000;

/** A promise that rejects with {@link Hang} when it takes far too long. */
export async function unhung<T>(what: string, promise: Promise<T>, limitMs = hangMs): Promise<T> {
  const hang = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    hang.reject(new Hang(`${what}: nothing for ${limitMs / 1000} s`));
  }, limitMs);
  try {
    return await Promise.race([promise, hang.promise]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => undefined);
  }
}

/** Peak of the memory that a living process had, in KiB; 0 where the system does not tell. */
export function peakRssKiB(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** A folder where every process of a run finds the compiled program: they start sooner. */
export function compiledFolder(): string {
  if (compiled !== undefined) return compiled;
  const made = mkdtempSync(join(tmpdir(), 'peersync-compiled-'));
  compiled = made;
  process.once('exit', () => rmSync(made, { recursive: true, force: true, maxRetries: 5 }));
  return made;
}

/** One device process. */
export class DeviceProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #answers: Answer[] = [];
  readonly #watchers = new Set<() => void>();
  #taker: ((answer: Answer) => void) | undefined;
  #lastMark: number | undefined;
  #peakKiB = 0;
  commits = 0;
  edits = 0;

  constructor() {
    const env = { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: compiledFolder() };
    this.#child = fork(program, [], {
      env,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    });
    this.#closed = once(this.#child, 'close').then(() => {
      this.#answered({ kind: 'failed', text: 'the process ended' });
    });
    this.#child.on('message', (message: Answer) => this.#answered(message));
    // The process may die in the middle of an order; whoever waits is told by `kill`.
    this.#child.on('error', () => undefined);
    (this.#child.stdio[marksFd] as Readable).on('data', (marks: Buffer) => this.#marked(marks));
  }

  get place(): Place {
    return placeAfter(this.#lastMark);
  }

  /** Peak memory so far, in KiB. */
  get peakKiB(): number {
    this.#peakKiB = Math.max(this.#peakKiB, peakRssKiB(this.#child.pid));
    return this.#peakKiB;
  }

  order(order: Order): void {
    this.#child.send(order);
  }

  /** The next answer. @throws Hang */
  async answer(what: string): Promise<Answer> {
    const next = this.#answers.shift();
    if (next !== undefined) return next;
    const taken = Promise.withResolvers<Answer>();
    this.#taker = taken.resolve;
    return unhung(what, taken.promise);
  }

  /** The next answer, which has to be of that kind. @throws Hang, or Error with what came. */
  async expect<K extends Answer['kind']>(kind: K): Promise<Extract<Answer, { kind: K }>> {
    const found = await this.answer(kind);
    if (found.kind !== kind) {
      throw new Error(`${kind} was expected: ${found.kind === 'failed' ? found.text : found.kind}`);
    }
    return found as Extract<Answer, { kind: K }>;
  }

  /** Resolves when so many commits have begun since the counter was set to 0. */
  async committing(count: number): Promise<void> {
    return new Promise((resolve) => {
      const watch = (): void => {
        if (this.commits < count) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
      watch();
    });
  }

  /** Kills the process, reads what it had marked, and tells where it was. */
  async kill(): Promise<Place> {
    this.#peakKiB = this.peakKiB;
    this.#child.kill('SIGKILL');
    // `close` comes when the pipes are read to their end.
    await this.#closed;
    return this.place;
  }

  /** Lets the process end by itself. */
  async end(): Promise<void> {
    this.#peakKiB = this.peakKiB;
    if (this.#child.connected) this.#child.disconnect();
    await unhung('the end of a device', this.#closed);
  }

  #answered(message: Answer): void {
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker === undefined) this.#answers.push(message);
    else taker(message);
  }

  #marked(marks: Buffer): void {
    for (const mark of marks) {
      if (mark === Mark.COMMITTING) this.commits += 1;
      if (mark === Mark.EDITED) this.edits += 1;
      else this.#lastMark = mark;
    }
    for (const watch of this.#watchers) watch();
  }
}

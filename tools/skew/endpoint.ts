// An endpoint of the matrix: a testee as a process of its own, and the other end of its control
// lines. Knows nothing of sessions.
import { spawn, type ChildProcess } from 'node:child_process';
import { readLines } from '../../reference/src/testee/control-lines.ts';

/** A line of the control protocol. */
export type Line = Readonly<Record<string, unknown>>;

interface Waiting {
  readonly matches: (line: Line) => boolean;
  readonly settle: PromiseWithResolvers<Line>;
}

/** A testee that runs. */
export class Endpoint {
  readonly #child: ChildProcess;
  readonly #waiting = new Set<Waiting>();
  #errors = '';
  #hasEnded = false;
  #nextId = 1;

  /** @param args - what Node is given: the program and its arguments. */
  constructor(args: readonly string[]) {
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    child.stdin.on('error', () => undefined);
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    const ended = (): void => {
      this.#hasEnded = true;
      for (const { settle } of this.#waiting) settle.reject(new Error(`ended: ${this.#errors}`));
      this.#waiting.clear();
    };
    readLines(child.stdout, (line) => this.#take(line)).then(ended, ended);
  }

  /** Sends a command; gives its answer. @throws where it is not carried out. */
  async do(cmd: string, members: Line = {}): Promise<Line> {
    const id = this.#nextId++;
    const answer = this.#next((line) => line['id'] === id);
    this.#child.stdin?.write(`${JSON.stringify({ id, cmd, ...members })}\n`);
    const line = await answer;
    if (line['ok'] !== true) throw new Error(`${cmd}: ${JSON.stringify(line['error'])}`);
    return line;
  }

  /** The next event with this name. */
  async event(name: string): Promise<Line> {
    return this.#next((line) => line['ev'] === name);
  }

  /** Ends the process. */
  end(): void {
    this.#child.kill('SIGKILL');
  }

  #take(line: Line): void {
    for (const waiting of [...this.#waiting].filter(({ matches }) => matches(line))) {
      this.#waiting.delete(waiting);
      waiting.settle.resolve(line);
    }
  }

  async #next(matches: Waiting['matches']): Promise<Line> {
    if (this.#hasEnded) throw new Error(`ended: ${this.#errors}`);
    const settle = Promise.withResolvers<Line>();
    this.#waiting.add({ matches, settle });
    return settle.promise;
  }
}

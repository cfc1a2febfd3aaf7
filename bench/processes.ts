// Starts measured processes and talks to them. Knows nothing of what they do.
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Cost, Json } from './roles/role.ts';

// Compiled, this file and the program are JavaScript: to run TypeScript as it is takes memory.
const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const program = fileURLToPath(new URL(`./roles/main.${suffix}`, import.meta.url));

type FromRole =
  | { readonly kind: 'ready'; readonly info: Json }
  | { readonly kind: 'done'; readonly cost: Cost }
  | { readonly kind: 'failed'; readonly text: string };

/** How processes are started. */
export interface ProcessOptions {
  /** A folder for CPU profiles; absent: none are written. */
  readonly profiles?: string | undefined;
}

/** One measured process. */
export class RoleProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  #waiting: PromiseWithResolvers<FromRole> | undefined;
  #ended: Error | undefined;

  private constructor(name: string, { profiles }: ProcessOptions) {
    this.#name = name;
    const flags =
      profiles === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${name}.cpuprofile`];
    const execArgv = ['--disable-warning=ExperimentalWarning', ...flags];
    this.#child = fork(program, [name], { execArgv, serialization: 'advanced' });
    this.#child.on('message', (message) => this.#waiting?.resolve(message as FromRole));
    this.#child.on('exit', (code, signal) => {
      this.#ended = new Error(`the process ${name} ended (${code ?? signal})`);
      this.#waiting?.reject(this.#ended);
    });
  }

  /** Starts a role and waits until it is ready. */
  static async start(
    name: string,
    job: Json,
    options: ProcessOptions,
  ): Promise<{ readonly process: RoleProcess; readonly info: Json }> {
    const process = new RoleProcess(name, options);
    try {
      const message = await process.#ask({ kind: 'job', job });
      if (message.kind !== 'ready') throw new Error(`${name} was not ready first`);
      return { process, info: message.info };
    } catch (error) {
      // Nobody else knows of it: left alone it would keep the whole run from ending.
      process.kill();
      throw error;
    }
  }

  /** Runs the measured work once. */
  async go(go: Json = {}): Promise<Cost> {
    const message = await this.#ask({ kind: 'go', go });
    if (message.kind !== 'done') throw new Error(`${this.#name} was asked to run`);
    return message.cost;
  }

  /** Lets the process end by itself. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.send({ kind: 'close' });
    await ended;
  }

  /** Ends the process at once; for when something went wrong. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #ask(message: Json): Promise<FromRole> {
    if (this.#ended !== undefined) throw this.#ended;
    const waiting = Promise.withResolvers<FromRole>();
    this.#waiting = waiting;
    this.#child.send(message);
    const answer = await waiting.promise;
    if (answer.kind === 'failed') throw new Error(`${this.#name}: ${answer.text}`);
    return answer;
  }
}

/** A role and its job. */
export type RoleJob = readonly [name: string, job: Json];

/** What both processes of a pair cost. */
export interface PairCost {
  readonly listener: Cost;
  readonly dialler: Cost;
}

/** Runs a listening role and one that dials it, once, in a process each. */
export async function runPair(
  [listenerName, listenerJob]: RoleJob,
  [diallerName, diallerJob]: RoleJob,
  options: ProcessOptions,
): Promise<PairCost> {
  const listener = await RoleProcess.start(listenerName, listenerJob, options);
  let dialler: Awaited<ReturnType<typeof RoleProcess.start>> | undefined;
  try {
    dialler = await RoleProcess.start(diallerName, { ...listener.info, ...diallerJob }, options);
    const [heard, dialled] = await Promise.all([listener.process.go(), dialler.process.go()]);
    await Promise.all([listener.process.close(), dialler.process.close()]);
    return { listener: heard, dialler: dialled };
  } catch (error) {
    listener.process.kill();
    dialler?.process.kill();
    throw error;
  }
}

/** Runs one role alone, once. */
export async function runAlone([name, job]: RoleJob, options: ProcessOptions): Promise<Cost> {
  const { process } = await RoleProcess.start(name, job, options);
  try {
    const cost = await process.go();
    await process.close();
    return cost;
  } catch (error) {
    process.kill();
    throw error;
  }
}

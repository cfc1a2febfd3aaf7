// HAPI's server as a child process: started, ready, stopped. It ends with its standard input, so
// that it cannot outlive us however we end.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Built } from './prerequisites.ts';

const startMaxMs = 180_000;
const stopMaxMs = 5_000;
const logPath = fileURLToPath(new URL('./server/target/server.log', import.meta.url));
// Short-lived and alone on its data: start quickly, take little memory.
const javaOptions = [
  '-Xmx768m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];

/** A server that answers. */
export class JudgeServer {
  readonly url: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, Readable>, url: string) {
    this.#child = child;
    this.url = url;
  }

  /**
   * Starts it on any free port of this machine.
   *
   * @param onWait - Told each second how long it takes.
   * @throws Error when it ends before it is ready, or takes more than 3 minutes.
   */
  static async start(
    { java, classPath }: Built,
    signal: AbortSignal,
    onWait: (seconds: number) => void,
  ): Promise<JudgeServer> {
    const args = [...javaOptions, '-cp', classPath, 'org.fhirpeersync.hapi.HapiServer'];
    const child = spawn(java, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => undefined);
    const log: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log.push(text);
    });
    const startedMs = performance.now();
    const seconds = (): number => Math.round((performance.now() - startedMs) / 1000);
    const ticker = setInterval(() => onWait(seconds()), 1_000);
    try {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(startMaxMs)]);
      return new JudgeServer(child, await readyLine(child, patience));
    } catch (error) {
      child.kill('SIGKILL');
      writeFileSync(logPath, log.join(''));
      throw new Error(`the server did not start; its words are in ${logPath}`, { cause: error });
    } finally {
      clearInterval(ticker);
    }
  }

  /** The most memory that it has had, in MB; undefined where the system does not tell. */
  get peakMegabytes(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
      const kilobytes = /^VmHWM:\s*(\d+) kB/m.exec(status)?.[1];
      return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1000);
    } catch {
      return undefined;
    }
  }

  /** Ends it, gently first. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopMaxMs);
    this.#child.stdin.end();
    await ended;
    clearTimeout(timer);
  }
}

async function readyLine(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const url = /^ready (\S+)$/m.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.on('error', reject);
    child.on('exit', (status) => reject(new Error(`it ended with ${status}`)));
    const abort = (): void => reject(new Error('stopped', { cause: signal.reason }));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
  });
}

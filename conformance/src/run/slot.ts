// A place for one testee at a time: it is started when it is needed and again after it was killed,
// and meets the kit on the slot's own port. Knows no case.
import type { Hello } from '../control/values.ts';
import { startTestee } from '../control/start-testee.ts';
import type { Testee } from '../control/testee.ts';
import { MeetingPort } from '../peer/stream.ts';
import { kitVersion } from './surroundings.ts';
import type { SuiteOptions, TesteeSource } from './verdict.ts';

/** A testee that said hello, or why there is none. */
export type Found =
  | { readonly kind: 'testee'; readonly testee: Testee; readonly hello: Hello }
  | { readonly kind: 'none'; readonly detail: string };

/** One job of a run. */
export class Slot {
  readonly port: MeetingPort;
  readonly #source: TesteeSource;
  readonly #number: number;
  #found: Found | undefined;
  #isStopped = false;
  #hasLeftCache = false;

  private constructor(source: TesteeSource, number: number, port: MeetingPort) {
    this.#source = source;
    this.#number = number;
    this.port = port;
  }

  /** Opens the port; starts nothing yet. */
  static async open(source: TesteeSource, number: number): Promise<Slot> {
    const bind = source.kind === 'connection' ? source.meet?.bind : undefined;
    return new Slot(source, number, await MeetingPort.listen(bind));
  }

  /** Where the testee dials. */
  get dial(): { readonly host: string; readonly port: number } {
    const host = this.#source.kind === 'connection' ? this.#source.meet?.host : undefined;
    return { host: host ?? '127.0.0.1', port: this.port.port };
  }

  /** The testee that lives, or a new one. */
  async testee(): Promise<Found> {
    const found = this.#found;
    if (found?.kind === 'testee' && found.testee.end === undefined) return found;
    this.#found = this.#isStopped
      ? { kind: 'none', detail: 'The run was stopped.' }
      : await this.#start();
    return this.#found;
  }

  /**
   * Lets a testee end in good order once. Testees on Node leave compiled code behind then and start
   * in a third of the time; one that is killed leaves none, and its case is full of starts.
   */
  async leaveCache(): Promise<void> {
    if (this.#hasLeftCache || this.#source.kind === 'connection') return;
    this.#hasLeftCache = true;
    if (this.#found?.kind === 'testee') await this.#found.testee.quit();
  }

  /** Ends the testee at once, as it is, and starts none from here on. */
  async kill(): Promise<void> {
    this.#isStopped = true;
    if (this.#found?.kind === 'testee') await this.#found.testee.kill();
  }

  /** Ends testee and port. */
  async close(): Promise<void> {
    if (this.#found?.kind === 'testee') await this.#found.testee.quit();
    await this.port.close();
  }

  async #start(): Promise<Found> {
    const testee = await this.#connect();
    if (testee === undefined) return { kind: 'none', detail: 'No testee dialled the kit.' };
    // It was on its way while the run was stopped.
    if (this.#isStopped) await testee.kill();
    const reply = await testee.ask('hello', { control: 1, kit: kitVersion });
    if (reply.kind === 'answer') return { kind: 'testee', testee, hello: reply.answer };
    await testee.kill();
    const detail = reply.kind === 'refused' ? `hello was refused: ${reply.message}` : reply.detail;
    return { kind: 'none', detail };
  }

  async #connect(): Promise<Testee | undefined> {
    const source = this.#source;
    if (source.kind === 'connection') return source.connect();
    const { argv, ...rest } = source.command;
    const own = argv.map((part) => part.replaceAll('{slot}', `${this.#number}`));
    return startTestee({ ...rest, argv: own });
  }
}

/** How many testees may run at a time without being in each other's way. */
export function jobsOf(
  { testee, jobs = 1 }: Pick<SuiteOptions, 'testee' | 'jobs'>,
  hello: Hello,
): number {
  if (testee.kind === 'connection') return 1;
  const isApart = testee.command.argv.some((part) => part.includes('{slot}'));
  // A store that outlives its process lies somewhere: two processes would share it.
  return hello.features.includes('open') && !isApart ? 1 : Math.max(1, jobs);
}

// The kit's end of the control protocol: asks one testee, waits no longer than it may, and keeps
// what else it says. Knows no case and no peer.
import { KitError } from '../fault.ts';
import { normalAnswer, orderFaults } from './answer.ts';
import type { Channel, ChannelEnd } from './channel.ts';
import { EventLog } from './event-log.ts';
import { hintAbout, LineReader, lineOf, parseLine, type RawLine } from './line.ts';
import { Noise } from './noise.ts';
import { badAnswer, exited, hang, type Reply, type TesteeFault } from './reply.ts';
import { checkAnswer, checkCommand } from './schema.ts';
import type { Answers, CommandName, Commands, ControlEvent, StoreContent } from './values.ts';

type JsonObject = Readonly<Record<string, unknown>>;

interface Pending {
  readonly command: string;
  readonly waitMs: number;
  readonly settle: (reply: Reply<JsonObject>) => void;
  readonly timer: NodeJS.Timeout;
}

/** Milliseconds until a testee that does not answer is killed. */
export const ANSWER_MS = 10_000;
/** What a run gets beyond its `deadlineMs`, and a process between `quit` and its end. */
export const GRACE_MS = 2_000;

/** One testee: a process or a connection, from its start to its end. */
export class Testee {
  readonly noise = new Noise();
  /** Resolves when the testee is gone, for whatever reason. */
  readonly ended: Promise<ChannelEnd>;
  readonly #channel: Channel;
  readonly #reader = new LineReader();
  readonly #pending = new Map<number, Pending>();
  readonly #events = new EventLog();
  readonly #mistakes: string[] = [];
  #end: ChannelEnd | undefined;
  #nextId = 1;
  #isKilled = false;

  /** Takes a channel that nobody else uses. */
  constructor(channel: Channel) {
    this.#channel = channel;
    const ended = Promise.withResolvers<ChannelEnd>();
    this.ended = ended.promise;
    channel.start({
      octets: (octets) => this.#reader.push(octets).forEach((line) => this.#take(line)),
      noise: (octets) => this.noise.push(octets),
      ended: (end) => {
        this.#finish(end);
        ended.resolve(end);
      },
    });
  }

  /** Whether killing it kills a process: crash cases need that. */
  get canKill(): boolean {
    return this.#channel.canKill;
  }

  /** Where to dial a testee that named no host in `listening`. */
  get host(): string {
    return this.#channel.host;
  }

  /** Whether a run goes on that was not answered yet. */
  get isRunning(): boolean {
    return this.#events.isOpen;
  }

  /** How it ended; undefined while it lives. */
  get end(): ChannelEnd | undefined {
    return this.#end;
  }

  /**
   * Sends a command and waits for its answer. When none comes in time the testee is killed, with
   * everything that it started, before the fault is returned.
   *
   * @param waitMs - By the machine's clock; default 10 s, for `run` its `deadlineMs` and 2 s.
   * @throws {@link KitError} when the command breaks its schema: that is the kit's mistake.
   */
  async ask<C extends CommandName>(
    command: C,
    members: Commands[C],
    waitMs = waitOf(members),
  ): Promise<Reply<Answers[C]>> {
    const reply = await this.#send(command, members, waitMs, true);
    if (reply.kind !== 'answer') return reply;
    const answer = normalAnswer(command, reply.answer);
    const faults = command === 'dump' ? orderFaults(answer['store'] as StoreContent) : [];
    // The schema has just said that it is one.
    const checked = answer as unknown as Answers[C];
    return faults.length > 0 ? badAnswer(command, faults) : { kind: 'answer', answer: checked };
  }

  /** Sends a command that does not exist, to see whether the testee refuses what it can't do. */
  async askInvented(command: string, waitMs = ANSWER_MS): Promise<Reply<never>> {
    const reply = await this.#send(command, {}, waitMs, false);
    if (reply.kind === 'answer') throw new KitError('an invented command has no schema to pass');
    return reply;
  }

  /** Calls back for every event from now on, those of `inline` included. */
  onEvent(listener: (event: ControlEvent) => void): () => void {
    return this.#events.listen(listener);
  }

  /**
   * The first event of the present run that is of this kind and was not taken before. The testee
   * lives on when it does not come.
   */
  async waitFor<E extends ControlEvent['ev']>(
    name: E,
    waitMs = ANSWER_MS,
  ): Promise<Extract<ControlEvent, { readonly ev: E }> | TesteeFault> {
    return this.#events.waitFor(name, waitMs);
  }

  /** What it wrote against the protocol beside its answers, since the last call; for people. */
  takeMistakes(): string[] {
    return [...this.#mistakes.splice(0), ...this.#events.mistakes.splice(0)];
  }

  /** Asks it to end; kills it when it has not within 2 s. Safe after its end. */
  async quit(): Promise<ChannelEnd> {
    if (this.#end !== undefined || this.#isKilled) return this.ended;
    const timer = setTimeout(() => void this.kill(), GRACE_MS);
    await this.ask('quit', {}, GRACE_MS);
    this.#channel.finish();
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }

  /** Ends it at once, as a crash or a loss of power would; children and all. */
  async kill(): Promise<ChannelEnd> {
    this.#isKilled = true;
    this.#channel.kill();
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #send(
    command: string,
    members: object,
    waitMs: number,
    isKnown: boolean,
  ): Promise<Reply<JsonObject>> {
    const id = this.#nextId;
    const line = { id, cmd: command, ...members };
    const [fault] = isKnown ? checkCommand(line) : [];
    if (fault !== undefined) throw new KitError(`command ${command}: ${fault.message}`);
    if (this.#end !== undefined) return exited(command, this.#end, this.#hints());
    this.#nextId += 1;
    if (command === 'run') this.#events.begin(id);
    const reply = Promise.withResolvers<Reply<JsonObject>>();
    const timer = setTimeout(() => void this.#timeOut(id), waitMs);
    this.#pending.set(id, { command, waitMs, settle: reply.resolve, timer });
    this.#channel.write(lineOf(line));
    return reply.promise;
  }

  async #timeOut(id: number): Promise<void> {
    const pending = this.#settled(id);
    if (pending === undefined) return;
    const fault = hang(pending.command, pending.waitMs, this.#hints());
    await this.kill();
    pending.settle(fault);
  }

  #settled(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(pending?.timer);
    return pending;
  }

  #take(line: RawLine): void {
    if (line.kind === 'overlong') {
      this.#mistakes.push(`A line of ${line.octets} octets is longer than is allowed.`);
      return;
    }
    const parsed = parseLine(line.octets);
    if (parsed.kind === 'noise') this.noise.add('out', parsed.text);
    else if (parsed.kind === 'answer') this.#answered(parsed.value);
    else if (!this.#events.take(parsed.value)) this.noise.add('out', JSON.stringify(parsed.value));
  }

  #answered(value: JsonObject): void {
    // Too late, and not its fault; events that were on their way still tell how far it came.
    if (this.#isKilled) return;
    const { id } = value;
    const pending = typeof id === 'number' ? this.#settled(id) : undefined;
    if (pending === undefined || typeof id !== 'number') {
      const shown = JSON.stringify(id);
      const why = typeof id === 'number' ? 'no command waits for it' : 'ids are numbers';
      this.#mistakes.push(`An answer has the id ${shown}, but ${why}.`);
      return;
    }
    if (pending.command === 'run') this.#events.finish();
    pending.settle(replyOf(pending.command, value));
  }

  #finish(end: ChannelEnd): void {
    const rest = this.#reader.rest();
    if (rest?.kind === 'line' && !this.#isKilled) {
      const text = new TextDecoder().decode(rest.octets);
      this.noise.add('out', text);
      this.#mistakes.push('The last line has no line feed; end each line with one.');
    }
    this.noise.finish();
    this.#end = end;
    this.#events.finish();
    for (const id of [...this.#pending.keys()]) {
      const pending = this.#settled(id);
      pending?.settle(exited(pending.command, end, this.#hints()));
    }
  }

  /** What a person should look at first: mistakes, lines that look like answers, the last error. */
  #hints(): string[] {
    const { lines } = this.noise;
    const near = lines.map(({ text }) => hintAbout(text)).find((hint) => hint !== undefined);
    const last = lines.findLast(({ from }) => from === 'err')?.text.slice(0, 200);
    const printed = lines.find(({ from }) => from === 'out')?.text.slice(0, 200);
    const isStray = near === undefined && last === undefined && printed !== undefined;
    return [
      ...this.#mistakes.slice(-3).map((text) => text.replace(/\.$/, '')),
      ...(near === undefined ? [] : [near]),
      ...(last === undefined ? [] : [`its last words on standard error: ${last}`]),
      ...(isStray ? [`it printed what is no answer, at first: ${printed}`] : []),
    ];
  }
}

function waitOf(members: object): number {
  return 'deadlineMs' in members ? Number(members.deadlineMs) + GRACE_MS : ANSWER_MS;
}

function replyOf(command: string, value: JsonObject): Reply<JsonObject> {
  const faults = checkAnswer(command, value);
  if (faults.length > 0) return badAnswer(command, faults);
  if (value['ok'] === true) return { kind: 'answer', answer: value };
  const error = value['error'] as JsonObject;
  const field = error['field'];
  return {
    kind: 'refused',
    why: error['kind'] as 'unsupported' | 'invalid' | 'failed',
    message: String(error['message']),
    ...(typeof field === 'string' ? { field } : {}),
  };
}

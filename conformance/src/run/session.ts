// One run of a testee: its command, the connections that belong to it, and the end of all of them.
// It judges nothing.
import type { Testee } from '../control/testee.ts';
import type { Answers, Connection, Hello, RunParams } from '../control/values.ts';
import type { Reply } from '../control/reply.ts';
import type { SecretText } from '../cases/case-file.ts';
import type { Delivery } from '../peer/delivery.ts';
import { Endpoint } from '../peer/endpoint.ts';
import { secretOf, type Octets } from '../peer/exchange.ts';
import { InlinePeer } from '../peer/inline-peer.ts';
import type { Spoken } from '../peer/hearing.ts';
import { Player } from '../peer/player.ts';
import type { PowerLoss } from '../peer/power-loss.ts';
import { Recorder } from '../peer/recorder.ts';
import { Scene } from '../peer/scene.ts';
import { within } from '../peer/stuffing.ts';
import { answersFirst, letTimePass } from './kit-time.ts';
import { dialTestee, type MeetingPort, type PeerStream } from '../peer/stream.ts';
import type { Role, Transcript } from '../peer/transcript.ts';
import type { TextFields } from '../wire/message-text.ts';
import { fromHex } from '../wire/octets.ts';
import type { SessionContext } from './judging.ts';
import { readShown, type Shown, type ShownCode } from './shown-code.ts';
import { kitReplica, testeeReplica } from './surroundings.ts';

/** What a session is played with. */
export interface SessionSetup {
  readonly testee: Testee;
  readonly hello: Hello;
  readonly port: MeetingPort;
  /** Where the testee dials the port. */
  readonly dial: { readonly host: string; readonly port: number };
  readonly role: Role;
  readonly params: RunParams;
  /** What the testee's user types or shows. */
  readonly secret: SecretText;
  /** The kit's own secrets. */
  readonly shown: readonly string[];
  readonly serverUrl: string;
  readonly clock: 'virtual' | undefined;
  readonly listen: boolean;
  /** Whether the kit takes the QR text of what the testee shows. */
  readonly scans?: true;
  /** Drafts that both sides speak. */
  readonly drafts?: readonly string[];
  /** Whether the connection runs through control lines. */
  readonly isInline: boolean;
  readonly delivery: Delivery;
  readonly random: Octets;
  readonly patienceMs: number;
  readonly deadlineMs: number;
  /** When power is lost where a script wants several moments; default: at once. */
  readonly lossShare?: number;
  /** Of the testee's store; default: the one that every case begins with. */
  readonly replica?: string;
  /** What was heard in this and in earlier sessions of the script. */
  readonly memory: Map<string, TextFields>;
}

/** How the run ended on the control channel. */
export type RunReply = Reply<Answers['run']>;

/** One connection of a session, when all is over. */
export interface PlayedConnection {
  readonly transcript: Transcript;
  readonly context: SessionContext;
  /** Whether the testee ended its side when the kit had. */
  readonly hasClosed: boolean;
  /** What both sides said, as far as the kit could read it; the kit's own as it was meant. */
  readonly spoken: readonly Spoken[];
  /** Losses of power in it. */
  readonly losses?: readonly PowerLoss[];
  /** What the testee drew and showed for it. */
  readonly code?: ShownCode;
}

interface Line {
  readonly code: ShownCode | undefined;
  readonly spoken: Spoken[];
  readonly player: Player;
  readonly endpoint: Endpoint;
  readonly recorder: Recorder;
}

function connectionOf({ listen, isInline, dial }: SessionSetup): Connection {
  if (listen) return { listen: {} };
  return isInline ? { inline: true } : { dial };
}

/** One run. */
export class Session {
  readonly #setup: SessionSetup;
  readonly #lines = new Map<string, Line>();
  readonly #inline: InlinePeer | undefined;
  /** Aborted when the run was answered. */
  readonly #over = new AbortController();
  #current: Line | undefined;
  #reply: RunReply | undefined;
  /** Resolves with the answer of the run; never rejects but for the kit's own mistakes. */
  readonly #answered: Promise<RunReply>;
  #trouble: string | undefined;
  #listening: { readonly host: string; readonly port: number } | undefined;

  private constructor(setup: SessionSetup) {
    const { testee, role, params, secret, clock, deadlineMs, drafts = [] } = setup;
    this.#setup = setup;
    setup.port.forget();
    this.#inline = setup.isInline ? new InlinePeer(testee) : undefined;
    this.#answered = testee.ask('run', {
      role,
      ...connectionOf(setup),
      secret,
      params,
      ...(clock === undefined ? {} : { clock }),
      ...(drafts.length === 0 ? {} : { 'x-drafts': drafts }),
      deadlineMs,
    });
    void this.#answered.then(
      (reply) => {
        this.#reply = reply;
        this.#over.abort();
      },
      // Whoever waits for the answer sees it.
      () => {
        this.#over.abort();
      },
    );
  }

  /** Sends `run` and waits for the first connection; without one the run's answer says why. */
  static async begin(setup: SessionSetup): Promise<Session> {
    const session = new Session(setup);
    await session.connect('first', setup.role === 'sender' && setup.secret === null);
    return session;
  }

  /** The answer of the run, where it has come. */
  get reply(): RunReply | undefined {
    return this.#reply;
  }

  /** Why the last connection came to nothing, where the testee's secret was the reason. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Plays on the connection in use; undefined where there is none. */
  get player(): Player | undefined {
    return this.#current?.player;
  }

  /** Goes on with another connection; false where there is none of that name. */
  use(name: string): boolean {
    const line = this.#lines.get(name);
    if (line !== undefined) this.#current = line;
    return line !== undefined;
  }

  /**
   * One more connection, from here on the one in use.
   *
   * @param hasNewCode - Whether the testee draws a secret for it, which the kit has to read first.
   * @returns false where none came about.
   */
  async connect(name: string, hasNewCode: boolean): Promise<boolean> {
    const stream = await this.#stream();
    const shown = stream === undefined ? undefined : await this.#shown(hasNewCode);
    if (stream === undefined || shown === undefined) {
      stream?.dispose();
      return false;
    }
    const { secrets, code } = shown;
    const { role, serverUrl, random, delivery, testee, patienceMs, params, memory } = this.#setup;
    const { drafts = [] } = this.#setup;
    const [first] = secrets;
    if (first === undefined) return false;
    const startedMs = performance.now();
    const microseconds = (): number => Math.round((performance.now() - startedMs) * 1_000);
    const recorder = new Recorder(role, first, microseconds);
    const scene = new Scene({
      testee: role,
      secrets,
      replica: fromHex(kitReplica),
      serverUrl,
      release: params.release ?? 'R4',
      drafts,
      random,
    });
    const endpoint = new Endpoint(stream, recorder, delivery);
    const spoken: Spoken[] = [];
    const { lossShare = 0 } = this.#setup;
    const stage = { scene, endpoint, recorder, testee, patienceMs, memory, spoken, lossShare };
    const player = new Player(stage);
    this.#current = { player, endpoint, recorder, spoken, code };
    this.#lines.set(name, this.#current);
    return true;
  }

  /**
   * Ends every connection and waits for the answer of the run.
   *
   * @param holds - Whether the answer has to come first.
   * @param isLeft - Whether the script was left: who listens would go on for others to come.
   * @returns `isLate`: the answer did not come first, although it had to.
   */
  async finish(
    holds = false,
    isLeft = false,
  ): Promise<{ connections: PlayedConnection[]; reply: RunReply; isLate: boolean }> {
    const { patienceMs } = this.#setup;
    if (isLeft) await this.#stopListening(0);
    if (holds) await this.#stopListening(patienceMs);
    const isLate = holds && !(await answersFirst(this.#setup, this.#answered));
    const closed = await Promise.all([...this.#lines.values()].map(({ player }) => player.close()));
    await this.#stopListening(patienceMs);
    await letTimePass(this.#setup, this.#answered);
    // Without a connection nothing of the kit's could end the run.
    const reply = await this.#answered;
    const connections = [...this.#lines.values()].map(
      ({ recorder, spoken, code, player }, index) => ({
        spoken,
        losses: player.losses,
        ...(code === undefined ? {} : { code }),
        transcript: recorder.transcript(),
        context: this.#context(),
        hasClosed: closed[index] === true,
      }),
    );
    this.dispose();
    return { connections, reply, isLate };
  }

  /** Who listens may wait for others without end: after this time its user stops it. */
  async #stopListening(waitMs: number): Promise<void> {
    const { listen, hello, testee } = this.#setup;
    if (!listen || !hello.features.includes('abort') || this.#reply !== undefined) return;
    const answered = this.#answered.then(() => undefined);
    if (!(await within(waitMs, answered))) await testee.ask('abort', {});
  }

  /** Drops every connection without a word. */
  dispose(): void {
    for (const { endpoint } of this.#lines.values()) endpoint.dispose();
  }

  #context(): SessionContext {
    const { params, serverUrl, hello, clock, secret, shown, replica } = this.#setup;
    const typed = secret === null ? [] : [secret].flat();
    return {
      params,
      testeeReplica: replica ?? testeeReplica,
      kitReplica,
      serverUrl,
      capabilities: hello.capabilities,
      isClockVirtual: clock !== undefined,
      ...([...this.#lines.values()].some(({ player }) => player.losses.length > 0)
        ? { wasTesteeKilled: true }
        : {}),
      ...(secret !== null && !shown.some((text) => typed.includes(text))
        ? { isSecretWrong: true }
        : {}),
    };
  }

  async #stream(): Promise<PeerStream | undefined> {
    const { port, listen, testee, patienceMs, deadlineMs } = this.#setup;
    if (this.#inline !== undefined) return this.#inline;
    if (!listen) {
      const gone = this.#answered.then(
        () => undefined,
        () => undefined,
      );
      const accepted = port.accept(deadlineMs);
      const stream = await Promise.race([accepted, gone]);
      if (stream === undefined) {
        port.stopWaiting();
        void accepted.then((late) => late?.dispose());
      }
      return stream;
    }
    if (this.#listening === undefined) {
      const event = await testee.waitFor('listening', deadlineMs);
      if (!('ev' in event)) return undefined;
      this.#listening = { host: event.host ?? testee.host, port: event.port };
    }
    const { host, port: number } = this.#listening;
    return dialTestee(host, number, patienceMs);
  }

  async #shown(hasNewCode: boolean): Promise<Shown | undefined> {
    const { testee, shown, patienceMs, scans = false } = this.#setup;
    if (!hasNewCode) return { secrets: shown.map(secretOf) };
    const event = await testee.waitFor('code', patienceMs);
    const read = 'ev' in event ? readShown(event, scans) : 'the testee showed no new secret';
    if (typeof read !== 'string') return read;
    this.#trouble = read;
    return undefined;
  }
}

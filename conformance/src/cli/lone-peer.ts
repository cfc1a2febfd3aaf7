// One case against whoever connects, without a control channel: the person is told what to do,
// every message is shown as it passes, and the observer has the last word on the octets.
import { KitError } from '../fault.ts';
import type { Case } from '../cases/case.ts';
import type { Channel } from '../control/channel.ts';
import { Testee } from '../control/testee.ts';
import type { Delivery } from '../peer/delivery.ts';
import { Endpoint } from '../peer/endpoint.ts';
import { secretOf } from '../peer/exchange.ts';
import type { Spoken } from '../peer/hearing.ts';
import { Player } from '../peer/player.ts';
import { Recorder } from '../peer/recorder.ts';
import { Scene } from '../peer/scene.ts';
import type { AgainStep, PlayedStep, Step } from '../peer/script.ts';
import type { PeerStream } from '../peer/stream.ts';
import { observe } from '../observer/observe.ts';
import { transcriptOf } from '../report/results-of.ts';
import type { ResultFinding, ResultTranscript } from '../report/results.ts';
import type { Finding } from '../run/judging.ts';
import { seededOctets } from '../run/seeded-octets.ts';
import { kitReplica, testeeReplica } from '../run/surroundings.ts';
import { fromHex } from '../wire/octets.ts';
import type { TextFields } from '../wire/message-text.ts';
import { stepWords } from './by-hand.ts';
import { harmless, type Screen } from './screen.ts';

/** The control channel of nobody: what a script would ask over it is said to the person. */
class Nobody implements Channel {
  readonly canKill = false;
  readonly host = '127.0.0.1';

  start(): void {
    // Nobody answers.
  }

  write(line: string): void {
    throw new KitError(`nobody is there to read ${line}`);
  }

  finish(): void {
    // Nobody is there to end.
  }

  kill(): void {
    // Nobody is there to kill.
  }
}

const shownMax = 110;

/** Shows each message as it is noted. */
class ShownWords extends Array<Spoken> {
  #screen: Screen | undefined;

  static on(screen: Screen): ShownWords {
    const words = new ShownWords();
    words.#screen = screen;
    return words;
  }

  override push(...words: Spoken[]): number {
    for (const { side, name, fields } of words) {
      const text = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`;
      const cut = text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
      this.#screen?.print(`${side === 'kit' ? '→' : '←'} ${name}${harmless(cut)}`);
    }
    return super.push(...words);
  }
}

/** How a lone peer plays. */
export interface LonePeerOptions {
  readonly delivery: Delivery;
  readonly seed: string;
  readonly patienceMs: number;
  /** The next connection; undefined where none comes. */
  readonly connect: () => Promise<PeerStream | undefined>;
}

interface Line {
  readonly player: Player;
  readonly endpoint: Endpoint;
  readonly recorder: Recorder;
}

/** What came of a case. */
export interface LoneOutcome {
  readonly isAsExpected: boolean;
  readonly transcripts: readonly ResultTranscript[];
  readonly findings: readonly ResultFinding[];
}

const isOnTheWire = ({ do: verb }: Step): boolean =>
  ['send', 'expect', 'collect', 'stuff', 'close', 'closed'].includes(verb);

/** Plays one case. */
export class LonePeer {
  readonly #screen: Screen;
  readonly #case: Case;
  readonly #options: LonePeerOptions;
  readonly #testee = new Testee(new Nobody());
  readonly #memory = new Map<string, TextFields>();
  readonly #lines: Line[] = [];
  readonly #found: { readonly transcripts: ResultTranscript[]; readonly findings: ResultFinding[] };
  #script: Case['script'];

  constructor(screen: Screen, one: Case, options: LonePeerOptions) {
    this.#screen = screen;
    this.#case = one;
    this.#options = options;
    this.#script = one.script;
    this.#found = { transcripts: [], findings: [] };
  }

  /** Plays every step that is on the wire, and says the others. */
  async play(): Promise<LoneOutcome> {
    const { steps } = this.#script;
    const isDone = (await this.#connect()) && (await this.#steps(steps));
    const hasEnded = isDone && (await this.#ending());
    await this.#close(false);
    const broken = this.#found.findings.some(
      ({ side, level }) => side === 'testee' && level === 'MUST',
    );
    return { isAsExpected: hasEnded && !broken, ...this.#found };
  }

  async #connect(): Promise<boolean> {
    const stream = await this.#options.connect();
    if (stream === undefined) {
      this.#screen.print('No connection came.');
      return false;
    }
    const { role, shown, serverUrl, params } = this.#script;
    const [first, ...others] = shown.map(secretOf);
    if (first === undefined) {
      throw new KitError(`${this.#case.id} takes the secret that your implementation shows`);
    }
    const number = this.#found.transcripts.length + this.#lines.length;
    const { seed, delivery, patienceMs } = this.#options;
    const recorder = new Recorder(role, first, () => 0);
    const scene = new Scene({
      testee: role,
      secrets: [first, ...others],
      replica: fromHex(kitReplica),
      serverUrl,
      release: params.release ?? 'R4',
      random: seededOctets(seed, `${this.#case.id}/${number}`),
    });
    const endpoint = new Endpoint(stream, recorder, delivery);
    const spoken = ShownWords.on(this.#screen);
    const stage = { scene, endpoint, recorder, testee: this.#testee, patienceMs, spoken };
    const player = new Player({ ...stage, memory: this.#memory });
    this.#lines.push({ player, endpoint, recorder });
    return true;
  }

  async #steps(steps: readonly Step[]): Promise<boolean> {
    for (const step of steps) {
      if (step.id === this.#case.changedStep) {
        this.#screen.print('* what follows is the change of the case');
      }
      const isDone = isOnTheWire(step)
        ? await this.#onTheWire(step as PlayedStep)
        : await this.#byHand(step);
      if (!isDone) return false;
    }
    await this.#lines.at(-1)?.player.flush();
    return true;
  }

  async #onTheWire(step: PlayedStep): Promise<boolean> {
    const departure = await this.#lines.at(-1)?.player.play([step]);
    if (departure === undefined) return true;
    this.#screen.print(`✗ it did something else at ${departure.step}: ${departure.detail}`);
    return false;
  }

  async #byHand(step: Step): Promise<boolean> {
    const line = this.#lines.at(-1);
    await line?.player.flush();
    const words = stepWords(step);
    if (words !== undefined) this.#screen.print(`✋ ${words}`);
    if (step.do === 'kill') {
      await line?.endpoint.drain(this.#options.patienceMs);
      await this.#close(true);
    }
    if (step.do === 'ended') await this.#close(false);
    if (step.do === 'dial') return this.#connect();
    return step.do === 'again' ? this.#again(step) : true;
  }

  async #again({ role = this.#script.role, params }: AgainStep): Promise<boolean> {
    await this.#close(false);
    const own = { role, ...(params === undefined ? {} : { params }) };
    this.#script = { ...this.#script, ...own };
    return this.#connect();
  }

  /** Where the testee has to end the session, how it did. */
  async #ending(): Promise<boolean> {
    const { expectation } = this.#case;
    const player = this.#lines.at(-1)?.player;
    if (expectation.kind !== 'ends' || player === undefined) return true;
    const ending = await player.ending();
    const code = 'code' in ending ? ending.code : '';
    const isRight = expectation.endings.some(
      (one) => one.kind === ending.kind && (!('codes' in one) || one.codes.includes(code)),
    );
    const wanted = expectation.endings.map((one) =>
      'codes' in one ? `${one.kind} ${one.codes.join('/')}` : one.kind,
    );
    const mark = isRight ? '✓' : '✗';
    this.#screen.print(`${mark} it ended: ${ending.kind} ${code}`.trimEnd());
    if (!isRight) this.#screen.print(`  it has to end: ${wanted.join(' or ')}`);
    return isRight;
  }

  /** Ends what is open, and lets the observer read it. */
  async #close(wasTesteeKilled: boolean): Promise<void> {
    for (const { player, endpoint, recorder } of this.#lines.splice(0)) {
      await player.close();
      endpoint.dispose();
      const transcript = recorder.transcript();
      const session = this.#found.transcripts.length;
      const found = observe(transcript, {
        params: this.#script.params,
        testeeReplica,
        kitReplica,
        serverUrl: this.#script.serverUrl,
        capabilities: [],
        // In a debugger pauses mean nothing.
        isClockVirtual: true,
        ...(wasTesteeKilled ? { wasTesteeKilled } : {}),
      });
      this.#found.transcripts.push(transcriptOf(transcript));
      this.#found.findings.push(...found.map((finding) => resultFinding(finding, session)));
    }
  }
}

function resultFinding(
  { side, requirement, level, where, detail }: Finding,
  session: number,
): ResultFinding {
  const { frame, octets } = where;
  return {
    side,
    requirement,
    level,
    session,
    ...(frame === undefined ? {} : { frame }),
    ...(octets === undefined ? {} : { octets }),
    detail,
  };
}

// `peer`: the kit as a peer by itself, for a debugger: it waits for a connection, plays one case,
// and prints what it does and sees. No control protocol: the person is the testee's user.
import { KitError } from '../fault.ts';
import type { Case } from '../cases/case.ts';
import type { Channel } from '../control/channel.ts';
import { Testee } from '../control/testee.ts';
import { deliveries, type Delivery } from '../peer/delivery.ts';
import { Endpoint } from '../peer/endpoint.ts';
import { secretOf } from '../peer/exchange.ts';
import { Player } from '../peer/player.ts';
import { Recorder } from '../peer/recorder.ts';
import { Scene } from '../peer/scene.ts';
import type { PlayedStep, Step } from '../peer/script.ts';
import { dialTestee, MeetingPort, type PeerStream } from '../peer/stream.ts';
import { transcriptOf } from '../report/results-of.ts';
import { seededOctets } from '../run/seeded-octets.ts';
import { kitReplica } from '../run/surroundings.ts';
import { ready } from '../security/cpace.ts';
import { fromHex } from '../wire/octets.ts';
import { Cancellation } from './cancellation.ts';
import { chosenCases } from './case-choice.ts';
import { misuse, type ExitCode } from './failure.ts';
import type { Screen } from './screen.ts';
import { countOf } from './suite-run.ts';
import { portOf } from './testee-access.ts';
import { transcriptText } from './transcript-text.ts';

/** Options of `peer`. */
export interface PeerOptions {
  readonly port?: string;
  readonly host?: string;
  readonly dial?: string;
  readonly delivery?: string;
  readonly seed?: string;
  readonly patience?: string;
  readonly twin?: boolean;
}

const firstConnectionMs = 600_000;
/** A person steps through code in the meantime. */
const patienceMs = 600_000;

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

function deliveryOf(text: string | undefined): Delivery {
  const found = deliveries.find((delivery) => delivery === (text ?? 'whole'));
  if (found !== undefined) return found;
  throw misuse(`There is no delivery ${text}.`, `Use ${deliveries.join(', ')}.`);
}

/** What the person has to do for their implementation, as the control protocol would tell it. */
function instructions(one: Case, address: string): string[] {
  const { script } = one;
  const { secret, params, store, serverUrl, listen } = script;
  const codes = secret === null ? 'none: let it show its own' : [secret].flat().join(' or ');
  const verb = listen ? 'listen' : `dial ${address}`;
  return [
    `Your implementation: ${one.role}. Let it ${verb}.`,
    `Secret: ${codes}`,
    ...(serverUrl === '' ? [] : [`FHIR server: ${serverUrl}`]),
    `Parameters: ${JSON.stringify(params)}`,
    `Store: ${store.entries.length} entries${store.entries.length === 0 ? '' : ':'}`,
    ...store.entries.map(({ type, id, resource }) => `  ${type}/${id} ${resource ?? 'deleted'}`),
  ];
}

/** Steps of a session, and where another begins. */
function isPlayed(step: Step): step is PlayedStep {
  return ['send', 'expect', 'collect', 'close', 'closed'].includes(step.do);
}

async function connection(
  options: PeerOptions,
  port: MeetingPort,
): Promise<PeerStream | undefined> {
  if (options.dial === undefined) return port.accept(firstConnectionMs);
  const [, host = '', number = ''] = /^(.+):(\d+)$/.exec(options.dial) ?? [];
  if (host === '') throw misuse(`--dial ${options.dial} is no HOST:PORT.`);
  return dialTestee(host, portOf(number), 10_000);
}

/** Plays one case against whoever connects. */
class LonePeer {
  readonly #screen: Screen;
  readonly #case: Case;
  readonly #options: PeerOptions;
  readonly #testee = new Testee(new Nobody());

  constructor(screen: Screen, one: Case, options: PeerOptions) {
    this.#screen = screen;
    this.#case = one;
    this.#options = options;
  }

  /** Plays every step that is on the wire, and says the others; false where the peer departed. */
  async play(stream: PeerStream): Promise<boolean> {
    const { delivery, seed = 'peer', patience } = this.#options;
    const { role, script, changedStep, expectation } = this.#case;
    const [first, ...others] = script.shown.map(secretOf);
    if (first === undefined) throw new KitError(`${this.#case.id} has no secret`);
    const recorder = new Recorder(role, first, () => 0);
    const scene = new Scene({
      testee: role,
      secrets: [first, ...others],
      replica: fromHex(kitReplica),
      serverUrl: script.serverUrl,
      release: script.params.release ?? 'R4',
      random: seededOctets(seed, this.#case.id),
    });
    const endpoint = new Endpoint(stream, recorder, deliveryOf(delivery));
    const player = new Player({
      scene,
      endpoint,
      recorder,
      testee: this.#testee,
      patienceMs: patience === undefined ? patienceMs : countOf('--patience', patience),
      memory: new Map(),
      spoken: [],
    });
    const isDone = await this.#steps(player, script.steps, changedStep);
    if (isDone && expectation.kind === 'ends') {
      const ending = await player.ending();
      const code = 'code' in ending ? ` ${ending.code}` : '';
      const wanted = expectation.endings.map(
        (one) => `${one.kind} ${'codes' in one ? one.codes.join('/') : ''}`,
      );
      this.#screen.print(`← it ended: ${ending.kind}${code}; awaited: ${wanted.join(' or ')}`);
    }
    await player.close();
    endpoint.dispose();
    const transcripts = [transcriptOf(recorder.transcript())];
    this.#screen.print('');
    this.#screen.print(transcriptText(this.#screen, { ...blank(this.#case), transcripts }));
    return isDone;
  }

  async #steps(
    player: Player,
    steps: readonly Step[],
    changed: string | undefined,
  ): Promise<boolean> {
    for (const step of steps) {
      const note = step.id === changed ? '  * the change of the case' : '';
      const subject = 'message' in step ? ` ${step.message}` : '';
      if (!isPlayed(step)) {
        this.#screen.print(`  by hand: ${step.do} ${step.id}`);
        continue;
      }
      this.#screen.print(`${step.do === 'send' ? '→' : '←'} ${step.do}${subject}${note}`);
      const departure = await player.play([step]);
      if (departure === undefined) continue;
      this.#screen.print(`  it did something else at ${departure.step}: ${departure.detail}`);
      return false;
    }
    return true;
  }
}

/** A result of nothing yet, which the transcript hangs on. */
function blank(one: Case): Parameters<typeof transcriptText>[1] {
  const { id, title, family, role, level, requirements } = one;
  const rest = { delivery: 'whole', verdict: 'pass', expected: title, durationMs: 0 } as const;
  return { id, title, family, role, level, requirements, ...rest };
}

/** Waits for one connection and plays: 0 when the peer did what the script says, else 1. */
export async function peer(screen: Screen, id: string, options: PeerOptions): Promise<ExitCode> {
  const [chosen, more] = chosenCases({ only: [id] });
  if (chosen === undefined || more !== undefined) throw misuse(`${id} is not one case.`);
  deliveryOf(options.delivery);
  await ready();
  const one = options.twin === true && chosen.twin ? asTwin(chosen) : chosen;
  if (one.script.listen && options.dial === undefined) {
    throw misuse(`In ${id} your implementation listens.`, 'Add --dial HOST:PORT.');
  }
  const port = await MeetingPort.listen(options.host, portOf(options.port ?? '0'));
  const cancellation = new Cancellation(screen);
  const stopped = new Promise<'stopped'>((resolve) => {
    cancellation.signal.addEventListener('abort', () => resolve('stopped'));
  });
  try {
    screen.print(`${one.id} ${one.title}`);
    const address = `${options.host ?? '127.0.0.1'}:${port.port}`;
    for (const line of instructions(one, address)) screen.print(line);
    const played = connection(options, port).then((stream) =>
      stream === undefined ? false : new LonePeer(screen, one, options).play(stream),
    );
    const outcome = await Promise.race([played, stopped]);
    if (outcome === 'stopped') return 130;
    return outcome ? 0 : 1;
  } finally {
    cancellation.release();
    await port.close();
  }
}

/** The valid session that the case is a change of. */
function asTwin(one: Case): Case {
  const { twin } = one;
  if (twin === undefined) return one;
  const kept = Object.entries(one).filter(([name]) => name !== 'changedStep');
  const rest = Object.fromEntries(kept) as unknown as Case;
  return { ...rest, script: twin, expectation: { kind: 'continues' } };
}

// Plays a script against one connection: sends what it says, waits for what it says, and tells
// where the testee did something else. It judges no rule: what was expected is in the script, and
// whether the octets keep the rules is for the observer.
import { isFault, KitError } from '../fault.ts';
import type { Testee } from '../control/testee.ts';
import type { TextFields } from '../wire/message-text.ts';
import { announced } from '../wire/limits.ts';
import { frameOf } from '../wire/frame.ts';
import type { Endpoint, Heard } from './endpoint.ts';
import type { Keys } from './exchange.ts';
import {
  afterTheEnd,
  departed,
  endingOf,
  isEarlierAck,
  isSmallTalk,
  otherThan,
  remembered,
  type Departure,
  type Spoken,
} from './hearing.ts';
import { PowerWatch, type PowerLoss } from './power-loss.ts';
import type { Recorder } from './recorder.ts';
import type { Scene } from './scene.ts';
import type {
  CollectStep,
  ControlStep,
  Ending,
  EventStep,
  ExpectStep,
  KillStep,
  PlayedStep,
  SendStep,
} from './script.ts';
import { stuff, within } from './stuffing.ts';
import { awaitEvent, losePower } from './testee-steps.ts';
import { declaring, spoiledSeal, tamperedBody, withChanges } from './tampering.ts';
import { validFields } from './valid-messages.ts';

/** What a script is played on. */
export interface Stage {
  readonly scene: Scene;
  readonly endpoint: Endpoint;
  readonly recorder: Recorder;
  readonly testee: Testee;
  /** How long to wait for what the testee owes, in milliseconds. */
  readonly patienceMs: number;
  /** The last message of each name, those of earlier sessions of the same script included. */
  readonly memory: Map<string, TextFields>;
  /** What was said on this connection, in order. */
  readonly spoken: Spoken[];
  /** When power is lost where a script wants several moments; default: at once. */
  readonly lossShare?: number;
}

/** One script being played. */
export class Player {
  readonly #stage: Stage;
  #keys: Keys | undefined;
  #lastSealed: Uint8Array | undefined;
  readonly #power = new PowerWatch();
  readonly #losses: PowerLoss[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /**
   * Plays steps in order, up to the first from which the testee departs.
   *
   * @returns undefined when it did what the script says to the end.
   */
  async play(steps: readonly PlayedStep[]): Promise<Departure | undefined> {
    for (const step of steps) {
      const departure = await this.#perform(step);
      if (departure !== undefined) return departure;
    }
    return undefined;
  }

  /** Lets go what `coalesced` held back for the frames that come after it. */
  async flush(): Promise<void> {
    await this.#stage.endpoint.flush();
  }

  /** Losses of power on this connection, in order. */
  get losses(): readonly PowerLoss[] {
    return this.#losses;
  }

  /** Waits until the testee ends the session, whatever else it says before. */
  async ending(): Promise<Ending> {
    const deadline = performance.now() + this.#stage.patienceMs;
    for (;;) {
      const heard = await this.#hear(Math.max(0, deadline - performance.now()));
      if (heard.kind === 'message') {
        const ending = endingOf(heard.message);
        if (ending !== undefined) return ending;
      } else return { kind: heard.kind === 'silence' ? 'open' : 'close' };
    }
  }

  /** Ends the kit's side and waits until the testee has closed; false when it does not. */
  async close(): Promise<boolean> {
    const { endpoint, patienceMs } = this.#stage;
    // A testee that reads nothing any more may keep the end itself from leaving.
    return (await within(patienceMs, endpoint.end())) && endpoint.drain(patienceMs);
  }

  async #perform(step: PlayedStep): Promise<Departure | undefined> {
    const { endpoint } = this.#stage;
    switch (step.do) {
      case 'send':
        return this.#send(step);
      case 'expect':
        return this.#expect(step);
      case 'collect':
        return this.#collect(step);
      case 'stuff':
        return stuff(endpoint, step, this.#stage.patienceMs);
      case 'close':
        await (step.how === 'fin' ? endpoint.end(step.id) : endpoint.reset(step.id));
        return undefined;
      case 'closed':
        return this.#closed(step.id);
      case 'control':
        return this.#control(step);
      case 'event':
        return this.#event(step);
      case 'kill':
        return this.#kill(step);
    }
  }

  /** Waits until the testee's window admits a Payload, as an honest sender does. */
  async #awaitWindow(step: SendStep, fields: TextFields): Promise<Departure | undefined> {
    const { scene } = this.#stage;
    const octets = BigInt((fields['uncompressed_octets'] ?? 0) as number | string);
    if (step.message !== 'Payload' || step.rush === true || !scene.testeeReceives) {
      return undefined;
    }
    while (!scene.window.admits(octets)) {
      const heard = await this.#hear(this.#stage.patienceMs);
      const awaited: ExpectStep = { id: step.id, do: 'expect', message: 'an Ack with more window' };
      if (heard.kind !== 'message') return departed(awaited, heard);
      const ending = endingOf(heard.message);
      if (ending !== undefined) return departed(awaited, ending);
      const { name } = heard.message;
      if (name === 'Ack' || isSmallTalk(heard.message)) continue;
      return { step: step.id, detail: `${awaited.message} was awaited, ${name} came` };
    }
    return undefined;
  }

  async #send(step: SendStep): Promise<Departure | undefined> {
    const { scene, endpoint, memory } = this.#stage;
    const valid = validFields(step.message, scene, step);
    const fields = remembered(withChanges(valid, step.fields ?? {}), memory);
    const held = await this.#awaitWindow(step, valid);
    if (held !== undefined) return held;
    const body = tamperedBody(step.message, fields, step.tamper);
    this.#note(step.message, fields, body);
    this.#stage.spoken.push({ side: 'kit', name: step.message, fields });
    const frame = this.#frame(step, body);
    if (step.tamper?.kind === 'cut') {
      await endpoint.sendOctets(frame.subarray(0, step.tamper.octets), step.id);
      await (step.tamper.how === 'fin' ? endpoint.end(step.id) : endpoint.reset(step.id));
      return undefined;
    }
    const share = Math.floor((step.part ?? 1) * frame.length);
    await endpoint.sendOctets(frame.subarray(0, share), step.id);
    if (step.message === 'Payload') this.#power.sent(fields, step.entries, step.part === undefined);
    if (step.message === 'Confirm') this.#keysOn(scene.options.testee === 'receiver');
    return undefined;
  }

  /** What the kit itself has said is part of the scene. */
  #note(message: string, fields: TextFields, body: Uint8Array): void {
    const { scene, recorder } = this.#stage;
    const { testee } = scene.options;
    if (message === 'Initiate' && testee === 'receiver') scene.initiate ??= body;
    if (message === 'Accept' && testee === 'sender') scene.accept ??= body;
    if (message === 'Initiate' || message === 'Accept') recorder.scalar(scene.scalar);
    scene.say(message, fields);
  }

  #frame(step: SendStep, body: Uint8Array): Uint8Array {
    const { endpoint, scene } = this.#stage;
    const { sealer } = endpoint;
    if (step.tamper?.kind === 'seal') {
      if (sealer === undefined || this.#keys === undefined) throw new KitError('no keys yet');
      const kitSends = scene.options.testee === 'receiver';
      const { s2r, r2s } = this.#keys;
      const [own, other] = kitSends ? [s2r, r2s] : [r2s, s2r];
      const state = { own, other, counter: sealer.counter, last: this.#lastSealed };
      sealer.skip();
      return spoiledSeal(step.tamper.how, body, state);
    }
    const frame = sealer?.seal(body) ?? frameOf(body);
    if (sealer !== undefined) this.#lastSealed = frame;
    return step.tamper?.kind === 'length' ? declaring(step.tamper.octets, frame) : frame;
  }

  /**
   * Keys come on for the kit's own frames after its Confirm, and for the testee's after the
   * testee's. The sender's Confirm is the later one (section 8.9).
   */
  #keysOn(kitSends: boolean): void {
    const { scene, endpoint } = this.#stage;
    if (this.#keys !== undefined || scene.initiate === undefined || scene.accept === undefined) {
      return;
    }
    const keys = scene.keys();
    if (isFault(keys)) return;
    // The kit as receiver seals only after the sender's Confirm has come.
    if (!kitSends && !scene.heard.has('Confirm')) return;
    this.#keys = keys;
    endpoint.drafts = scene.agreedDrafts;
    endpoint.sealWith(kitSends ? keys.s2r : keys.r2s);
    endpoint.openWith(kitSends ? keys.r2s : keys.s2r, announced.max_frame_octets.max);
  }

  async #hear(waitMs: number): Promise<Heard> {
    const { scene, endpoint, memory } = this.#stage;
    const heard = await endpoint.next(waitMs);
    if (heard.kind !== 'message') return heard;
    scene.hear(heard.message, heard.body);
    const { name, fields, type } = heard.message;
    memory.set(name, fields);
    if (name === 'Ack') this.#power.stored(Number(fields['through_sequence'] ?? 0));
    const more = name === 'Ignorable' ? { type } : {};
    this.#stage.spoken.push({ side: 'testee', name, fields, ...more });
    if (heard.message.name === 'Confirm' && scene.options.testee === 'sender') this.#keysOn(false);
    return heard;
  }

  async #expect(step: ExpectStep): Promise<Departure | undefined> {
    for (;;) {
      const heard = await this.#hear(this.#stage.patienceMs);
      if (heard.kind !== 'message') return departed(step, heard);
      const { message } = heard;
      if (isEarlierAck(message, step)) continue;
      if (message.name === step.message) return otherThan(step, message);
      const ending = endingOf(message);
      if (ending !== undefined) return departed(step, ending);
      if (!isSmallTalk(message)) {
        return { step: step.id, detail: `${step.message} was awaited, ${message.name} came` };
      }
    }
  }

  async #collect(collected: CollectStep): Promise<Departure | undefined> {
    const { id } = collected;
    const step: ExpectStep = { id, do: 'expect', message: 'Payload or Complete' };
    for (;;) {
      const heard = await this.#hear(this.#stage.patienceMs);
      if (heard.kind !== 'message') return departed(step, heard);
      const { message } = heard;
      const ending = endingOf(message);
      if (ending !== undefined) return departed(step, ending);
      if (message.name === 'Complete') return otherThan(collected, message);
      if (message.name === 'Payload') {
        const departure = await this.#send({ id, do: 'send', message: 'Ack' });
        if (departure !== undefined) return departure;
      } else if (!isSmallTalk(message)) {
        return { step: id, detail: `${step.message} was awaited, ${message.name} came` };
      }
    }
  }

  async #kill(step: KillStep): Promise<undefined> {
    const { endpoint, testee, patienceMs, lossShare = 0 } = this.#stage;
    await endpoint.flush();
    const loss = await losePower(step, testee, this.#power, lossShare, async () => {
      while ((await this.#hear(patienceMs)).kind === 'message');
    });
    this.#losses.push(loss);
  }

  async #closed(step: string): Promise<Departure | undefined> {
    for (;;) {
      const came = afterTheEnd(step, await this.#hear(this.#stage.patienceMs));
      if (came !== 'small talk') return came;
    }
  }

  async #control(step: ControlStep): Promise<Departure | undefined> {
    await this.#stage.endpoint.flush();
    const reply = await this.#stage.testee.ask(step.command, step.with as never);
    if (reply.kind === 'answer') return undefined;
    const why = reply.kind === 'refused' ? `${reply.why}: ${reply.message}` : reply.detail;
    return { step: step.id, detail: `${step.command} was not done, ${why}` };
  }

  async #event(step: EventStep): Promise<Departure | undefined> {
    const { endpoint, testee, patienceMs } = this.#stage;
    await endpoint.flush();
    return awaitEvent(step, testee, patienceMs, this.#power, () => this.#hear(0));
  }
}

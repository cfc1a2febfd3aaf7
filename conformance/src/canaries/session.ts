// A session as canaries have it: the handshake and the seals are right, made with the kit's own
// codec, so that a canary gets as far as what it gets wrong. It checks nothing that it hears.
import { randomBytes } from 'node:crypto';
import { isFault } from '../fault.ts';
import { Endpoint, type Heard } from '../peer/endpoint.ts';
import { secretOf } from '../peer/exchange.ts';
import { Recorder } from '../peer/recorder.ts';
import { Scene } from '../peer/scene.ts';
import { dialTestee, type PeerStream } from '../peer/stream.ts';
import { validFields, type Making } from '../peer/valid-messages.ts';
import { ready } from '../security/cpace.ts';
import { fromHex } from '../wire/octets.ts';
import { encodeText, type TextFields } from '../wire/message-text.ts';
import { Unsupported, type CanaryRun } from './control-lines.ts';

/** How long a canary waits for the kit, which never keeps it waiting. */
export const WAIT_MS = 8_000;

/**
 * Dials the kit.
 *
 * @throws Error when nobody listens there.
 */
export async function dial({ command }: CanaryRun): Promise<PeerStream> {
  if (!('dial' in command)) throw new Unsupported('canaries dial');
  const { host, port } = command.dial;
  const stream = await dialTestee(host, port, WAIT_MS);
  if (stream === undefined) throw new Error(`can't dial ${host}:${port}`);
  return stream;
}

/** One session. Scene and endpoint are the kit's, with the kit in the place of the testee. */
export class CanarySession {
  readonly scene: Scene;
  readonly #endpoint: Endpoint;
  readonly #isSender: boolean;

  private constructor(scene: Scene, endpoint: Endpoint, isSender: boolean) {
    this.scene = scene;
    this.#endpoint = endpoint;
    this.#isSender = isSender;
  }

  /** Dials, and says nothing yet. */
  static async open(run: CanaryRun): Promise<CanarySession> {
    await ready();
    const isSender = run.command.role === 'sender';
    const texts = [run.command.secret ?? []].flat();
    const scene = new Scene({
      testee: isSender ? 'receiver' : 'sender',
      secrets: texts.map(secretOf),
      replica: fromHex(run.reset.replica),
      serverUrl: run.reset.serverUrl ?? '',
      release: run.command.params.release ?? 'R4',
      random: (count) => new Uint8Array(randomBytes(count)),
    });
    const stream = await dial(run);
    const recorder = new Recorder(scene.options.testee, scene.secret, () => 0);
    return new CanarySession(scene, new Endpoint(stream, recorder, 'whole'), isSender);
  }

  /** Says what an honest endpoint would say now, but for these fields. */
  async say(name: string, fields: TextFields = {}, making: Making = {}): Promise<void> {
    const { scene } = this;
    const all = { ...validFields(name, scene, making), ...fields };
    const body = encodeText(name, all);
    if (name === 'Initiate') scene.initiate = body;
    if (name === 'Accept') scene.accept = body;
    if (name === 'Payload') scene.count(all);
    await this.#endpoint.send(body);
  }

  /** What the kit says next. */
  async hear(): Promise<Heard> {
    const heard = await this.#endpoint.next(WAIT_MS);
    if (heard.kind === 'message') this.scene.hear(heard.message, heard.body);
    return heard;
  }

  /** The next message of this name; false where the session ends before. */
  async await(name: string): Promise<boolean> {
    for (;;) {
      const heard = await this.hear();
      if (heard.kind !== 'message') return false;
      if (heard.message.name === name) return true;
    }
  }

  /** Both sides of the handshake, up to keys; false where the kit did not play along. */
  async greet(): Promise<boolean> {
    if (this.#isSender) {
      await this.say('Initiate');
      if (!(await this.await('Accept')) || !(await this.await('Confirm'))) return false;
      await this.say('Confirm');
    } else {
      if (!(await this.await('Initiate'))) return false;
      await this.say('Accept');
      await this.say('Confirm');
      if (!(await this.await('Confirm'))) return false;
    }
    const keys = this.scene.keys();
    if (isFault(keys)) return false;
    const [own, theirs] = this.#isSender ? [keys.s2r, keys.r2s] : [keys.r2s, keys.s2r];
    this.#endpoint.sealWith(own);
    this.#endpoint.openWith(theirs);
    return true;
  }

  /** Ends its side, waits for the kit's end, and drops the connection. */
  async leave(): Promise<void> {
    await this.#endpoint.end();
    await this.#endpoint.drain(WAIT_MS);
    this.#endpoint.dispose();
  }
}

// The kit as one endpoint of a connection: bodies out, cut as the delivery says and sealed where
// keys are on; messages in, opened and read. It does what it is told, right or wrong, and follows
// no state table.
import { setTimeout } from 'node:timers/promises';
import { isFault, KitError, type Fault } from '../fault.ts';
import type { draftSchemas } from '../messages.ts';
import { Opener, Sealer, type DirectionKeys } from '../security/record.ts';
import { FrameReader, frameOf } from '../wire/frame.ts';
import { announced, limits } from '../wire/limits.ts';
import { decodeToText, type TextMessage } from '../wire/message-text.ts';
import { writesOf, type Delivery } from './delivery.ts';
import type { Recorder } from './recorder.ts';
import type { Incoming, PeerStream } from './stream.ts';

/**
 * Two writes right after one another are one read for a testee that is busy. So the first frames
 * wait between their parts for as long as it takes a process to wake up and read; all of them would
 * make a run a quarter longer.
 */
const apartMs = 2;
const apartFrames = 2;

/** What the testee did next. */
export type Heard =
  | { readonly kind: 'message'; readonly message: TextMessage; readonly body: Uint8Array }
  /** It broke a rule of frames, seals or encodings; nothing after it can be read. */
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'fin' | 'rst' }
  /** Nothing came in the time given. */
  | { readonly kind: 'silence' };

/** One end of a connection with its keys. */
export class Endpoint {
  readonly #stream: PeerStream;
  readonly #recorder: Recorder;
  readonly #delivery: Delivery;
  readonly #reader = new FrameReader();
  #pending: { frame: Uint8Array; step: string | undefined }[] = [];
  #sealer: Sealer | undefined;
  #opener: Opener | undefined;
  #frameOctetsMax: number = limits.handshakeFrameOctets;
  #ended: Heard | undefined;
  #hasEnded = false;
  readonly #written = { clear: 0, sealed: 0 };
  /** Types of drafts that were agreed on; undefined: none. */
  drafts: typeof draftSchemas | undefined;

  /** Takes over the stream. */
  constructor(stream: PeerStream, recorder: Recorder, delivery: Delivery) {
    this.#stream = stream;
    this.#recorder = recorder;
    this.#delivery = delivery;
  }

  /** What seals the kit's frames; undefined before keys. A case may move its counter. */
  get sealer(): Sealer | undefined {
    return this.#sealer;
  }

  /** From here on the kit's own frames are sealed. */
  sealWith(keys: DirectionKeys): void {
    this.#sealer = new Sealer(keys);
  }

  /** From here on the testee's frames are opened. */
  openWith(
    keys: DirectionKeys,
    frameOctetsMax: number = announced.max_frame_octets.byDefault,
  ): void {
    this.#opener = new Opener(keys);
    this.#frameOctetsMax = frameOctetsMax;
  }

  /** Sends a message, sealed where keys are on. */
  async send(body: Uint8Array, step?: string): Promise<void> {
    await this.sendOctets(this.#sealer?.seal(body) ?? frameOf(body), step);
  }

  /** Sends octets as they are, as one frame of the delivery. */
  async sendOctets(frame: Uint8Array, step?: string): Promise<void> {
    this.#pending.push({ frame, step });
    if (this.#delivery !== 'coalesced') await this.flush();
  }

  /** Lets go what `coalesced` held back. Reading and ending do so first. */
  async flush(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    if (this.#delivery === 'coalesced') {
      const steps = pending.flatMap(({ step }) => step ?? []).join(', ');
      await this.#write(
        pending.map(({ frame }) => frame),
        steps,
      );
      return;
    }
    for (const { frame, step } of pending) await this.#write([frame], step);
  }

  /** Ends the writing side. */
  async end(step?: string): Promise<void> {
    await this.flush();
    this.#recorder.end('kit', 'fin', step);
    await this.#stream.end();
  }

  /** Breaks the connection. */
  async reset(step?: string): Promise<void> {
    await this.flush();
    this.#recorder.end('kit', 'rst', step);
    this.#stream.reset();
  }

  /** The testee's next message, or what came instead of it. After an end, the end again. */
  async next(waitMs: number): Promise<Heard> {
    await this.flush();
    const deadline = performance.now() + waitMs;
    while (this.#ended === undefined) {
      const heard = this.#takeFrame();
      if (heard !== undefined) return heard;
      const incoming = await this.#stream.read(Math.max(0, deadline - performance.now()));
      if (incoming === undefined) return { kind: 'silence' };
      this.#take(incoming);
    }
    return this.#ended;
  }

  /** Leaves what comes unread in the connection, so that the testee can't write, or reads again. */
  hold(isHeld: boolean): void {
    this.#stream.hold(isHeld);
  }

  /** Reads to the end of the stream and looks at nothing; false where it does not come in time. */
  async drain(waitMs: number): Promise<boolean> {
    await this.flush();
    const deadline = performance.now() + waitMs;
    while (!this.#hasEnded) {
      const incoming = await this.#stream.read(Math.max(0, deadline - performance.now()));
      if (incoming === undefined) return false;
      this.#take(incoming);
    }
    return true;
  }

  /** Drops the connection without a word; safe at any time. */
  dispose(): void {
    this.#stream.dispose();
  }

  #take(incoming: Incoming): void {
    if (incoming.kind === 'octets') {
      this.#recorder.octets('testee', incoming.octets);
      this.#reader.push(incoming.octets);
      return;
    }
    this.#recorder.end('testee', incoming.kind);
    this.#hasEnded = true;
    this.#ended ??= this.#endOf(incoming.kind);
  }

  #endOf(kind: 'fin' | 'rst'): Heard {
    const cut = kind === 'fin' ? this.#reader.end() : undefined;
    return cut === undefined ? { kind } : { kind: 'fault', fault: cut };
  }

  #takeFrame(): Heard | undefined {
    const framed = this.#reader.take(this.#frameOctetsMax);
    if (framed === undefined) return undefined;
    const body = isFault(framed) ? framed : this.#open(framed);
    const message = isFault(body) ? body : decodeToText(body, this.drafts);
    if (!isFault(body) && !isFault(message)) return { kind: 'message', message, body };
    if (!isFault(message)) throw new KitError('a message without its body');
    this.#ended = { kind: 'fault', fault: message };
    return this.#ended;
  }

  /**
   * Opens a body where keys are on. A receiver that rejects the sender's tag still writes in clear
   * (section 8.9), so in place of its first sealed frame a Reject is taken as it is.
   */
  #open(framed: Uint8Array): Uint8Array | Fault {
    if (this.#opener === undefined) return framed;
    const isFirst = this.#opener.counter === 0;
    const opened = this.#opener.open(framed);
    if (!isFault(opened) || !isFirst) return opened;
    const clear = decodeToText(framed);
    return !isFault(clear) && clear.name === 'Reject' ? framed : opened;
  }

  async #write(frames: readonly Uint8Array[], step: string | undefined): Promise<void> {
    const isApart = this.#delivery === 'header-split' && this.#isOfTheFirst();
    for (const [index, octets] of writesOf(frames, this.#delivery).entries()) {
      if (isApart && index > 0) await setTimeout(apartMs);
      this.#recorder.octets('kit', octets, step);
      await this.#stream.write(octets);
    }
  }

  /** True for the first frames in clear and the first sealed ones. */
  #isOfTheFirst(): boolean {
    const protection = this.#sealer === undefined ? 'clear' : 'sealed';
    const count = this.#written[protection] + 1;
    this.#written[protection] = count;
    return count <= apartFrames;
  }
}

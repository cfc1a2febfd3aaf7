// Messages over a stream: frames, keys and grease on both sides of it. Knows no states; it tells
// what arrived and writes what it is given.
import {
  encodeFrame,
  FrameReader,
  giveBack,
  decodeMessage,
  encodeMessage,
  encodeTurn,
  greaseBody,
  greaseFields,
  HANDSHAKE_FRAME_OCTETS,
  isTurn,
  isViolation,
  turnFault,
} from '../wire/index.ts';
import type { KnownMessage, Message, RandomOctets, Violation } from '../wire/index.ts';
import { FrameOpener, FrameSealer, mustCloseSilently } from '../security/index.ts';
import type { TrafficKey } from '../security/index.ts';
import type { ByteStream } from '../transport/transport.ts';
import { Outbox } from './outbox.ts';

/** What arrives on a channel. */
export interface ChannelListener {
  /** A message; `body` is its exact octets, type octet included. */
  received(message: Message, body: Uint8Array): void;
  /** The draft message Turn, where it is read at all. */
  turned(): void;
  /** A frame opened, whatever it holds (PSP-TIME-5). */
  frameOpened(): void;
  violated(fault: Violation): void;
  sealBroken(): void;
  /** Octets that nobody wants any more. */
  discarded(octets: number): void;
  /** Nothing more will arrive; `cause` when the connection broke. */
  readingEnded(cause: unknown): void;
  wrote(): void;
  drained(): void;
  writingEnded(sent: boolean): void;
}

/** The keys of one endpoint and the limits of both. */
export interface ChannelKeys {
  readonly sealing: TrafficKey;
  readonly opening: TrafficKey;
  /** What we announced. */
  readonly ourFrameOctetsMax: number;
  /** What the peer announced. */
  readonly peerFrameOctetsMax: number;
}

/** How a channel greases; absent: not at all. */
export interface ChannelOptions {
  readonly grease: RandomOctets | undefined;
}

/** One connection's messages. */
export class Channel {
  readonly #stream: ByteStream;
  #listener: ChannelListener;
  readonly #grease: RandomOctets | undefined;
  readonly #reader = new FrameReader(HANDSHAKE_FRAME_OCTETS);
  readonly #outbox: Outbox;
  #sealer: FrameSealer | undefined;
  #opener: FrameOpener | undefined;
  #peerFrameOctetsMax = HANDSHAKE_FRAME_OCTETS;
  #isDiscarding = false;
  /** Octets that were read so far, whatever became of them. */
  octetsRead = 0;
  /** Whether Turn is a known message: the draft capability was agreed on (PSP-TURN-12). */
  readsTurn = false;

  constructor(stream: ByteStream, listener: ChannelListener, options: ChannelOptions) {
    this.#stream = stream;
    this.#listener = listener;
    this.#grease = options.grease;
    this.#outbox = new Outbox(stream, {
      wrote: () => this.#listener.wrote(),
      drained: () => this.#listener.drained(),
      ended: (sent) => this.#listener.writingEnded(sent),
    });
  }

  /** Whether bulk data may be written now. */
  get isDrained(): boolean {
    return this.#outbox.isDrained;
  }

  /** Frames that were sent so far, and those of them that have left this device. */
  get frames(): { readonly pushed: number; readonly written: number } {
    return this.#outbox.count;
  }

  /** From here on another listener; keys, counters and limits stay (PSP-TURN-9). */
  handTo(listener: ChannelListener): this {
    this.#listener = listener;
    this.readsTurn = false;
    return this;
  }

  /** The octets of a message as {@link Channel.sendBody} takes them, with grease at random. */
  encode(message: KnownMessage): Uint8Array {
    return encodeMessage(message, this.#fieldGrease());
  }

  /** Sends the draft message Turn. */
  sendTurn(): Violation | undefined {
    return this.sendBody(encodeTurn(this.#fieldGrease()));
  }

  /** Sends a message. */
  send(message: KnownMessage): Violation | undefined {
    // PSP-HS-13: nothing comes between the sender's Confirm and its Identity.
    if (message.type !== 'Identity') this.#sendGrease();
    const body = this.encode(message);
    const fault = this.sendBody(body);
    giveBack(body);
    return fault;
  }

  /**
   * Sends encoded octets as they are, sealed once keys are on.
   *
   * @returns RECORD_LIMIT when this direction has no records left (PSP-SEAL-3).
   */
  sendBody(body: Uint8Array): Violation | undefined {
    const frame =
      this.#sealer === undefined
        ? encodeFrame(body, this.#peerFrameOctetsMax)
        : this.#checked(this.#sealer.seal(body));
    if (isViolation(frame)) return frame;
    this.#outbox.push(frame);
    return undefined;
  }

  /** Sends the message that ends the session, if it still can be sent; nothing follows it. */
  sendLast(message: KnownMessage): void {
    const body = this.encode(message);
    const frame = this.#sealer === undefined ? encodeFrame(body) : this.#sealer.sealAbort(body);
    if (frame !== undefined) this.#outbox.push(frame);
  }

  /** From here on every frame is sealed, in both directions (PSP-SEAL-5, PSP-SEAL-9). */
  installKeys(keys: ChannelKeys): void {
    this.#sealer = new FrameSealer(keys.sealing);
    this.#opener = new FrameOpener(keys.opening);
    this.#peerFrameOctetsMax = keys.peerFrameOctetsMax;
    // PSP-FRAME-5
    this.#reader.setLimit(keys.ourFrameOctetsMax);
  }

  /** Shuts the writing side after what waits; what arrives is only counted (PSP-CLOSE-1). */
  endWriting(): void {
    this.#isDiscarding = true;
    this.#outbox.end();
  }

  /** Closes both sides at once. */
  close(): void {
    this.#isDiscarding = true;
    this.#stream.close();
  }

  /** Reads until nothing more arrives. */
  async read(): Promise<void> {
    let cause: unknown;
    try {
      for (let chunk = await this.#stream.read(); chunk; chunk = await this.#stream.read()) {
        this.#take(chunk);
      }
    } catch (error) {
      cause = error;
    }
    this.#listener.readingEnded(cause);
  }

  #take(chunk: Uint8Array): void {
    this.octetsRead += chunk.length;
    if (this.#isDiscarding) {
      this.#listener.discarded(chunk.length);
      return;
    }
    this.#reader.push(chunk);
    // What a frame does to us (keys, the end) holds for the next one.
    while (!this.#isDiscarding) {
      const body = this.#reader.next();
      if (body === undefined) return;
      this.#takeBody(body);
      // After a broken frame nobody can tell where the next one begins.
      if (isViolation(body)) this.#isDiscarding = true;
    }
  }

  #takeBody(body: Uint8Array | Violation): void {
    const plain = isViolation(body) ? body : this.#opened(body);
    if (isViolation(plain)) {
      if (mustCloseSilently(plain)) this.#listener.sealBroken();
      else this.#listener.violated(plain);
      return;
    }
    this.#listener.frameOpened();
    if (this.readsTurn && isTurn(plain)) {
      this.#takeTurn(plain);
      return;
    }
    const message = decodeMessage(plain);
    if (isViolation(message)) this.#listener.violated(message);
    else this.#listener.received(message, plain);
  }

  #opened(body: Uint8Array): Uint8Array | Violation {
    if (this.#opener === undefined) return body;
    const plain = this.#opener.open(body);
    giveBack(body);
    return plain;
  }

  #takeTurn(plain: Uint8Array): void {
    const fault = turnFault(plain);
    if (fault === undefined) this.#listener.turned();
    else this.#listener.violated(fault);
  }

  #fieldGrease(): Uint8Array | undefined {
    const grease = this.#grease;
    const isGreased = grease !== undefined && (grease(1)[0] ?? 0) < 64;
    return isGreased ? greaseFields(grease) : undefined;
  }

  #checked(frame: Uint8Array | Violation): Uint8Array | Violation {
    if (isViolation(frame) || frame.length <= this.#peerFrameOctetsMax + 4) return frame;
    // PSP-FRAME-6: a bug of ours; the record is spent, so the session can't go on.
    throw new Error('a frame is longer than the peer reads');
  }

  /** PSP-EXT-2: now and then, but never before keys, where the order of frames is fixed. */
  #sendGrease(): void {
    if (this.#grease === undefined || this.#sealer === undefined) return;
    if ((this.#grease(1)[0] ?? 0) < 24) this.sendBody(greaseBody(this.#grease));
  }
}

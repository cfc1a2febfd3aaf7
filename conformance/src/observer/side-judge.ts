// Judges the frames of one side in their order: length, seal, encoding, place, content. The first
// breach that makes a reader give up ends it: what follows is not judged.
import { isFault, type Fault } from '../fault.ts';
import { limits } from '../wire/limits.ts';
import { decodeBody } from '../wire/message-text.ts';
import { u32 } from '../wire/octets.ts';
import type { MessageValue } from '../wire/message-codec.ts';
import type { Role, Side } from '../peer/transcript.ts';
import type { Conversation } from './conversation.ts';
import { contentBreaches, wordsBreaches } from './content.ts';
import { Direction, type Opened, type Protection } from './opening.ts';
import { disorder, ignorableDisorder } from './order-rules.ts';
import { encodingBreach } from './payload-rules.ts';
import { breach, isBearable, type Breach } from './rules.ts';
import { SideStream, type Cut } from './side-stream.ts';
import { stateTable } from './state-table.ts';
import { WritingOrder } from './writing-order.ts';

/** Where and why the judging of a side ended. */
export interface Done {
  /** Octets of its stream that were judged. */
  readonly octets: number;
  readonly why: string;
}

/** A breach and the octets that show it. */
export interface Located extends Breach {
  readonly frame?: number;
  readonly octets?: readonly [number, number];
}

const inClear = new Set(['Initiate', 'Accept', 'Reject', 'Confirm']);
const lastMessages = new Set(['Reject', 'Abort', 'Receipt']);

function reversedLength(length: number): number {
  return new DataView(u32(length).buffer).getUint32(0, true);
}

/** Whether octets are a message that says something. */
function isWhole(body: Uint8Array): boolean {
  const message = decodeBody(body);
  return message !== undefined && !isFault(message) && message.fields.size > 0;
}

/** One side of a session. */
export class SideJudge {
  readonly side: Side;
  readonly role: Role;
  readonly stream: SideStream;
  /** Names of its messages, ignorable ones and KeepAlive left out. */
  readonly names: string[] = [];
  readonly #talk: Conversation;
  readonly #order: WritingOrder;
  readonly #direction: Direction;
  #previous: { readonly cut: Cut; readonly sealed: boolean } | undefined;
  #done: Done | undefined;

  constructor(talk: Conversation, side: Side) {
    this.#talk = talk;
    this.side = side;
    this.role = talk.roleOf(side);
    this.stream = new SideStream(talk.transcript, side);
    this.#order = new WritingOrder(stateTable(this.role));
    this.#direction = new Direction(this.role);
  }

  /** Undefined while its octets are judged. */
  get done(): Done | undefined {
    return this.#done;
  }

  /** The Reject, Abort or Receipt that it has written. */
  get lastMessage(): string | undefined {
    return this.names.find((name) => lastMessages.has(name));
  }

  /** Ends the judging; the octets so far are all that is said anything about. */
  end(why: string): void {
    this.#done ??= { octets: this.stream.from, why };
  }

  /** Judges what an entry of the transcript made complete. */
  judge(count: number, other: SideJudge): Located[] {
    this.stream.reveal(count);
    const found: Located[] = [];
    while (this.#done === undefined) {
      const after = this.#afterLast();
      if (after !== undefined) return [...found, ...this.#located([after], this.stream.revealed)];
      const cut = this.stream.head();
      if (cut === undefined) break;
      const length = this.#lengthBreach(cut, other);
      if (length !== undefined) return [...found, ...this.#located([length], cut.from + 4)];
      const { from } = cut;
      const body = this.stream.take(cut);
      if (body === undefined) break;
      const broken = this.#frame(cut, body, other);
      found.push(...this.#located(broken, this.stream.from, cut.index, from));
    }
    return found;
  }

  /** Judges the end of the stream: inside a frame its length was not kept. */
  judgeEnd(): Located[] {
    const { from, revealed, index } = this.stream;
    if (this.#done !== undefined || revealed === from) return [];
    const cut = breach('PSP-FRAME-1', `the stream ends ${revealed - from} octets into a frame`);
    return this.#located([cut], revealed, index, from);
  }

  #located(
    broken: readonly Breach[],
    to: number,
    frame = this.stream.index,
    from = this.stream.from,
  ): Located[] {
    const last = broken.findIndex((item) => !isBearable(item));
    const told = last < 0 ? broken : broken.slice(0, last + 1);
    const final = told.at(-1);
    if (last >= 0 && final !== undefined) {
      this.#done = { octets: from, why: `${final.requirement}: ${final.detail}` };
    }
    return told.map((item) => ({ ...item, frame, octets: [from, to] }));
  }

  #afterLast(): Breach | undefined {
    if (this.stream.revealed === this.stream.from) return undefined;
    const last = this.lastMessage;
    if (last === 'Abort') return breach('PSP-ABORT-1', 'octets follow Abort');
    if (last === 'Reject') return breach('PSP-ABORT-2', 'octets follow Reject');
    // A draft may go on; the state tables say that nothing else does.
    if (last === undefined || this.#talk.drafts !== undefined) return undefined;
    return breach('PSP-CLOSE-1', 'octets follow Receipt');
  }

  #protection(other: SideJudge): Protection {
    const isConfirmed = this.names.includes('Confirm');
    if (isConfirmed && this.role === 'sender') return 'sealed';
    if (!isConfirmed || !other.names.includes('Confirm')) {
      return other.done === undefined ? 'clear' : 'unsure';
    }
    // The kit has read what it was sent; a testee may give up before it has.
    return this.side === 'kit' || this.#direction.counter > 0 ? 'sealed' : 'open';
  }

  #lengthBreach({ declared }: Cut, other: SideJudge): Breach | undefined {
    const protection = this.#protection(other);
    if (declared === 0) {
      const isSealed = protection === 'sealed' || protection === 'open';
      return breach(isSealed ? 'PSP-SEAL-1' : 'PSP-FRAME-9', 'a frame of length 0');
    }
    if (protection === 'unsure') return undefined;
    const max =
      protection === 'clear'
        ? limits.handshakeFrameOctets
        : this.#talk.limitOf(other.role, 'max_frame_octets');
    if (declared <= max) return undefined;
    const reversed = reversedLength(declared);
    const { octets, from } = this.stream;
    if (reversed <= max && reversed === octets.length - from - 4) {
      return breach('PSP-CONV-1', `the length is ${reversed} in the order of its octets reversed`);
    }
    // Where the frame before was cut too short its rest is read as a length.
    const before = this.#lengthBefore();
    return before ?? breach('PSP-FRAME-6', `a frame of ${declared} octets, limit ${max}`);
  }

  #frame(cut: Cut, body: Uint8Array, other: SideJudge): Breach[] {
    const protection = this.#protection(other);
    const opened = this.#open(body, protection);
    if (opened === undefined) return [];
    if ('requirement' in opened) return [this.#lengthInstead(cut) ?? opened];
    if (this.#talk.drafts?.has(opened.message[0] ?? 0) === true) {
      // What a draft does to a session is for its cases alone to judge.
      this.end('a message of a draft');
      other.end('a message of a draft');
      return [];
    }
    const message = decodeBody(opened.message);
    const { sealed } = opened;
    if (protection === 'unsure' && (message === undefined || isFault(message))) {
      this.end('whether keys are on is not known');
      return [];
    }
    if (message === undefined) return this.#ignorable(opened, other);
    if (isFault(message)) {
      return [this.#lengthInstead(cut) ?? this.#unreadable(message, opened, other)];
    }
    const broken = this.#message(message, opened, other);
    if (!broken.every(isBearable)) {
      const instead = this.#lengthInstead(cut);
      if (instead !== undefined) return [instead];
    }
    this.#previous = { cut, sealed };
    return broken;
  }

  #open(body: Uint8Array, protection: Protection): Opened | Breach | undefined {
    if (protection === 'clear' || protection === 'unsure') return { message: body, sealed: false };
    const { keys } = this.#talk;
    if (keys !== undefined) return this.#direction.open(body, protection, keys);
    this.end('the keys are not known');
    return undefined;
  }

  /** A frame that cannot be read, but can with another length that fits: its own was wrong. */
  #lengthInstead(cut: Cut): Breach | undefined {
    const { keys } = this.#talk;
    if (keys === undefined || !this.names.includes('Confirm')) {
      return this.#otherLength(cut, isWhole) ?? this.#lengthBefore();
    }
    const opens = (body: Uint8Array): boolean => this.#direction.wouldOpen(body, keys);
    return this.#otherLength(cut, opens) ?? this.#lengthBefore();
  }

  /** The same of the frame before, which was read, but is whole with more octets. */
  #lengthBefore(): Breach | undefined {
    const previous = this.#previous;
    return previous?.sealed === false ? this.#otherLength(previous.cut, isWhole) : undefined;
  }

  #otherLength(cut: Cut, fits: (body: Uint8Array) => boolean): Breach | undefined {
    const body = this.stream.bodiesOf(cut).find(fits);
    if (body === undefined) return undefined;
    const detail = `length ${cut.declared} before a body of ${body.length} octets`;
    return breach('PSP-FRAME-1', detail);
  }

  #unreadable(fault: Fault, { message, sealed }: Opened, other: SideJudge): Breach {
    if (fault.requirement !== 'PSP-FRAME-10') return encodingBreach(fault);
    const type = message[0] ?? 0;
    if (type >= 0x70 && !this.#talk.isPrivateUseAgreed) {
      return breach('PSP-FRAME-12', `private-use type ${type} without its capability`);
    }
    if (type === 0) return breach('PSP-FRAME-13', 'type 0 is never used');
    if (!this.#talk.isMoreAgreed) return breach('PSP-FRAME-14', `nothing defines type ${type}`);
    return disorder(`a message of type ${type}`, this.#written(sealed, other));
  }

  #ignorable({ message, sealed }: Opened, other: SideJudge): Breach[] {
    const type = message[0] ?? 0;
    const isPrivate = type >= 0xf0 && type <= 0xfe && !this.#talk.isPrivateUseAgreed;
    if (isPrivate) {
      return [breach('PSP-FRAME-12', `private-use type ${type} without its capability`, true)];
    }
    if (type === 0xff) return [breach('PSP-FRAME-13', 'type 255 is never used', true)];
    const misplaced = ignorableDisorder(this.#written(sealed, other));
    return misplaced === undefined ? [] : [misplaced];
  }

  #message(message: MessageValue, { message: body, sealed }: Opened, other: SideJudge): Breach[] {
    const { name } = message.schema;
    const answered = this.#answersAnEnd(name, other);
    if (answered !== undefined) return [answered];
    const written = this.#written(sealed, other);
    const isPlaced =
      inClear.has(name) !== sealed &&
      // Whoever reads a breach gives up at a moment that nobody knows.
      (other.done !== undefined || this.#mayWait(name) || this.#order.write(name, other.names));
    if (!isPlaced) {
      const misplaced = disorder(name, written);
      this.#note(name);
      return [misplaced];
    }
    const broken = [
      ...contentBreaches(this.#talk, this, { message, body }),
      ...wordsBreaches(this.#talk, body, sealed),
    ];
    this.#note(name);
    if (broken.every(isBearable)) this.#talk.heard.push({ side: this.side, message });
    return broken;
  }

  /** Whether a draft may follow the Receipt, and a KeepAlive comes before it does. */
  #mayWait(name: string): boolean {
    if (name !== 'KeepAlive' || this.#talk.drafts === undefined) return false;
    return this.names.includes('Receipt');
  }

  #answersAnEnd(name: string, other: SideJudge): Breach | undefined {
    const last = other.lastMessage;
    const isEnd = name === 'Reject' || name === 'Abort';
    if (!isEnd || last === undefined || last === 'Receipt') return undefined;
    // A malformed ending is a malformed message like any other, and answered as one.
    if (other.done !== undefined) return undefined;
    return breach('PSP-ABORT-7', `${name} in answer to ${last}`);
  }

  #note(name: string): void {
    if (name !== 'KeepAlive') this.names.push(name);
  }

  #written(sealed: boolean, other: SideJudge): Parameters<typeof disorder>[1] {
    return { role: this.role, names: this.names, sealed, heard: other.names };
  }
}

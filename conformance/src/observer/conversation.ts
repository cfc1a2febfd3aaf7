// What both sides have said so far, as far as later messages are judged by it. It judges nothing.
import type { MessageValue } from '../wire/message-codec.ts';
import { draftCapabilities, draftSchemas } from '../messages.ts';
import { announcedLimit } from './format-rules.ts';
import type { DirectionKeys } from '../security/record.ts';
import type { Tags } from '../security/cpace.ts';
import type { MisderivedKeys } from './misderived-keys.ts';
import { enumIn, messagesIn, nestedIn, numberIn } from './message-reading.ts';
import type { Role, Side, Transcript } from '../peer/transcript.ts';
import type { SessionContext } from '../run/judging.ts';

/** A message with the octets of its frame's body. */
export interface Said {
  readonly message: MessageValue;
  readonly body: Uint8Array;
}

/** One message of a session, in the order of the transcript. */
export interface Heard {
  readonly side: Side;
  readonly message: MessageValue;
}

/** A Payload that was sent. */
export interface SentPayload {
  readonly octets: bigint;
  /** Types of its entries, in order. */
  readonly types: readonly string[];
}

/** A window; as it was told. */
export interface Window {
  readonly payloads: bigint;
  readonly octets: bigint;
}

/** Keys and tags of the session. */
export interface SessionKeys {
  readonly tags: Tags;
  readonly sender: DirectionKeys;
  readonly receiver: DirectionKeys;
  /** Keys as common mistakes make them; made only when a frame does not open. */
  readonly misderived: () => readonly MisderivedKeys[];
}

/** Capability ids from here on are for private use. */
const privateCapabilities = 16_384n;
const deflateCapability = 1n;

/** One session, as far as it was heard. */
export class Conversation {
  readonly transcript: Transcript;
  readonly context: SessionContext;
  /** Every message that a reader takes, also one with a breach that it goes on after. */
  readonly heard: Heard[] = [];
  /** Versions of the Initiate, also where this observer reads none of them. */
  offeredVersions: readonly number[] = [];
  /** Whose octets are of a version that this observer cannot read. */
  unreadable: 'sender' | 'both' | undefined;
  initiate: Said | undefined;
  accept: Said | undefined;
  keys: SessionKeys | undefined;
  request: MessageValue | undefined;
  complete: MessageValue | undefined;
  readonly payloads: SentPayload[] = [];
  /** How many Payloads are acknowledged. */
  acknowledged = 0n;
  window: Window | undefined;
  /** Outcomes other than STORED by Payload and position: `2/0`. */
  readonly outcomes = new Map<string, string>();
  /** What each change id was used for. */
  readonly changes = new Map<string, string>();

  constructor(transcript: Transcript, context: SessionContext) {
    this.transcript = transcript;
    this.context = context;
  }

  /** The role that a side plays. */
  roleOf(side: Side): Role {
    const { role } = this.transcript;
    if (side === 'testee') return role;
    return role === 'sender' ? 'receiver' : 'sender';
  }

  /** The limit that a role announced to its peer. */
  limitOf(role: Role, name: Parameters<typeof announcedLimit>[1]): bigint {
    const told = role === 'sender' ? this.initiate : this.accept;
    return announcedLimit(told?.message, name);
  }

  /** Whether `deflate` was agreed on. */
  get isDeflateAgreed(): boolean {
    return this.#agreed.includes(deflateCapability);
  }

  /** Whether a private-use capability was agreed on. */
  get isPrivateUseAgreed(): boolean {
    return this.#agreed.some((id) => id >= privateCapabilities);
  }

  /** Whether a capability was agreed on that this observer does not know. */
  get isMoreAgreed(): boolean {
    return this.#agreed.some((id) => id !== deflateCapability);
  }

  /** Types of drafts that were agreed on; undefined: none. */
  get drafts(): typeof draftSchemas | undefined {
    const known = Object.values(draftCapabilities).map(BigInt);
    return this.#agreed.some((id) => known.includes(id)) ? draftSchemas : undefined;
  }

  /** Name of the mode of the Request. */
  get mode(): string | undefined {
    return this.request === undefined ? undefined : enumIn(this.request, 'mode');
  }

  get #agreed(): readonly bigint[] {
    if (this.accept === undefined) return [];
    return messagesIn(this.accept.message, 'capabilities').map((item) => numberIn(item, 'id'));
  }
}

/** The other side. */
export function peerOf(side: Side): Side {
  return side === 'kit' ? 'testee' : 'kit';
}

/** The window that a Request or an Ack announces. */
export function windowIn(message: MessageValue): Window | undefined {
  const window = nestedIn(message, 'window');
  if (window === undefined) return undefined;
  return {
    payloads: numberIn(window, 'max_unacked_payloads'),
    octets: numberIn(window, 'max_unacked_octets'),
  };
}

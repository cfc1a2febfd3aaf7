// Opens the frames of one direction, and tells why one does not open: another counter, another
// direction, in clear, or no seal at all.
import { isFault } from '../fault.ts';
import { openAt, type DirectionKeys } from '../security/record.ts';
import { decodeBody } from '../wire/message-text.ts';
import { limits } from '../wire/limits.ts';
import { concat, u64 } from '../wire/octets.ts';
import { parseFields } from '../wire/raw-fields.ts';
import type { Role } from '../peer/transcript.ts';
import type { SessionKeys } from './conversation.ts';
import { breach, type Breach } from './rules.ts';

/** How far a counter may be off and still be recognised. */
const counterReach = 64;

/** The message of a frame, and whether it was sealed. */
export interface Opened {
  readonly message: Uint8Array;
  readonly sealed: boolean;
}

/**
 * `clear`: before keys. `open`: the writer may seal already, or may still give up in clear.
 * `sealed`: every frame is sealed. `unsure`: a breach of the other side leaves it open.
 */
export type Protection = 'clear' | 'open' | 'sealed' | 'unsure';

/** One direction of a session. */
export class Direction {
  readonly #role: Role;
  #counter = 0;

  constructor(role: Role) {
    this.#role = role;
  }

  /** Frames that were opened. */
  get counter(): number {
    return this.#counter;
  }

  /** The message of a frame's body, or what is wrong with its seal. */
  open(body: Uint8Array, protection: Protection, keys: SessionKeys): Opened | Breach {
    const message = openAt(keys[this.#role], this.#counter, body);
    if (!isFault(message)) {
      this.#counter += 1;
      return { message, sealed: true };
    }
    // PSP-SEAL-1: what is sealed is a message, and that has a type.
    if (message.requirement === 'PSP-SEAL-6') return breach('PSP-SEAL-1', message.detail);
    if (protection === 'open' && this.#counter === 0 && isReject(body)) {
      return { message: body, sealed: false };
    }
    return this.#cause(body, keys);
  }

  /** Whether octets would open as the next frame of this direction. */
  wouldOpen(body: Uint8Array, keys: SessionKeys): boolean {
    return !isFault(openAt(keys[this.#role], this.#counter, body));
  }

  #cause(body: Uint8Array, keys: SessionKeys): Breach {
    const own = keys[this.#role];
    const other = keys[this.#role === 'sender' ? 'receiver' : 'sender'];
    if (isClear(body)) {
      const rule = this.#role === 'sender' ? 'PSP-SEAL-5' : 'PSP-SEAL-9';
      return breach(rule, 'a frame in clear after keys');
    }
    if (body.length < limits.sealTagOctets) {
      return breach('PSP-SEAL-1', `a body of ${body.length} octets has no tag`);
    }
    const first = Math.max(0, this.#counter - counterReach);
    for (let counter = first; counter <= this.#counter + counterReach; counter += 1) {
      if (!isFault(openAt(own, counter, body))) {
        return breach('PSP-SEAL-7', `sealed with counter ${counter} instead of ${this.#counter}`);
      }
      if (!isFault(openAt(other, counter, body))) {
        return breach('PSP-SEAL-2', 'sealed with key and iv of the other direction');
      }
    }
    return (
      this.#otherNonce(body, own) ??
      this.#otherKeys(body, keys) ??
      breach('PSP-SEAL-1', `sealed frame ${this.#counter} does not open`)
    );
  }

  #otherNonce(body: Uint8Array, { key, iv }: DirectionKeys): Breach | undefined {
    const counter = u64(BigInt(this.#counter));
    const masks: Readonly<Record<string, Uint8Array>> = {
      'the counter’s octets the other way round': concat(new Uint8Array(4), counter.toReversed()),
      'the counter in front of the zeros': concat(counter, new Uint8Array(4)),
    };
    for (const [how, mask] of Object.entries(masks)) {
      const nonce = iv.map((octet, i) => octet ^ (mask[i] ?? 0));
      if (!isFault(openAt({ key, iv: nonce }, 0, body))) {
        return breach('PSP-SEAL-2', `frame ${this.#counter} is sealed with ${how}`);
      }
    }
    return undefined;
  }

  #otherKeys(body: Uint8Array, keys: SessionKeys): Breach | undefined {
    if (this.#counter > 0) return undefined;
    const found = keys.misderived().find((other) => !isFault(openAt(other[this.#role], 0, body)));
    return found && breach(found.rule, found.detail);
  }
}

/** Whether a body is a message as it stands: ciphertext hardly ever is one. */
function isClear(body: Uint8Array): boolean {
  const message = decodeBody(body);
  if (message === undefined || isFault(message)) return false;
  const isOwn = message.fields.size > 0 || body.length - 1 === octetsOf(message.unknown);
  return isOwn && message.unknown.every(isGrease);
}

const octetsOf = (fields: readonly Uint8Array[]): number =>
  fields.reduce((sum, { length }) => sum + length, 0);

/** Whether an unknown field is one that anybody may put in (PSP-EXT-1). */
function isGrease(octets: Uint8Array): boolean {
  const fields = parseFields(octets);
  return !isFault(fields) && fields.every(({ number }) => number >= 15_000 && number <= 15_999);
}

function isReject(body: Uint8Array): boolean {
  const message = decodeBody(body);
  return message !== undefined && !isFault(message) && message.schema.name === 'Reject';
}

// Opens the frames of one direction, and tells why one does not open: another counter, another
// direction, in clear, or no seal at all.
import { isFault } from '../fault.ts';
import { openAt } from '../security/record.ts';
import { decodeBody } from '../wire/message-text.ts';
import { limits } from '../wire/limits.ts';
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
    if (message.requirement === 'PSP-SEAL-6') return breach('PSP-SEAL-6', message.detail);
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
    return breach('PSP-SEAL-1', `sealed frame ${this.#counter} does not open`);
  }
}

/** Whether a body is a message as it stands: ciphertext hardly ever is one. */
function isClear(body: Uint8Array): boolean {
  const message = decodeBody(body);
  if (message === undefined || isFault(message)) return false;
  return message.unknown.length === 0 && (message.fields.size > 0 || body.length === 1);
}

function isReject(body: Uint8Array): boolean {
  const message = decodeBody(body);
  return message !== undefined && !isFault(message) && message.schema.name === 'Reject';
}

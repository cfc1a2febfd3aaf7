// What a script may contain: the steps of one session as the kit plays it, and the ways in which
// one of them can be tampered with. Types alone; the player acts on them, the loader makes them
// from files.
import type { CommandName, Entry, Result, Role, RunParams } from '../control/values.ts';
import type { TextFields } from '../wire/message-text.ts';
import type { WildName } from '../wire/wild-encodings.ts';

/** How a sealed frame is spoiled. */
export type SealFault =
  /** One bit of the tag is another. */
  | 'flip-tag'
  /** One bit of the ciphertext is another. */
  | 'flip-text'
  /** One bit of the length that the tag covers is another. */
  | 'other-length'
  /** The counter is one too high: a frame was left out. */
  | 'skip'
  /** The octets of the kit's last sealed frame, again. */
  | 'repeat'
  /** Sealed with the key of the other direction. */
  | 'other-direction'
  /** In clear. */
  | 'clear'
  /** Fifteen octets: shorter than a tag. */
  | 'short'
  /** Sealed rightly, without a message inside. */
  | 'empty';

/** One change of one message on its way out. Everything else stays as an honest peer has it. */
export type Tampering =
  /** Members that are objects are merged, `null` takes a field away, all else replaces. */
  | { readonly kind: 'set'; readonly fields: Readonly<Record<string, unknown>> }
  /** The body before it is sealed, as octets. */
  | { readonly kind: 'raw'; readonly body: Uint8Array }
  /** Octets after the encoded message, before it is sealed. */
  | { readonly kind: 'append'; readonly octets: Uint8Array }
  /** Another valid encoding of the same message (PSP-MSG-1 and others). */
  | {
      readonly kind: 'wild';
      readonly encoding: WildName;
      /** Chosen without a look at the message, as walks do; a case means to change something. */
      readonly isBlind?: boolean;
    }
  /** The body is filled up with `padding` or an unknown field to so many octets. */
  | { readonly kind: 'fill'; readonly octets: number }
  /** The frame's header declares so many octets; the body stays. */
  | { readonly kind: 'length'; readonly octets: number }
  | { readonly kind: 'seal'; readonly how: SealFault }
  /** Only the first octets of the frame leave, then the connection ends. */
  | { readonly kind: 'cut'; readonly octets: number; readonly how: 'fin' | 'rst' }
  /** One bit of the octets of a field is another. */
  | { readonly kind: 'flip'; readonly field: string };

interface Common {
  /** Unique in its script. */
  readonly id: string;
}

/** The kit sends a message. */
export interface SendStep extends Common {
  readonly do: 'send';
  readonly message: string;
  /** Set in the valid message as `set` of {@link Tampering} does. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly entries?: readonly Entry[];
  readonly rawEntries?: readonly TextFields[];
  readonly deflate?: boolean;
  /** A Payload goes although the window does not admit it. */
  readonly rush?: boolean;
  /** Only this share of the frame's octets leaves, more than 0 and less than 1. */
  readonly part?: number;
  readonly tamper?: Tampering;
}

/** The testee has to send a message next; KeepAlive and ignorable messages may come before it. */
export interface ExpectStep extends Common {
  readonly do: 'expect';
  readonly message: string;
  /** Each member has to be there with this value; lists have to be equal. */
  readonly where?: Readonly<Record<string, unknown>>;
  /** Fields that it may lack; without them the script is not for this testee. */
  readonly depends?: readonly string[];
}

/**
 * The kit takes Payloads and acknowledges each, until the sender says Complete. How many there are
 * is the sender's choice.
 */
export interface CollectStep extends Common {
  readonly do: 'collect';
  /** Members of the Complete. */
  readonly where?: Readonly<Record<string, unknown>>;
  /** Fields of the Complete that it may lack; without them the script is not for this testee. */
  readonly depends?: readonly string[];
}

/** The kit reads nothing and writes KeepAlives, which the testee has to take all the same. */
export interface StuffStep extends Common {
  readonly do: 'stuff';
  /** Octets of the frames in all, rounded up to whole frames. */
  readonly octets: number;
}

/** The kit ends the connection. */
export interface CloseStep extends Common {
  readonly do: 'close';
  readonly how: 'fin' | 'rst';
}

/** The testee has to end the connection, after it sent nothing more. */
export interface ClosedStep extends Common {
  readonly do: 'closed';
}

/** A command to the testee while the session is going on. */
export interface ControlStep extends Common {
  readonly do: 'control';
  readonly command: CommandName;
  readonly with: Readonly<Record<string, unknown>>;
}

/** An event that the testee has to report. */
export interface EventStep extends Common {
  readonly do: 'event';
  readonly event: 'asked' | 'code' | 'stored' | 'listening' | 'refused';
  readonly where?: Readonly<Record<string, unknown>>;
}

/** The testee is killed as a loss of power would. */
export interface KillStep extends Common {
  readonly do: 'kill';
  /** The script is played once for each of several moments; absent: once, and at once. */
  readonly moments?: {
    /** Plays. */
    readonly times: number;
    /**
     * The moments come after the last Payload, between these shares of the time that the Payload
     * before it took until it was stored.
     */
    readonly within: readonly [number, number];
  };
}

/** The testee's run has to end in one of these ways; the kit ends its side first or holds. */
export interface EndedStep extends Common {
  readonly do: 'ended';
  readonly results: readonly Result[];
  /** Whether the kit leaves its side open until the run has ended. */
  readonly holds: boolean;
}

/** A killed testee is started anew and takes up its store. */
export interface OpenStep extends Common {
  readonly do: 'open';
}

/** Another session with the store as it is; what is absent is as in the first. */
export interface AgainStep extends Common {
  readonly do: 'again';
  /** Of the testee; where it is given, `params` stands alone. */
  readonly role?: Role;
  readonly params?: RunParams;
  readonly secret?: string | readonly string[] | null;
  readonly clock?: 'virtual';
  /** The store is made anew before, from the seed, and has this replica id from here on. */
  readonly replica?: string;
}

/** The kit dials a listening testee once more; the connection before stays open. */
export interface DialStep extends Common {
  readonly do: 'dial';
  /** Name of the connection from here on. */
  readonly as: string;
  /** Whether the testee has to show a new secret first. */
  readonly code: boolean;
}

/** Goes on with another connection of this run; the first is called `first`. */
export interface UseStep extends Common {
  readonly do: 'use';
  readonly connection: string;
}

/** A step on one connection. */
export type PlayedStep =
  | SendStep
  | ExpectStep
  | CollectStep
  | StuffStep
  | CloseStep
  | ClosedStep
  | ControlStep
  | EventStep
  | KillStep;

/** One step. */
export type Step = PlayedStep | EndedStep | OpenStep | AgainStep | DialStep | UseStep;

/** How the testee ended the session on the wire. */
export type Ending =
  | { readonly kind: 'abort' | 'reject'; readonly code: string; readonly retry: string }
  /** It closed without a word. */
  | { readonly kind: 'close' }
  /** It neither spoke nor closed while the kit waited. */
  | { readonly kind: 'open' };

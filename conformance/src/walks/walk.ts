// A walk as it is drawn and shrunk: small numbers and words, no step and no octet. What is played
// is made from it. Types alone.
import type { Feature, Hello, Strategy } from '../control/values.ts';
import type { Delivery } from '../peer/delivery.ts';
import type { SealFault } from '../peer/script.ts';
import type { WildName } from '../wire/wild-encodings.ts';

/** A change, by author and kind: 0 and up. */
export interface EditPick {
  readonly author: number;
  readonly kind: number;
}

/** An entry of the small space in which ids, bases and changes meet. */
export interface EntryPick {
  readonly resource: number;
  /** 0: on no server yet. */
  readonly version: number;
  /** Whether the instant of the version is told. */
  readonly isDated: boolean;
  readonly edits: readonly EditPick[];
  /** Author of the INSERT of a resource that is on no server yet. */
  readonly by: number;
  /** Author of a DELETE at the end. */
  readonly deletedBy: number | null;
  readonly absorbed: readonly EditPick[];
}

/** An entry: of the small space, or one of the package's data by its position there. */
export type AnyEntry = { readonly drawn: EntryPick } | { readonly listed: number };

/** How one of the kit's messages differs from the plain one; all of it valid. */
export interface Spice {
  /** Position among the kit's messages of the session, counted round. */
  readonly at: number;
  readonly kind: 'wild' | 'ignorable' | 'keep-alive' | 'unknown-field' | 'filled';
  readonly wild: WildName;
  /** Type of an ignorable message, octets of a filling. */
  readonly number: number;
}

/** How a session ends. */
export type SessionEnd =
  | { readonly kind: 'complete' }
  /** After so many of its steps, counted round. */
  | { readonly kind: 'cut' | 'broken' | 'killed'; readonly at: number };

/** One Payload of the kit. */
export interface PayloadPick {
  readonly entries: readonly AnyEntry[];
  readonly isDeflated: boolean;
  /** Whether the kit waits for its Ack. */
  readonly isAwaited: boolean;
  readonly hasCursor: boolean;
}

interface AnySession {
  readonly spices: readonly Spice[];
  readonly end: SessionEnd;
  /** Whether the testee adds what its peer has to ignore. */
  readonly isGreased: boolean;
  /** Local edits after it. */
  readonly edits: readonly LocalEdit[];
}

/** A session in which the testee receives. */
export interface ReceivingSession extends AnySession {
  readonly role: 'receiver';
  readonly strategy: Strategy;
  readonly mode: 'FULL' | 'CURSOR';
  /** Whether Patients alone are asked for. */
  readonly isNarrow: boolean;
  readonly isResumed: boolean;
  /** Payloads that the testee lets come before it stored them; 0: as it likes. */
  readonly window: number;
  readonly payloads: readonly PayloadPick[];
}

/** A session in which the testee sends. */
export interface SendingSession extends AnySession {
  readonly role: 'sender';
  readonly mode: 'FULL' | 'CURSOR';
  readonly isNarrow: boolean;
  /** The cursor of the Request: of what was heard before. */
  readonly cursor: 'none' | 'Payload.cursor' | 'Complete.cursor';
  /** Whether each Payload may hold but one entry. */
  readonly isPiecemeal: boolean;
  readonly isDeflated: boolean;
  /** Payloads in flight at a time. */
  readonly window: number;
  /** Payloads that are awaited one by one before the rest is collected. */
  readonly awaited: number;
}

/** One session of a walk. */
export type WalkSession = ReceivingSession | SendingSession;

/** A local edit on the testee's device. */
export interface LocalEdit {
  readonly op: 'create' | 'update' | 'delete' | 'import';
  readonly resource: number;
  readonly value: number;
}

/** The one thing that the kit does wrong, in the last session. */
export type WalkFault =
  /** A message that the testee's state does not expect, or one that ends the session. */
  | { readonly kind: 'event'; readonly at: number; readonly message: number }
  /** A spoiled seal. */
  | { readonly kind: 'seal'; readonly at: number; readonly how: SealFault }
  /** The connection ends inside a frame. */
  | {
      readonly kind: 'cut';
      readonly at: number;
      readonly octets: number;
      readonly isReset: boolean;
    }
  /** The octets of a message are not well formed. */
  | { readonly kind: 'form'; readonly at: number; readonly way: number }
  /** A field of a message is wrong. */
  | { readonly kind: 'field'; readonly at: number }
  /** An entry that is to be refused; the session goes on. */
  | { readonly kind: 'entry'; readonly at: number; readonly way: number };

/** A valid script of sessions with one store, and at most one fault. */
export interface Walk {
  readonly seed: readonly EntryPick[];
  readonly sessions: readonly WalkSession[];
  readonly fault: WalkFault | null;
  readonly delivery: Delivery;
}

/** What walks may ask of a testee. */
export interface Abilities {
  readonly roles: Hello['roles'];
  readonly strategies: readonly Strategy[];
  readonly modes: Hello['modes'];
  readonly features: readonly Feature[];
  readonly hasDeflate: boolean;
}

/** The abilities that a testee declares. */
export function abilitiesOf({
  roles,
  strategies,
  modes,
  features,
  capabilities,
}: Hello): Abilities {
  return { roles, strategies, modes, features, hasDeflate: capabilities.includes('deflate') };
}

// What a session did, as a value that is JSON from end to end: the same shape on both sides, so
// that two people can lay their reports side by side. Knows nothing of how the counts came about
// and holds no resource content.
import type { CursorDisposition, ErrorCode, Outcome, SelectionMode } from '../wire/messages.ts';
import type { ConflictReason } from './classification.ts';

/** The name of an outcome; `OTHER` stands for a value that this version does not know. */
export type OutcomeName = Exclude<keyof typeof Outcome, 'UNSPECIFIED' | 'UNRECOGNIZED'> | 'OTHER';
/** The name of a reason for not sending an entry; `OTHER` as above. */
export type WithheldName = 'POLICY' | 'TOO_LARGE' | 'OTHER';
/** The name of an error code, or its number in decimal where this version does not know it. */
export type ErrorName = keyof typeof ErrorCode | `${number}`;
/** The name of a selection mode. */
export type ModeName = Exclude<keyof typeof SelectionMode, 'UNSPECIFIED' | 'UNRECOGNIZED'>;
/** The name of what became of the cursor (PSP-OFFER-2). */
export type DispositionName = Exclude<
  keyof typeof CursorDisposition,
  'UNSPECIFIED' | 'UNRECOGNIZED'
>;

/** What happened to the entries of one resource type. Every number counts entries. */
export interface TypeReport {
  readonly resourceType: string;
  /** As the Offer said: an estimate (PSP-OFFER-4). Undefined: the sender could not count. */
  readonly offered?: number;
  /** Sender: put into batches. Receiver: received. Equal on both sides once complete. */
  readonly transferred: number;
  /** Durable at the receiver; those of the sender are what Acks said. */
  readonly acknowledged: number;
  /** The acknowledged entries by outcome; a missing name is 0. */
  readonly outcomes: Readonly<Partial<Record<OutcomeName, number>>>;
  /** Selected but not sent, by reason; a missing name is 0 (PSP-REQ-5). */
  readonly withheld: Readonly<Partial<Record<WithheldName, number>>>;
}

/** One resource and what became of it. */
export interface ResourceReport {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly outcome: OutcomeName;
  /** With REFUSED: why. */
  readonly code?: ErrorName;
  /** In the receiver's list of conflicts: why. */
  readonly reason?: ConflictReason;
}

/** The first items of a list that may be long, and how many more there were. */
export interface BoundedList<T> {
  readonly items: readonly T[];
  /** How many are not in `items`. */
  readonly more: number;
}

/** References of received resources whose target the receiver does not hold (PSP-SEL-10). */
export interface DanglingReport {
  /** Distinct targets, as `Type/id`. */
  readonly targets: BoundedList<string>;
  /** True: there were more than the receiver keeps in mind, the number is a lower bound. */
  readonly capped: boolean;
}

/** The report of one session; can be stored and shown as JSON. */
export interface SyncReport {
  readonly role: 'sender' | 'receiver';
  readonly peer: {
    /** Hexadecimal, 32 digits. */
    readonly replicaId: string;
    /** As the peer gave it: clean it before showing (PSP-ID-4). */
    readonly displayName: string;
  };
  readonly mode: ModeName;
  readonly cursor: DispositionName;
  /** True once the Receipt was sent or received and agreed (PSP-DONE-7, PSP-DONE-8). */
  readonly complete: boolean;
  readonly payloads: number;
  /** By type, in order of name. */
  readonly types: readonly TypeReport[];
  /** Every acknowledged resource, as far as the list goes. */
  readonly resources: BoundedList<ResourceReport>;
  /** Those with an outcome CONFLICT_*. */
  readonly conflicts: BoundedList<ResourceReport>;
  /** Those with the outcome REFUSED. */
  readonly refused: BoundedList<ResourceReport>;
  /** Receiver only. */
  readonly dangling?: DanglingReport;
}

// The guards and data of the model: what the tables leave to prose. Each rule is one function of
// numbers, so that a mutation can replace it. Knows no states.
import type { Configuration, Disk, Receiver, Sender } from './world.ts';

/** What the tables name and do not say. */
export interface Guards {
  /** The version that a receiver takes; 0: none (PSP-VER-2, PSP-VER-3). */
  chooseVersion(offered: readonly number[], own: readonly number[]): number;
  /** Whether one more may be outstanding (PSP-FLOW-1, PSP-FLOW-2); the sender's own check. */
  maySend(limit: Configuration['window'], outstanding: readonly number[], octets: number): boolean;
  /** The receiver's check of the same (PSP-FLOW-3). */
  mayArrive(
    limit: Configuration['window'],
    outstanding: readonly number[],
    octets: number,
  ): boolean;
  /** Whether a Payload is the next one (PSP-PAY-2). */
  isNext(receiver: Receiver, sequence: number): boolean;
  /** Whether an Ack can be true (PSP-ACK-4, PSP-ACK-7). */
  isAckTrue(sender: Sender, through: number, open: boolean): boolean;
  /** Whether the counts of Complete are right (PSP-DONE-2). */
  isCompleteTrue(receiver: Receiver, payloads: number): boolean;
  /** Whether a Receipt may come and its counts are right (PSP-DONE-6, PSP-DONE-10). */
  isReceiptTrue(sender: Sender, entries: number): boolean;
  /** Whether a sender checks the tag of Confirm (PSP-HS-20). */
  isTagRight(codeIsRight: boolean): boolean;
  /** Whether the receiver's machine may be told of the oldest Payload that waits (PSP-ACK-1). */
  mayTell(receiver: Receiver): boolean;
  /** Whether everything was sent. */
  isAllSent(sender: Sender): boolean;
  /** Whether everything is durable and the machine was told (PSP-DONE-3, PSP-DONE-4). */
  isAllStored(receiver: Receiver): boolean;
  /** What is durable after a transaction (PSP-RESUME-1, PSP-RESUME-7). */
  store(disk: Disk, entry: number): Disk;
  /** Where a sender goes on after a cursor (PSP-RESUME-6). */
  resumeAfter(cursor: number): number;
  /** Whether an endpoint reads although what it writes waits (PSP-STATE-3). */
  readsWhileBlocked: boolean;
  /** How far an Ack reaches (PSP-ACK-2). */
  throughOf(receiver: Receiver): number;
  /** Whether an endpoint may send a message that is not of the table's making. */
  mayTalk(endpoint: Sender | Receiver): boolean;
}

function admits(
  limit: Configuration['window'],
  outstanding: readonly number[],
  octets: number,
): boolean {
  if (outstanding.length >= limit.payloads) return false;
  if (outstanding.length === 0) return true;
  return outstanding.reduce((sum, other) => sum + other, octets) <= limit.octets;
}

/** The rules as the specification has them. */
export const guards: Guards = {
  chooseVersion: (offered, own) =>
    offered.reduce((best, one) => (own.includes(one) ? Math.max(best, one) : best), 0),
  maySend: admits,
  mayArrive: admits,
  isNext: (receiver, sequence) => sequence === receiver.received + 1,
  isAckTrue: (sender, through, open) =>
    through >= sender.acked && through <= sender.sent && (open || !sender.open),
  isCompleteTrue: (receiver, payloads) => payloads === receiver.received,
  isReceiptTrue: (sender, entries) => sender.acked === sender.sent && entries === sender.sent,
  isTagRight: (codeIsRight) => codeIsRight,
  mayTell: (receiver) => receiver.durable > receiver.told,
  isAllSent: (sender) => sender.from + sender.sent >= sender.mark,
  isAllStored: (receiver) => receiver.held.length === 0,
  store: (disk, entry) => ({
    ...disk,
    applied: disk.applied.map((times, index) => (index === entry - 1 ? 1 : times)),
    cursor: entry,
  }),
  resumeAfter: (cursor) => cursor,
  readsWhileBlocked: true,
  throughOf: (receiver) => receiver.told,
  // Between its Confirm and Ta a receiver can seal nothing that the sender could open.
  mayTalk: ({ keys, phase }) => keys || phase !== 'AWAIT_CONFIRM',
};

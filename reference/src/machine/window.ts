// Flow control: how far the sender may run ahead of the last Ack, seen from both sides. Pure
// bookkeeping over numbers; knows neither batches nor streams.
import { ErrorCode } from '../wire/messages.ts';
import type { Ack, Window } from '../wire/messages.ts';
import { UsageError, violation } from '../wire/violation.ts';
import type { Violation } from '../wire/violation.ts';

/** A window as announced. */
export interface Allowance {
  /** Payloads; 0 holds the sender. */
  readonly payloads: number;
  /** Sum of `uncompressed_octets`. */
  readonly octets: bigint;
}

/** A Payload that was sent and not acknowledged. */
export interface UnackedPayload {
  /** Its `uncompressed_octets`. */
  readonly octets: bigint;
  /** How many entries it holds. */
  readonly entries: number;
}

/** The sender's side. */
export interface SendWindow {
  readonly allowance: Allowance;
  /** Every Payload up to this one is durable at the receiver. */
  readonly acknowledged: bigint;
  /** The Payloads after it, in order: at most as many as the allowance ever said. */
  readonly unacked: readonly UnackedPayload[];
}

/** The receiver's side. */
export interface ReceiveWindow {
  readonly allowance: Allowance;
  /** Every Payload up to this one is durable. */
  readonly committed: bigint;
  /** `uncompressed_octets` of the Payloads after it, in order. */
  readonly held: readonly bigint[];
}

/** A window from its message. */
export function allowanceOf(window: Window): Allowance {
  return { payloads: window.maxUnackedPayloads, octets: window.maxUnackedOctets };
}

/** The message of a window; `allowanceOf` is its inverse. */
export function windowOf({ payloads, octets }: Allowance): Window {
  return { maxUnackedPayloads: payloads, maxUnackedOctets: octets };
}

/** A sender's window before the first Payload. */
export function openSendWindow(window: Window): SendWindow {
  return { allowance: allowanceOf(window), acknowledged: 0n, unacked: [] };
}

/** A receiver's window before the first Payload. */
export function openReceiveWindow(allowance: Allowance): ReceiveWindow {
  return { allowance, committed: 0n, held: [] };
}

/** The sequence of the last Payload sent; 0 before the first. */
export function lastSent(window: SendWindow): bigint {
  return window.acknowledged + BigInt(window.unacked.length);
}

/** The sequence of the last Payload received; 0 before the first. */
export function lastReceived(window: ReceiveWindow): bigint {
  return window.committed + BigInt(window.held.length);
}

/** Whether a Payload of so many octets may be outstanding beside the others. */
function admits(allowance: Allowance, others: readonly bigint[], octets: bigint): boolean {
  // PSP-FLOW-1
  if (others.length >= allowance.payloads) return false;
  // PSP-FLOW-2: a Payload larger than the window goes alone, or it could never go.
  if (others.length === 0) return true;
  const sum = others.reduce((total, other) => total + other, octets);
  return sum <= allowance.octets;
}

/** Whether the sender may send a Payload of so many uncompressed octets now. */
export function maySend(window: SendWindow, octets: bigint): boolean {
  return admits(
    window.allowance,
    window.unacked.map((payload) => payload.octets),
    octets,
  );
}

/**
 * The window after a Payload was sent.
 *
 * @throws {@link UsageError} when {@link maySend} says no.
 */
export function afterSending(window: SendWindow, payload: UnackedPayload): SendWindow {
  if (!maySend(window, payload.octets)) {
    throw new UsageError('Wait for an Ack: the Payload does not fit the window.');
  }
  return { ...window, unacked: [...window.unacked, payload] };
}

/** The window after an Ack, or what is wrong with that Ack. */
export function afterAck(window: SendWindow, ack: Ack): SendWindow | Violation {
  const { throughSequence: through } = ack;
  // PSP-ACK-4: the sender's report and the peer's next cursor would rest on a wrong number.
  if (through > lastSent(window)) return ackInvalid('PSP-ACK-4', 'Ack of a Payload not sent');
  if (through < window.acknowledged) return ackInvalid('PSP-ACK-4', 'Ack lower than before');
  const fault = outcomesFault(window, ack) ?? shrinks(window.allowance, ack.window);
  if (fault !== undefined) return fault;
  return {
    allowance: ack.window === undefined ? window.allowance : allowanceOf(ack.window),
    acknowledged: through,
    unacked: window.unacked.slice(Number(through - window.acknowledged)),
  };
}

function outcomesFault(window: SendWindow, ack: Ack): Violation | undefined {
  const named = new Set<string>();
  for (const { sequence, entryIndex } of ack.outcomes) {
    const isNew = sequence > window.acknowledged && sequence <= ack.throughSequence;
    const payload = isNew ? window.unacked[Number(sequence - window.acknowledged) - 1] : undefined;
    // PSP-ACK-6: an outcome for nothing would make the counts of both sides differ.
    if (payload === undefined || entryIndex >= payload.entries) {
      return ackInvalid('PSP-ACK-6', 'outcome of no newly acknowledged entry');
    }
    const name = `${sequence}/${entryIndex}`;
    if (named.has(name)) return ackInvalid('PSP-ACK-6', 'two outcomes of one entry');
    named.add(name);
  }
  return undefined;
}

function ackInvalid(requirement: string, detail: string): Violation {
  return violation(ErrorCode.ACK_INVALID, requirement, detail);
}

function shrinks(before: Allowance, window: Window | undefined): Violation | undefined {
  if (window === undefined) return undefined;
  const after = allowanceOf(window);
  if (after.payloads >= before.payloads && after.octets >= before.octets) return undefined;
  // PSP-ACK-7: what is on its way was sent in trust in the larger window.
  return violation(ErrorCode.PROTOCOL_VIOLATION, 'PSP-ACK-7', 'the window became smaller');
}

/** The window after a Payload arrived, or what is wrong with that Payload. */
export function afterArrival(
  window: ReceiveWindow,
  sequence: bigint,
  octets: bigint,
): ReceiveWindow | Violation {
  if (sequence !== lastReceived(window) + 1n) {
    // PSP-PAY-2: a gap would be lost, a repetition counted twice.
    return violation(ErrorCode.SEQUENCE_INVALID, 'PSP-PAY-2', 'Payload out of sequence');
  }
  if (!admits(window.allowance, window.held, octets)) {
    // PSP-FLOW-3: the window is what bounds our memory.
    return violation(ErrorCode.WINDOW_EXCEEDED, 'PSP-FLOW-3', 'Payload beyond the window');
  }
  return { ...window, held: [...window.held, octets] };
}

/**
 * The window after the oldest held Payload became durable.
 *
 * @throws {@link UsageError} when none is held.
 */
export function afterCommit(window: ReceiveWindow): ReceiveWindow {
  if (window.held.length === 0) throw new UsageError('No Payload waits to be committed.');
  return { ...window, committed: window.committed + 1n, held: window.held.slice(1) };
}

/**
 * The window after it was opened further.
 *
 * @throws {@link UsageError} when it would become smaller (PSP-ACK-5).
 */
export function afterOpening(window: ReceiveWindow, allowance: Allowance): ReceiveWindow {
  const { payloads, octets } = window.allowance;
  if (allowance.payloads < payloads || allowance.octets < octets) {
    throw new UsageError('A window never becomes smaller in a session.');
  }
  return { ...window, allowance };
}

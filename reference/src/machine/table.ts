// The rows that states share: what every state before keys, after keys, and at the end does with
// the events it has no particular use for. A table spreads a row and names what differs. Holds no
// state and decides nothing about data.
import type { CommonActionName, CommonEventName } from './vocabulary.ts';

/** One cell: where an event leads from a state and what is done on the way, in order. */
export interface Cell<State extends string, Action extends string> {
  readonly next: State;
  readonly actions: readonly Action[];
  /** The requirements that the cell carries out. */
  readonly requirement?: readonly string[];
}

/** Cells for every event that both roles know. */
export type CommonRow<State extends string> = Readonly<
  Record<CommonEventName, Cell<State | 'CLOSING' | 'CLOSED', CommonActionName>>
>;

/** A cell. */
export function to<const State extends string, const Action extends string>(
  next: State,
  actions: readonly Action[],
  ...requirement: readonly string[]
): Cell<State, Action> {
  return requirement.length === 0 ? { next, actions } : { next, actions, requirement };
}

/** The local results that a state has no use for: they come late, after the session moved on. */
export function ignoring<const State extends string, const Event extends string>(
  state: State,
  events: readonly Event[],
): Readonly<Record<Event, Cell<State, never>>> {
  const cell = to(state, [] as readonly never[]);
  return Object.fromEntries(events.map((event) => [event, cell])) as Record<
    Event,
    Cell<State, never>
  >;
}

/** A state before keys: gives up with Reject (PSP-ABORT-2). */
export function clearRow<const State extends string>(state: State): CommonRow<State> {
  const unexpected = to('CLOSING', ['SEND_REJECT', 'END_WRITING'], 'PSP-STATE-2', 'PSP-ABORT-2');
  const refused = to('CLOSING', ['SEND_REJECT', 'END_WRITING'], 'PSP-ABORT-2');
  return {
    ...endedByPeer(),
    INITIATE: unexpected,
    ACCEPT: unexpected,
    CONFIRM: unexpected,
    IDENTITY: unexpected,
    REQUEST: unexpected,
    OFFER: unexpected,
    PAYLOAD: unexpected,
    ACK: unexpected,
    COMPLETE: unexpected,
    RECEIPT: unexpected,
    KEEP_ALIVE: unexpected,
    IGNORABLE: to(state, [], 'PSP-FRAME-11'),
    VIOLATION: refused,
    CANCEL: refused,
    FAULT: refused,
    TIMEOUT: refused,
    KEEP_ALIVE_DUE: to(state, []),
  };
}

/** A state after keys: gives up with Abort (PSP-ABORT-1) and shows that it lives. */
export function sealedRow<const State extends string>(state: State): CommonRow<State> {
  const unexpected = to('CLOSING', ['SEND_ABORT', 'END_WRITING'], 'PSP-STATE-2', 'PSP-ABORT-1');
  const aborted = to('CLOSING', ['SEND_ABORT', 'END_WRITING'], 'PSP-ABORT-1');
  return {
    ...endedByPeer(),
    INITIATE: unexpected,
    ACCEPT: unexpected,
    CONFIRM: unexpected,
    IDENTITY: unexpected,
    REQUEST: unexpected,
    OFFER: unexpected,
    PAYLOAD: unexpected,
    ACK: unexpected,
    COMPLETE: unexpected,
    RECEIPT: unexpected,
    KEEP_ALIVE: to(state, [], 'PSP-ALIVE-1'),
    IGNORABLE: to(state, [], 'PSP-FRAME-11'),
    VIOLATION: aborted,
    CANCEL: aborted,
    FAULT: aborted,
    TIMEOUT: to('CLOSING', ['SEND_ABORT', 'END_WRITING'], 'PSP-TIME-5', 'PSP-ABORT-1'),
    KEEP_ALIVE_DUE: to(state, ['SEND_KEEP_ALIVE'], 'PSP-TIME-6'),
  };
}

/** The writing side is shut; what still arrives is thrown away unread (PSP-CLOSE-1). */
export function closingRow(): CommonRow<'CLOSING'> {
  return {
    ...silentRow('CLOSING'),
    END: to('CLOSED', ['CLOSE'], 'PSP-CLOSE-1'),
    TIMEOUT: to('CLOSED', ['CLOSE'], 'PSP-CLOSE-1'),
  };
}

/** Nothing happens any more. */
export function closedRow(): CommonRow<'CLOSED'> {
  return silentRow('CLOSED');
}

function endedByPeer() {
  const told = to('CLOSING', ['END_WRITING'], 'PSP-ABORT-7');
  return {
    REJECT: told,
    ABORT: told,
    // PSP-SEAL-4: whoever broke the seal learns nothing from us.
    SEAL_BROKEN: to('CLOSED', ['CLOSE'], 'PSP-SEAL-4'),
    END: to('CLOSED', ['CLOSE'], 'PSP-FRAME-7', 'PSP-DONE-9'),
  } as const;
}

function silentRow<const State extends 'CLOSING' | 'CLOSED'>(state: State): CommonRow<State> {
  const still = to(state, [] as readonly never[]);
  return {
    INITIATE: still,
    ACCEPT: still,
    REJECT: still,
    CONFIRM: still,
    IDENTITY: still,
    REQUEST: still,
    OFFER: still,
    PAYLOAD: still,
    ACK: still,
    COMPLETE: still,
    RECEIPT: still,
    KEEP_ALIVE: still,
    ABORT: still,
    IGNORABLE: still,
    VIOLATION: still,
    SEAL_BROKEN: still,
    END: still,
    CANCEL: still,
    FAULT: still,
    TIMEOUT: still,
    KEEP_ALIVE_DUE: still,
  };
}

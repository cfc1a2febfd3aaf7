// What the model holds at one moment: both endpoints, what is on its way, and what is durable. The
// smallest data that the guards and properties look at; decides nothing.
import type { Role } from './tables.ts';

/** How a session ended, as an endpoint would report it; `lost`: it crashed and reports nothing. */
export type Ending =
  'open' | 'complete' | 'interrupted' | 'gave-up' | 'told-by-peer' | 'seal-broken' | 'lost';

interface Endpoint {
  readonly phase: string;
  readonly ending: Ending;
  /** Keys are on. */
  readonly keys: boolean;
  /** The version that it took the session for; 0 before. */
  readonly version: number;
  /** The actions whose work has not ended yet, sorted. */
  readonly jobs: readonly string[];
  /** KeepAlives and ignorable messages that it may still send. */
  readonly chatter: number;
  /** It wrote Reject, Abort, Receipt or the end of its stream. */
  readonly silenced: boolean;
  /** The window is open, as far as it knows; closed holds the sender. */
  readonly open: boolean;
}

/** The sender's endpoint. Entry `from + k` travels in Payload k. */
export interface Sender extends Endpoint {
  readonly from: number;
  /** The high-water mark; 0 before Offer. */
  readonly mark: number;
  readonly sent: number;
  readonly acked: number;
  readonly completed: boolean;
}

/** The receiver's endpoint. */
export interface Receiver extends Endpoint {
  /** The user entered what the sender shows. */
  readonly codeIsRight: boolean;
  readonly received: number;
  /** Entries of the Payloads that are not known to be durable, in order. */
  readonly held: readonly number[];
  /** Payloads of this session that are durable, and those that the machine was told of. */
  readonly durable: number;
  readonly told: number;
  /** The cursor of Complete; -1 before it. */
  readonly finalCursor: number;
  readonly finalStored: boolean;
}

/** One direction: frames in order, `FIN` or `RST` at the end. */
export interface Line {
  readonly frames: readonly string[];
  /** `void`: nothing written arrives any more; `reset`: and something was written since. */
  readonly state: 'up' | 'void' | 'reset';
}

/** What outlives sessions and crashes. */
export interface Disk {
  /** The sender's newest store sequence; every entry has one. */
  readonly entries: number;
  /** Times that each entry, from the first, took effect at the receiver. */
  readonly applied: readonly number[];
  /** The receiver's cursor for this sender; 0: none. */
  readonly cursor: number;
  /** Of a transaction of an earlier session that may still land; 0: none. */
  readonly late: number;
}

/** Everything at one moment. `frames` of `toReceiver` were written by the sender. */
export interface World {
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly toReceiver: Line;
  readonly toSender: Line;
  /** The connection is gone and nobody was told. */
  readonly silent: boolean;
  readonly disk: Disk;
}

/** What may go wrong in a configuration. */
export type Disturbance =
  | 'cut'
  | 'half-cut'
  | 'silence'
  | 'crash'
  | 'timeout'
  | 'cancel'
  | 'decline'
  | 'wrong-code'
  | 'fault'
  | 'refusal'
  | 'late-work';

/** The bounds of one exploration. */
export interface Configuration {
  readonly name: string;
  /** Entries at the sender; one in each Payload. */
  readonly entries: number;
  /** Entries that the sender's user may add while sessions go on. */
  readonly writes: number;
  /** Octets of an entry, in turn. */
  readonly sizes: readonly number[];
  readonly window: { readonly payloads: number; readonly octets: number };
  /** The window is closed until the user agreed. */
  readonly holds: boolean;
  /** Messages that one direction of the connection takes before its writer blocks. */
  readonly capacity: number;
  readonly versions: Readonly<Record<Role, readonly number[]>>;
  /** KeepAlives and ignorable messages, each side, each session. */
  readonly chatter: number;
  /** Whether another session follows one that ended. */
  readonly sessions: 'one' | 'many';
  /** The sender may start over where it could resume. */
  readonly startsOver: boolean;
  readonly disturbances: readonly Disturbance[];
}

/** The name of the line that a role reads from. */
export const inboxOf = (role: Role): 'toSender' | 'toReceiver' =>
  role === 'sender' ? 'toSender' : 'toReceiver';

/** The name of the line that a role writes to. */
export const outboxOf = (role: Role): 'toSender' | 'toReceiver' =>
  role === 'sender' ? 'toReceiver' : 'toSender';

/** The first word of a frame: the event that it is to its reader; the star of a seal left out. */
export function kindOf(frame: string): string {
  const space = frame.indexOf(' ');
  return frame.slice(frame.startsWith('*') ? 1 : 0, space < 0 ? undefined : space);
}

/** A number of a frame by its position after the kind. */
export function numberIn(frame: string, index: number): number {
  return Number(frame.split(' ')[index + 1]);
}

/** Frames of a line without the end of the stream. */
export function messagesIn(line: Line): number {
  const last = line.frames.at(-1);
  return line.frames.length - (last === 'FIN' || last === 'RST' ? 1 : 0);
}

/** Whether an endpoint takes no further part. */
export const isOver = (phase: string): boolean => phase === 'CLOSED' || phase === 'CRASHED';

/** Whether the outcome of an endpoint is settled. */
export const isEnding = (phase: string): boolean => phase === 'CLOSING' || isOver(phase);

/** A text that is the same for equal worlds only. */
export function keyOf({ sender, receiver, toReceiver, toSender, silent, disk }: World): string {
  const s = sender;
  const r = receiver;
  return (
    `${s.phase},${s.ending},${s.keys ? 1 : 0}${s.silenced ? 1 : 0}${s.open ? 1 : 0}` +
    `${s.completed ? 1 : 0},${s.version},${s.chatter},${s.from},${s.mark},${s.sent},${s.acked},` +
    `${s.jobs.join()}|${r.phase},${r.ending},${r.keys ? 1 : 0}${r.silenced ? 1 : 0}` +
    `${r.open ? 1 : 0}${r.codeIsRight ? 1 : 0}${r.finalStored ? 1 : 0},${r.version},` +
    `${r.chatter},${r.received},${r.durable},${r.told},${r.finalCursor},${r.held.join()},` +
    `${r.jobs.join()}|${toReceiver.state}${toReceiver.frames.join()}|${toSender.state}` +
    `${toSender.frames.join()}|${silent ? 1 : 0},${disk.entries},${disk.cursor},${disk.late},` +
    disk.applied.join('')
  );
}

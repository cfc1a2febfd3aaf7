// Both machines joined by bounded channels, as a graph of worlds to search: every order in which
// frames are flushed and read, local results arrive, users cancel and the connection is cut.
import { RECEIVER_START, stepReceiver } from '../receiver-machine.ts';
import type { ReceiverState } from '../receiver-machine.ts';
import { SENDER_START, stepSender } from '../sender-machine.ts';
import type { SenderState } from '../sender-machine.ts';
import type { ReceiverEvent, SenderEvent } from '../events.ts';
import { maySend } from '../window.ts';
import type { Allowance } from '../window.ts';
import { completeOf, framesOfReceiver, framesOfSender } from './joined-frames.ts';
import type { Frame } from './joined-frames.ts';

/** What a search varies. */
export interface WorldOptions {
  /** `uncompressed_octets` of each Payload. */
  readonly sizes: readonly bigint[];
  readonly window: Allowance;
  /** True: the Request announces no room until the user agreed. */
  readonly holds: boolean;
  /** Frames that a channel takes. */
  readonly capacity: number;
  /** True: the user of either side may cancel, and the receiver's may decline, at any moment. */
  readonly cancels: boolean;
  /** True: the connection may be cut at any moment. */
  readonly cuts: boolean;
  /** KeepAlives that each side may send. */
  readonly keepAlives: number;
  /** False: a side reads nothing while its own frames wait (what PSP-STATE-3 forbids). */
  readonly readsWhileBlocked: boolean;
}

/** One side's connection: what it has written and not flushed, and what it has left to do. */
interface Side {
  readonly outbox: readonly Frame[];
  /** What is on its way to this side. */
  readonly inbox: readonly Frame[];
  readonly peerEnded: boolean;
  /** A cut swallowed something that this side had not flushed. */
  readonly lost: boolean;
  readonly keepAlives: number;
}

/** Everything, at one moment. */
export interface World {
  readonly sender: SenderState;
  readonly receiver: ReceiverState;
  readonly s: Side;
  readonly r: Side;
  /** Payloads taken by the sender so far. */
  readonly taken: number;
  /** Payloads in the receiver's store. */
  readonly durable: number;
  readonly storing: boolean;
  readonly finishing: boolean;
  readonly cut: boolean;
}

/** An edge of the graph; `forced` ones are not needed for progress. */
export interface Edge {
  readonly name: string;
  readonly forced: boolean;
  readonly to: World;
}

const nothing: Side = { outbox: [], inbox: [], peerEnded: false, lost: false, keepAlives: 0 };

/** The world in which Initiate is on its way. */
export function startWorld(): World {
  return {
    sender: SENDER_START,
    receiver: RECEIVER_START,
    s: nothing,
    r: { ...nothing, inbox: [{ kind: 'INITIATE' }] },
    taken: 0,
    durable: 0,
    storing: false,
    finishing: false,
    cut: false,
  };
}

/** Every world that can be next. */
export function edgesOf(world: World, options: WorldOptions): Edge[] {
  return [
    ...flushes(world, options),
    ...reads(world, options),
    ...senderWork(world, options),
    ...receiverWork(world, options),
    ...disturbances(world, options),
  ];
}

function phaseOf(world: World, own: 's' | 'r'): string {
  return own === 's' ? world.sender.phase : world.receiver.phase;
}

function edge(name: string, to: World, forced = false): Edge {
  return { name, to, forced };
}

function flushes(world: World, { capacity }: WorldOptions): Edge[] {
  const edges: Edge[] = [];
  for (const [own, other] of [
    ['s', 'r'],
    ['r', 's'],
  ] as const) {
    const [frame, ...rest] = world[own].outbox;
    const gone = world.cut || phaseOf(world, other) === 'CLOSED';
    if (frame === undefined || (world[other].inbox.length >= capacity && !gone)) continue;
    const side = {
      ...world[own],
      outbox: rest,
      lost: world[own].lost || (world.cut && frame.kind !== 'EOF'),
    };
    const inbox = gone ? world[other].inbox : [...world[other].inbox, frame];
    const to = { ...world, [own]: side, [other]: { ...world[other], inbox } };
    edges.push(edge(`${own} flushes ${frame.kind}`, to));
  }
  return edges;
}

function reads(world: World, options: WorldOptions): Edge[] {
  const edges: Edge[] = [];
  for (const own of ['s', 'r'] as const) {
    const side = world[own];
    const phase = phaseOf(world, own);
    if (phase === 'CLOSED') continue;
    const blocked = !options.readsWhileBlocked && side.outbox.length > 0;
    const [frame, ...inbox] = side.inbox;
    if (frame !== undefined && !blocked) {
      const peerEnded = side.peerEnded || frame.kind === 'EOF';
      const after = { ...world, [own]: { ...side, inbox, peerEnded } };
      edges.push(edge(`${own} reads ${frame.kind}`, received(after, own, phase, frame)));
    } else if (side.peerEnded && phase === 'CLOSING' && side.outbox.length === 0) {
      edges.push(edge(`${own} END`, told(world, own, { kind: 'END', unsent: side.lost })));
    }
  }
  return edges;
}

function received(world: World, own: 's' | 'r', phase: string, frame: Frame): World {
  if (phase === 'CLOSING') return world;
  return told(world, own, frame.kind === 'EOF' ? { kind: 'END' } : frame);
}

function told(world: World, own: 's' | 'r', event: SenderEvent & ReceiverEvent): World {
  return own === 's' ? tellSender(world, event) : tellReceiver(world, event);
}

function senderWork(world: World, { sizes }: WorldOptions): Edge[] {
  const { sender } = world;
  if (sender.phase === 'PREPARING') {
    return [edge('OFFER_READY', tellSender(world, { kind: 'OFFER_READY' }))];
  }
  if (sender.phase !== 'SENDING' || world.s.outbox.length > 0) return [];
  const octets = sizes[world.taken];
  if (octets === undefined) {
    const complete = completeOf(world.taken);
    return [edge('ALL_SENT', tellSender(world, { kind: 'ALL_SENT', complete }))];
  }
  if (!maySend(sender.window, octets)) return [];
  const after = { ...world, taken: world.taken + 1 };
  const payload = { octets, entries: 1 };
  return [edge('BATCH_READY', tellSender(after, { kind: 'BATCH_READY', payload }))];
}

function receiverWork(world: World, { window, holds }: WorldOptions): Edge[] {
  const { receiver } = world;
  const tell = (event: ReceiverEvent) => [edge(event.kind, tellReceiver(world, event))];
  switch (receiver.phase) {
    case 'AWAIT_CODE':
      return tell({ kind: 'CODE_ENTERED' });
    case 'PREPARING': {
      const allowance = holds ? { payloads: 0, octets: 0n } : window;
      return tell({ kind: 'REQUEST_READY', allowance });
    }
    case 'DECIDING':
    case 'DECIDING_AT_END':
      return tell({ kind: 'AGREED', allowance: window });
    case 'RECEIVING':
    case 'FINISHING': {
      if (world.r.outbox.length > 0) return [];
      if (world.storing && receiver.window.held.length > 0) {
        const stored = { ...world, durable: world.durable + 1 };
        return [edge('COMMITTED', tellReceiver(stored, { kind: 'COMMITTED' }))];
      }
      return world.finishing ? tell({ kind: 'STORED_ALL' }) : [];
    }
    default:
      return [];
  }
}

const sealed = ['AWAIT_REQUEST', 'PREPARING', 'SENDING', 'AWAIT_RECEIPT', 'RECEIVING', 'FINISHING'];

function disturbances(world: World, options: WorldOptions): Edge[] {
  const edges: Edge[] = [];
  for (const own of ['s', 'r'] as const) {
    const phase = phaseOf(world, own);
    if (phase === 'CLOSING' || phase === 'CLOSED') continue;
    if (options.cancels) {
      edges.push(edge(`${own} CANCEL`, told(world, own, { kind: 'CANCEL' }), true));
    }
    if (world[own].keepAlives < options.keepAlives && sealed.includes(phase)) {
      const side = { ...world[own], keepAlives: world[own].keepAlives + 1 };
      const after = told({ ...world, [own]: side }, own, { kind: 'KEEP_ALIVE_DUE' });
      edges.push(edge(`${own} KEEP_ALIVE`, after, true));
    }
  }
  if (options.cancels && world.receiver.phase.startsWith('DECIDING')) {
    edges.push(edge('DECLINED', tellReceiver(world, { kind: 'DECLINED' }), true));
  }
  if (options.cuts && !world.cut) {
    const lost = (side: Side): Side => ({
      ...side,
      outbox: [],
      inbox: [{ kind: 'EOF' }],
      lost: side.outbox.some(({ kind }) => kind !== 'EOF'),
    });
    edges.push(edge('cut', { ...world, cut: true, s: lost(world.s), r: lost(world.r) }, true));
  }
  return edges;
}

function tellSender(world: World, event: SenderEvent): World {
  const { state, actions } = stepSender(world.sender, event);
  const frames = framesOfSender(actions, event);
  const s = { ...world.s, outbox: [...world.s.outbox, ...frames] };
  return { ...world, sender: state, s };
}

function tellReceiver(world: World, event: ReceiverEvent): World {
  const { state, actions } = stepReceiver(world.receiver, event);
  const names = actions.map(({ kind }) => kind);
  const r = {
    ...world.r,
    outbox: [...world.r.outbox, ...framesOfReceiver(actions, state, world.durable)],
  };
  const storing = world.storing || names.includes('START_STORING');
  const finishing = world.finishing || names.includes('FINISH_STORING');
  return { ...world, receiver: state, r, storing, finishing };
}

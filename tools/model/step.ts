// One step of one endpoint: the table says where an event leads and what is done; each action is
// carried out on the small data of the model. Holds no order of states of its own.
import type { Guards } from './guards.ts';
import { Machine } from './tables.ts';
import type { Role, Tables } from './tables.ts';
import { inboxOf, isEnding, kindOf, messagesIn, numberIn, outboxOf } from './world.ts';
import type { Configuration, Ending, Line, World } from './world.ts';

/** Both machines with the rules that the tables leave to prose. */
export interface Model {
  readonly machines: Readonly<Record<Role, Machine>>;
  readonly guards: Guards;
}

/** What a step did beside changing the world. */
export interface Watch {
  /** A row of a table was taken. */
  row(role: Role, state: string, event: string): void;
  /** A property was broken on the way. */
  broken(property: string, detail: string): void;
}

/** A model of these tables and rules. */
export function modelOf(tables: Tables, guards: Guards): Model {
  return {
    machines: { sender: new Machine(tables.sender), receiver: new Machine(tables.receiver) },
    guards,
  };
}

/** One session's worth of stepping: model, bounds and who watches. */
export interface Stage {
  readonly model: Model;
  readonly configuration: Configuration;
  readonly watch: Watch;
}

/** The world with some members of an endpoint replaced. */
export function changed<R extends Role>(world: World, role: R, members: Partial<World[R]>): World {
  return { ...world, [role]: { ...world[role], ...members } };
}

function withLine(world: World, name: 'toSender' | 'toReceiver', line: Line): World {
  return { ...world, [name]: line };
}

/** Puts a frame, sealed once keys are on, behind the others of a role's outgoing line. */
export function write(stage: Stage, world: World, role: Role, frame: string): World {
  const name = outboxOf(role);
  const line = world[name];
  if (world[role].silenced) {
    stage.watch.broken('nothing after the end', `the ${role} writes ${frame} after its last`);
  }
  const kind = kindOf(frame);
  if ((kind === 'ABORT') !== world[role].keys && (kind === 'ABORT' || kind === 'REJECT')) {
    stage.watch.broken('Reject before keys, Abort after', `the ${role} writes ${kind}`);
  }
  const isLast = kind === 'REJECT' || kind === 'ABORT' || kind === 'RECEIPT';
  const after = isLast ? changed(world, role, { silenced: true }) : world;
  if (line.state !== 'up') return withLine(after, name, { ...line, state: 'reset' });
  const sealed = world[role].keys ? `*${frame}` : frame;
  return withLine(after, name, { ...line, frames: [...line.frames, sealed] });
}

/** The message of a kind with what its writer knows. */
export function frameOf({ configuration }: Stage, world: World, role: Role, kind: string): string {
  const { sender, receiver } = world;
  switch (kind) {
    case 'INITIATE':
      return `INITIATE ${configuration.versions.sender.join('/')}`;
    case 'ACCEPT':
      return `ACCEPT ${receiver.version}`;
    case 'CONFIRM':
      return `CONFIRM ${role === 'sender' || receiver.codeIsRight ? 'right' : 'wrong'}`;
    case 'REQUEST':
      return `REQUEST ${world.disk.cursor} ${receiver.open ? 'open' : 'held'}`;
    case 'PAYLOAD':
      return `PAYLOAD ${sender.sent} ${sender.from + sender.sent}`;
    case 'COMPLETE':
      return `COMPLETE ${sender.sent} ${sender.mark}`;
    case 'RECEIPT':
      return `RECEIPT ${receiver.told}`;
    default:
      return kind;
  }
}

const jobsWith = (jobs: readonly string[], name: string): string[] =>
  [...new Set([...jobs, name])].sort();

/** Closes an endpoint's connection: what left it may still arrive, nothing else does. */
export function closed({ configuration }: Stage, world: World, role: Role): World {
  const out = world[outboxOf(role)];
  const left = out.frames.slice(0, Math.min(messagesIn(out), configuration.capacity));
  const hasUnread = messagesIn(world[inboxOf(role)]) > 0;
  const inbox = world[inboxOf(role)].state;
  const frames = out.state === 'up' ? [...left, 'FIN'] : out.frames;
  const gone: Line = { frames: [], state: hasUnread || inbox === 'reset' ? 'reset' : 'void' };
  const after = withLine(world, outboxOf(role), { ...out, frames });
  return withLine(after, inboxOf(role), gone);
}

function ended(world: World, role: Role): World {
  const line = world[outboxOf(role)];
  const isUp = line.state === 'up' && !['FIN', 'RST'].includes(line.frames.at(-1) ?? '');
  const after = changed(world, role, { silenced: true });
  return isUp
    ? withLine(after, outboxOf(role), { ...line, frames: [...line.frames, 'FIN'] })
    : after;
}

function perform(stage: Stage, world: World, role: Role, name: string, frame: string): World {
  const action = stage.model.machines[role].action(name);
  let after = world;
  switch (name) {
    case 'INSTALL_KEYS':
      return changed(world, role, { keys: true });
    case 'END_WRITING':
      return ended(world, role);
    case 'CLOSE':
      return closed(stage, world, role);
    case 'SEND_OFFER':
      after = changed(world, 'sender', { mark: world.disk.entries });
      break;
    case 'SEND_PAYLOAD':
      after = changed(world, 'sender', { sent: world.sender.sent + 1 });
      break;
    case 'SEND_COMPLETE':
      after = changed(world, 'sender', { completed: true });
      break;
    case 'NOTE_ACK':
      return changed(world, 'sender', {
        acked: numberIn(frame, 0),
        open: frame.endsWith(' open'),
      });
    case 'QUEUE_PAYLOAD': {
      const { held, received } = world.receiver;
      return changed(world, 'receiver', {
        held: [...held, numberIn(frame, 1)],
        received: received + 1,
      });
    }
    case 'SEND_ACK':
    case 'OPEN_WINDOW':
      return acknowledged(stage, world, name);
  }
  if (action.sends !== undefined) {
    after = write(stage, after, role, frameOf(stage, after, role, action.sends));
  }
  if (action.ends_in === undefined) return after;
  return changed(after, role, { jobs: jobsWith(after[role].jobs, name) });
}

function acknowledged(stage: Stage, world: World, name: string): World {
  const { receiver } = world;
  const { holds } = stage.configuration;
  if (name === 'OPEN_WINDOW' && (!holds || receiver.open)) return world;
  const after = changed(world, 'receiver', { open: true });
  const through = stage.model.guards.throughOf(receiver);
  return write(stage, after, 'receiver', `ACK ${through} open`);
}

function endingBy(event: string, actions: readonly string[]): Ending {
  if (actions.includes('NOTE_RECEIPT') || actions.includes('SEND_RECEIPT')) return 'complete';
  if (actions.includes('SEND_REJECT') || actions.includes('SEND_ABORT')) return 'gave-up';
  if (event === 'END') return 'interrupted';
  return event === 'SEAL_BROKEN' ? 'seal-broken' : 'told-by-peer';
}

/** Takes an event by the table: every action in order, then the next state. */
export function step(stage: Stage, world: World, role: Role, event: string, frame = ''): World {
  const { phase, ending } = world[role];
  const cell = stage.model.machines[role].cell(phase, event);
  stage.watch.row(role, phase, event);
  let after = world;
  for (const name of cell.actions) after = perform(stage, after, role, name, frame);
  const settles = ending === 'open' && isEnding(cell.next);
  const isLate = stage.configuration.disturbances.includes('late-work');
  return changed(after, role, {
    phase: cell.next,
    ending: settles ? endingBy(event, cell.actions) : ending,
    jobs: isEnding(cell.next) && !isLate ? [] : after[role].jobs,
  });
}

/** What an endpoint notes of a message that it accepted. */
function noted({ configuration, model }: Stage, world: World, frame: string): World {
  const { versions } = configuration;
  switch (kindOf(frame)) {
    case 'INITIATE': {
      const version = model.guards.chooseVersion(versions.sender, versions.receiver);
      return changed(world, 'receiver', { version });
    }
    case 'ACCEPT':
      return changed(world, 'sender', { version: numberIn(frame, 0) });
    case 'REQUEST':
      return changed(world, 'sender', { from: numberIn(frame, 0), open: frame.endsWith(' open') });
    case 'COMPLETE':
      return changed(world, 'receiver', { finalCursor: numberIn(frame, 1) });
    default:
      return world;
  }
}

/** Whether the content of an expected message passes the checks of its reader. */
function passes({ model, configuration }: Stage, world: World, frame: string): boolean {
  const { sender, receiver } = world;
  const { guards } = model;
  const { versions, window, sizes } = configuration;
  switch (kindOf(frame)) {
    case 'INITIATE':
      return guards.chooseVersion(versions.sender, versions.receiver) > 0;
    case 'ACCEPT':
      return versions.sender.includes(numberIn(frame, 0));
    case 'CONFIRM':
      return guards.isTagRight(frame.endsWith('right'));
    case 'PAYLOAD': {
      const outstanding = receiver.held.map((entry) => sizeOf(sizes, entry));
      const limit = receiver.open ? window : { payloads: 0, octets: 0 };
      return (
        guards.isNext(receiver, numberIn(frame, 0)) &&
        guards.mayArrive(limit, outstanding, sizeOf(sizes, numberIn(frame, 1)))
      );
    }
    case 'ACK':
      return guards.isAckTrue(sender, numberIn(frame, 0), frame.endsWith(' open'));
    case 'COMPLETE':
      return guards.isCompleteTrue(receiver, numberIn(frame, 0));
    case 'RECEIPT':
      return guards.isReceiptTrue(sender, numberIn(frame, 0));
    default:
      return true;
  }
}

/** Octets of an entry. */
export function sizeOf(sizes: readonly number[], entry: number): number {
  return sizes[(entry - 1) % sizes.length] ?? 1;
}

/** Reads a frame as the endpoint's state takes it: seal, expectation, content, table. */
export function read(stage: Stage, world: World, role: Role, frame: string): World {
  const { phase, keys } = world[role];
  if (isEnding(phase)) return step(stage, world, role, kindOf(frame), frame);
  const isSealed = frame.startsWith('*');
  // PSP-SEAL-11, PSP-SEAL-12: there is no way back, and no way forward before the keys.
  if (keys !== isSealed) return step(stage, world, role, keys ? 'SEAL_BROKEN' : 'VIOLATION');
  const kind = kindOf(frame);
  if (!stage.model.machines[role].expects(phase, kind)) {
    return step(stage, world, role, kind, frame);
  }
  if (!passes(stage, world, frame)) return step(stage, world, role, 'VIOLATION');
  return step(stage, noted(stage, world, frame), role, kind, frame);
}

/** Whether an endpoint has written more than the connection took. */
export function isBlocked({ configuration }: Stage, world: World, role: Role): boolean {
  const line = world[outboxOf(role)];
  return line.state === 'up' && messagesIn(line) > configuration.capacity;
}

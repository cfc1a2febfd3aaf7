// Every move that is possible in a world: reading, work, the users, timers, and what goes wrong. A
// move has a name that is the only one of its kind there, so that a path can be played again.
import { disturbances } from './disturbances.ts';
import { changed, isBlocked, read, sizeOf, step } from './step.ts';
import type { Stage } from './step.ts';
import { isFinished, sessionOn } from './session.ts';
import type { Role } from './tables.ts';
import { inboxOf, isEnding, isOver, messagesIn } from './world.ts';
import type { World } from './world.ts';

/**
 * What kind of move: `work` needs nobody's ill will and no timer; `talk` adds messages that mean
 * nothing; `upset` is something going wrong that the connection survives; `break` is the connection
 * or a device failing; `timer` is time passing; `next` begins another session.
 */
export type MoveKind = 'work' | 'talk' | 'upset' | 'break' | 'timer' | 'next';

/** A move and where it leads. */
export interface Move {
  readonly name: string;
  readonly kind: MoveKind;
  readonly to: World;
}

/** Both roles, the sender first. */
export const roles = ['sender', 'receiver'] as const;

/** Every move out of a world. */
export function movesOf(stage: Stage, world: World): Move[] {
  if (isFinished(world)) return [...lateWork(stage, world), ...nextSession(stage, world)];
  return [
    ...roles.flatMap((role) => reading(stage, world, role)),
    ...sending(stage, world),
    ...receiving(stage, world),
    ...lateWork(stage, world),
    ...disturbances(stage, world),
  ];
}

const work = (name: string, to: World): Move => ({ name, kind: 'work', to });

function reading(stage: Stage, world: World, role: Role): Move[] {
  const { phase } = world[role];
  const line = world[inboxOf(role)];
  const [frame, ...frames] = line.frames;
  if (frame === undefined || world.silent || isOver(phase)) return [];
  const hasEnded = frame === 'FIN' || frame === 'RST';
  // In CLOSING, END also takes that this endpoint has ended its own side.
  if (frame === 'FIN' && phase === 'CLOSING' && isBlocked(stage, world, role)) return [];
  if (!stage.model.guards.readsWhileBlocked && !hasEnded && isBlocked(stage, world, role)) {
    return [];
  }
  const after = { ...world, [inboxOf(role)]: { ...line, frames } };
  const to = hasEnded ? step(stage, after, role, 'END') : read(stage, after, role, frame);
  return [work(`${role} reads ${frame}`, to)];
}

const withoutJob = (world: World, role: Role, name: string): World =>
  changed(world, role, { jobs: world[role].jobs.filter((job) => job !== name) });

/** The work of a sender whose session is on. */
export function sending(stage: Stage, world: World): Move[] {
  const { sender } = world;
  if (isEnding(sender.phase)) return [];
  const { guards } = stage.model;
  const { window, sizes, capacity, startsOver } = stage.configuration;
  const moves: Move[] = [];
  if (sender.jobs.includes('PREPARE_OFFER')) {
    const after = withoutJob(world, 'sender', 'PREPARE_OFFER');
    const ready = (name: string, from: number): Move =>
      work(name, step(stage, changed(after, 'sender', { from }), 'sender', 'OFFER_READY'));
    moves.push(ready('sender OFFER_READY', guards.resumeAfter(sender.from)));
    if (startsOver && sender.from > 0) moves.push(ready('sender OFFER_READY, starting over', 0));
  }
  if (!sender.jobs.includes('SEND_OFFER')) return moves;
  if (guards.isAllSent(sender)) {
    const after = withoutJob(world, 'sender', 'SEND_OFFER');
    return [...moves, work('sender ALL_SENT', step(stage, after, 'sender', 'ALL_SENT'))];
  }
  const sizeAt = (sequence: number): number => sizeOf(sizes, sender.from + sequence);
  const count = Math.max(0, sender.sent - sender.acked);
  const outstanding = Array.from({ length: count }, (_, index) => sizeAt(sender.acked + 1 + index));
  const limit = sender.open ? window : { payloads: 0, octets: 0 };
  const hasRoom = messagesIn(world.toReceiver) < capacity;
  if (hasRoom && guards.maySend(limit, outstanding, sizeAt(sender.sent + 1))) {
    moves.push(work('sender BATCH_READY', step(stage, world, 'sender', 'BATCH_READY')));
  }
  return moves;
}

/** The work of a receiver whose session is on. */
export function receiving(stage: Stage, world: World): Move[] {
  const { receiver } = world;
  if (isEnding(receiver.phase)) return [];
  const { jobs } = receiver;
  const tell = (event: string, job: string): Move =>
    work(`receiver ${event}`, step(stage, withoutJob(world, 'receiver', job), 'receiver', event));
  const moves: Move[] = [];
  if (jobs.includes('ASK_CODE')) moves.push(tell('CODE_ENTERED', 'ASK_CODE'));
  if (jobs.includes('PREPARE_REQUEST')) moves.push(tell('REQUEST_READY', 'PREPARE_REQUEST'));
  if (jobs.includes('ASK_AGREEMENT')) moves.push(tell('AGREED', 'ASK_AGREEMENT'));
  if (jobs.includes('START_STORING')) moves.push(...storing(stage, world));
  if (jobs.includes('FINISH_STORING') && stage.model.guards.isAllStored(receiver)) {
    if (receiver.finalStored) {
      moves.push(tell('STORED_ALL', 'FINISH_STORING'));
    } else {
      const cursor = receiver.finalCursor;
      const after = { ...world, disk: { ...world.disk, cursor } };
      moves.push(
        work('the cursor of Complete is stored', changed(after, 'receiver', { finalStored: true })),
      );
    }
  }
  return moves;
}

function storing(stage: Stage, world: World): Move[] {
  const { receiver } = world;
  const [entry] = receiver.held;
  const moves = entry === undefined ? [] : durable(stage, world);
  if (entry === undefined || !stage.model.guards.mayTell(receiver)) return moves;
  const members = { told: receiver.told + 1, held: receiver.held.slice(1) };
  const after = changed(world, 'receiver', members);
  return [...moves, work('receiver COMMITTED', step(stage, after, 'receiver', 'COMMITTED'))];
}

/** The transaction of the Payload whose turn it is lands in the store. */
function durable(stage: Stage, world: World): Move[] {
  const { receiver } = world;
  const entry = receiver.held[receiver.durable - receiver.told];
  if (entry === undefined || receiver.durable > receiver.told) return [];
  const after = { ...world, disk: stage.model.guards.store(world.disk, entry) };
  const members = { durable: receiver.durable + 1 };
  return [work(`entry ${entry} becomes durable`, changed(after, 'receiver', members))];
}

/** Work that ends after its session: a transaction that was under way, an answer too late. */
export function lateWork(stage: Stage, world: World): Move[] {
  if (!stage.configuration.disturbances.includes('late-work')) return [];
  const moves: Move[] = [];
  for (const role of roles) {
    const { phase, jobs } = world[role];
    if (phase !== 'CLOSING' && phase !== 'CLOSED') continue;
    for (const job of jobs) {
      for (const event of stage.model.machines[role].action(job).ends_in ?? []) {
        const to = step(stage, withoutJob(world, role, job), role, event);
        moves.push({ name: `${role} ${event} of ${job}, too late`, kind: 'upset', to });
      }
    }
  }
  if (world.receiver.phase !== 'CRASHED' && world.receiver.jobs.includes('START_STORING')) {
    if (isEnding(world.receiver.phase)) {
      moves.push(...durable(stage, world).map((move) => ({ ...move, kind: 'upset' as const })));
    }
  }
  if (world.disk.late > 0) {
    const disk = { ...stage.model.guards.store(world.disk, world.disk.late), late: 0 };
    const name = `entry ${world.disk.late} of an earlier session becomes durable`;
    moves.push({ name, kind: 'upset', to: { ...world, disk } });
  }
  return moves;
}

function nextSession(stage: Stage, world: World): Move[] {
  if (stage.configuration.sessions === 'one') return [];
  const { receiver, disk } = world;
  const next = (name: string, late: number): Move => ({
    name,
    kind: 'next',
    to: sessionOn(stage, { ...disk, late }),
  });
  const moves = [next('another session', 0)];
  const isStoring = receiver.jobs.includes('START_STORING') && receiver.durable === receiver.told;
  const [entry] = receiver.held;
  if (isStoring && entry !== undefined) {
    moves.push(next('another session, a transaction still under way', entry));
  }
  return moves;
}

// What can go wrong or merely happens at any moment: cuts, crashes, timers, users who change their
// mind, messages that mean nothing. Each only where the configuration allows it.
import type { Move, MoveKind } from './moves.ts';
import { changed, closed, isBlocked, step, write } from './step.ts';
import type { Stage } from './step.ts';
import { peerOf } from './tables.ts';
import type { Role } from './tables.ts';
import { inboxOf, isEnding, isOver, messagesIn, outboxOf } from './world.ts';
import type { Disturbance, Line, World } from './world.ts';

const bothRoles = ['sender', 'receiver'] as const;

/** Every disturbance that is possible in a world in which a session is on. */
export function disturbances(stage: Stage, world: World): Move[] {
  const { configuration } = stage;
  const has = (one: Disturbance): boolean => configuration.disturbances.includes(one);
  return [
    ...bothRoles.flatMap((role) => [
      ...timers(stage, world, role, has),
      ...chatter(stage, world, role),
      ...decisions(stage, world, role, has),
      ...resets(world, role),
      ...(has('crash') ? crashes(stage, world, role) : []),
      ...(has('half-cut') ? halfCuts(stage, world, role) : []),
    ]),
    ...(has('decline') || has('wrong-code') ? users(stage, world, has) : []),
    ...(has('cut') ? cuts(stage, world) : []),
    ...(has('silence') ? silences(world) : []),
    ...writes(stage, world),
  ];
}

const move = (kind: MoveKind, name: string, to: World): Move => ({ kind, name, to });

function timers(
  stage: Stage,
  world: World,
  role: Role,
  has: (one: Disturbance) => boolean,
): Move[] {
  const { phase } = world[role];
  const since = stage.model.machines[role].since(phase);
  if (since === undefined || isOver(phase) || !(has('timeout') || world.silent)) return [];
  // A timer that counts from the end of writing does not run while something waits to be written.
  if (since === 'writing-ended' && isBlocked(stage, world, role)) return [];
  return [
    move('timer', `${role} TIMEOUT`, step(stage, unsent(stage, world, role), role, 'TIMEOUT')),
  ];
}

/** PSP-DONE-8: what never left the device completes nothing. */
function unsent(stage: Stage, world: World, role: Role): World {
  const isLost = world[role].ending === 'complete' && isBlocked(stage, world, role);
  return isLost ? changed(world, role, { ending: 'interrupted' }) : world;
}

function chatter(stage: Stage, world: World, role: Role): Move[] {
  const { phase, chatter: left, silenced } = world[role];
  if (left === 0 || silenced || isEnding(phase)) return [];
  const after = changed(world, role, { chatter: left - 1 });
  const moves: Move[] = [];
  if (stage.model.guards.mayTalk(world[role])) {
    const to = write(stage, after, role, 'IGNORABLE');
    moves.push(move('talk', `${role} sends IGNORABLE`, to));
  }
  if (stage.model.machines[role].since(phase) === 'last-frame-opened') {
    const to = step(stage, after, role, 'KEEP_ALIVE_DUE');
    moves.push(move('talk', `${role} KEEP_ALIVE_DUE`, to));
  }
  return moves;
}

function decisions(
  stage: Stage,
  world: World,
  role: Role,
  has: (one: Disturbance) => boolean,
): Move[] {
  if (isEnding(world[role].phase)) return [];
  const upset = (event: string): Move =>
    move('upset', `${role} ${event}`, step(stage, world, role, event));
  const moves: Move[] = [];
  if (has('cancel')) moves.push(upset('CANCEL'));
  if (has('fault')) moves.push(upset('FAULT'));
  if (has('refusal') && role === 'sender' && world.sender.jobs.includes('PREPARE_OFFER')) {
    moves.push(upset('VIOLATION'));
  }
  return moves;
}

function users(stage: Stage, world: World, has: (one: Disturbance) => boolean): Move[] {
  const { receiver } = world;
  if (isEnding(receiver.phase)) return [];
  const moves: Move[] = [];
  const tell = (job: string, event: string, name: string, codeIsRight: boolean): void => {
    if (!receiver.jobs.includes(job)) return;
    const jobs = receiver.jobs.filter((other) => other !== job);
    const after = changed(world, 'receiver', { jobs, codeIsRight });
    moves.push(move('upset', name, step(stage, after, 'receiver', event)));
  };
  if (has('decline')) tell('ASK_AGREEMENT', 'DECLINED', 'receiver DECLINED', true);
  if (has('wrong-code')) tell('ASK_CODE', 'CODE_ENTERED', 'receiver CODE_ENTERED, wrong', false);
  return moves;
}

/** A closed connection answers what is still written to it with a reset, which eats what waits. */
function resets(world: World, role: Role): Move[] {
  const inbox = world[inboxOf(role)];
  const isDue = world[outboxOf(role)].state === 'reset' && messagesIn(inbox) > 0;
  if (!isDue || !isOver(world[peerOf(role)].phase) || isOver(world[role].phase)) return [];
  const to = { ...world, [inboxOf(role)]: { ...inbox, frames: ['RST'] } };
  return [move('work', `a reset eats what the ${role} has not read`, to)];
}

const isWhole = (world: World): boolean =>
  !world.silent && world.toReceiver.state === 'up' && world.toSender.state === 'up';

function crashes(stage: Stage, world: World, role: Role): Move[] {
  if (isOver(world[role].phase)) return [];
  const gone = (after: World): World =>
    changed(after, role, { phase: 'CRASHED', ending: 'lost', jobs: [], silenced: true });
  const reset: World = {
    ...world,
    [outboxOf(role)]: { ...world[outboxOf(role)], frames: ['RST'] },
    [inboxOf(role)]: { frames: [], state: 'reset' },
  };
  return [
    move('break', `${role} crashes; FIN`, gone(closed(stage, world, role))),
    move('break', `${role} crashes; RST`, gone(reset)),
  ];
}

/** What had left the writer's device arrives, then the stream ends. */
function truncated({ configuration }: Stage, line: Line, end: 'FIN' | 'RST'): Line {
  const left = line.frames.slice(0, Math.min(messagesIn(line), configuration.capacity));
  return { frames: [...left, end], state: 'void' };
}

function halfCuts(stage: Stage, world: World, role: Role): Move[] {
  if (!isWhole(world) || isOver(world[role].phase)) return [];
  const line = truncated(stage, world[inboxOf(role)], 'FIN');
  const after = changed(world, peerOf(role), {
    ending: unsent(stage, world, peerOf(role))[peerOf(role)].ending,
  });
  return [move('break', `the stream to the ${role} ends`, { ...after, [inboxOf(role)]: line })];
}

function cuts(stage: Stage, world: World): Move[] {
  if (!isWhole(world)) return [];
  const lost: Line = { frames: ['RST'], state: 'void' };
  const after = unsent(stage, unsent(stage, world, 'sender'), 'receiver');
  const cut = (name: string, toSender: Line, toReceiver: Line): Move => {
    const over = (role: Role, line: Line): Line =>
      isOver(world[role].phase) ? { frames: [], state: 'void' } : line;
    const lines = { toSender: over('sender', toSender), toReceiver: over('receiver', toReceiver) };
    return move('break', name, { ...after, ...lines });
  };
  const arrives = (line: Line): Line => truncated(stage, line, 'RST');
  return [
    cut('cut, everything under way is lost', lost, lost),
    cut('cut, what was under way to the sender arrives', arrives(world.toSender), lost),
    cut('cut, what was under way to the receiver arrives', lost, arrives(world.toReceiver)),
  ];
}

function silences(world: World): Move[] {
  return isWhole(world) ? [move('break', 'silence', { ...world, silent: true })] : [];
}

function writes({ configuration }: Stage, world: World): Move[] {
  const { disk } = world;
  if (disk.entries >= configuration.entries + configuration.writes) return [];
  const entries = disk.entries + 1;
  const to = { ...world, disk: { ...disk, entries, applied: [...disk.applied, 0] } };
  return [move('talk', `the sender's user adds entry ${entries}`, to)];
}

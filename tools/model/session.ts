// How a session begins between two stores, and when it is over. Decides nothing in between.
import { frameOf, write } from './step.ts';
import type { Stage } from './step.ts';
import { isOver } from './world.ts';
import type { Disk, World } from './world.ts';

/** The world at the beginning of a session between two stores. */
export function sessionOn(stage: Stage, disk: Disk): World {
  const { configuration, model } = stage;
  const endpoint = {
    ending: 'open',
    keys: false,
    version: 0,
    jobs: [],
    chatter: configuration.chatter,
    silenced: false,
    open: false,
  } as const;
  const { machines } = model;
  const world: World = {
    sender: {
      ...endpoint,
      phase: machines.sender.initial,
      from: 0,
      mark: 0,
      sent: 0,
      acked: 0,
      completed: false,
    },
    receiver: {
      ...endpoint,
      phase: machines.receiver.initial,
      open: !configuration.holds,
      codeIsRight: true,
      received: 0,
      held: [],
      durable: 0,
      told: 0,
      finalCursor: -1,
      finalStored: false,
    },
    toReceiver: { frames: [], state: 'up' },
    toSender: { frames: [], state: 'up' },
    silent: false,
    disk,
  };
  return write(stage, world, 'sender', frameOf(stage, world, 'sender', 'INITIATE'));
}

/** Whether both endpoints are done with the session. */
export function isFinished(world: World): boolean {
  return isOver(world.sender.phase) && isOver(world.receiver.phase);
}

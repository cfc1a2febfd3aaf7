// One honest endpoint before a peer that sends anything at any time: finds every cell of a table
// that can be reached, and checks what an endpoint owes to nobody's honesty but its own.
import { firstWorld, stageOf } from './explore.ts';
import type { CounterExample, Subject } from './explore.ts';
import { lateWork, receiving, sending } from './moves.ts';
import type { Move } from './moves.ts';
import type { Breach, Property } from './properties.ts';
import { changed, read, step } from './step.ts';
import type { Stage } from './step.ts';
import { MissingCell, peerOf } from './tables.ts';
import type { Role } from './tables.ts';
import { isEnding, keyOf, kindOf, numberIn, outboxOf } from './world.ts';
import type { Configuration, World } from './world.ts';

/** What an arbitrary peer says: every message, with true and with false content. */
const phrases: readonly string[] = [
  'INITIATE 1',
  'ACCEPT 1',
  'ACCEPT 9',
  'REJECT',
  'CONFIRM right',
  'CONFIRM wrong',
  'IDENTITY',
  'REQUEST 0 open',
  'REQUEST 1 held',
  'OFFER',
  ...[1, 2, 3].map((sequence) => `PAYLOAD ${sequence} 1`),
  ...[0, 1, 2].flatMap((through) => [`ACK ${through} open`, `ACK ${through} held`]),
  ...[0, 1, 2].map((payloads) => `COMPLETE ${payloads} 2`),
  ...[0, 1, 2].map((entries) => `RECEIPT ${entries}`),
  'KEEP_ALIVE',
  'ABORT',
  'IGNORABLE',
];

/** The bounds of this exploration. */
export const arbitrary: Configuration = {
  name: 'a peer that sends anything',
  entries: 2,
  writes: 0,
  sizes: [1],
  window: { payloads: 2, octets: 9 },
  holds: true,
  capacity: 1,
  versions: { sender: [1], receiver: [1] },
  chatter: 0,
  sessions: 'one',
  startsOver: false,
  disturbances: ['late-work'],
};

/** What was found of one honest endpoint. */
export interface Meeting {
  readonly honest: Role;
  readonly worlds: number;
  readonly moves: number;
  readonly rows: ReadonlySet<string>;
  readonly breach: CounterExample | undefined;
}

/** Every move of an honest endpoint before an arbitrary peer. */
export function arbitraryMovesOf(stage: Stage, before: World, honest: Role): Move[] {
  // What it wrote is read at once: how channels fill is explored with two honest endpoints.
  const name = outboxOf(honest);
  const world: World = { ...before, [name]: { frames: [], state: 'up' } };
  const { phase, keys } = world[honest];
  const event = (one: string): Move => ({
    name: `${honest} ${one}`,
    kind: 'upset',
    to: step(stage, world, honest, one),
  });
  const since = stage.model.machines[honest].since(phase);
  const own = ['CANCEL', 'FAULT', 'VIOLATION', 'END'];
  if (keys) own.push('SEAL_BROKEN');
  if (since !== undefined) own.push('TIMEOUT');
  if (since === 'last-frame-opened') own.push('KEEP_ALIVE_DUE');
  return [
    ...phrases.map((phrase): Move => {
      const frame = keys ? `*${phrase}` : phrase;
      return {
        name: `${honest} reads ${frame}`,
        kind: 'work',
        to: read(stage, world, honest, frame),
      };
    }),
    ...own.map(event),
    ...(honest === 'sender' ? sending(stage, world) : receiving(stage, world)),
    ...(honest === 'receiver' ? declining(stage, world) : []),
    ...lateWork(stage, world),
  ];
}

function declining(stage: Stage, world: World): Move[] {
  const { jobs, phase } = world.receiver;
  if (!jobs.includes('ASK_AGREEMENT') || isEnding(phase)) return [];
  const after = changed(world, 'receiver', { jobs: jobs.filter((job) => job !== 'ASK_AGREEMENT') });
  const to = step(stage, after, 'receiver', 'DECLINED');
  return [{ name: 'receiver DECLINED', kind: 'upset', to }];
}

function judge(world: World, honest: Role): Breach | undefined {
  const { sender, receiver } = world;
  for (const frame of world.toSender.frames) {
    if (kindOf(frame) === 'ACK' && numberIn(frame, 0) > receiver.durable) {
      return { property: 'Ack is durable', detail: `${frame}, ${receiver.durable} durable` };
    }
  }
  if (sender.acked > sender.sent) {
    return { property: 'Ack is durable', detail: `${sender.acked} of ${sender.sent} sent` };
  }
  if (world[honest].ending !== 'complete') return undefined;
  const isTrue =
    honest === 'sender'
      ? sender.completed && sender.acked === sender.sent
      : receiver.finalCursor >= 0 && receiver.durable === receiver.received;
  const detail = `the ${honest} before an arbitrary peer`;
  return isTrue ? undefined : { property: 'complete is true', detail };
}

/** The first world, with the peer's endpoint taken out. */
export const arbitraryWorld = (world: World, honest: Role): World =>
  changed(world, peerOf(honest), { phase: 'ANYTHING' });

/** Explores one honest endpoint before an arbitrary peer. */
export function meet(subject: Omit<Subject, 'configuration'>, honest: Role): Meeting {
  const rows = new Set<string>();
  const noted: Breach[] = [];
  const stage = stageOf(
    { ...subject, configuration: arbitrary },
    {
      row: (role, state, event) => rows.add(`${role} ${state} ${event}`),
      broken: (property, detail) => noted.push({ property: property as Property, detail }),
    },
  );
  const first = arbitraryWorld(firstWorld(stage), honest);
  const found = new Map<string, { world: World; steps: readonly string[] }>();
  found.set(keyOf(first), { world: first, steps: [] });
  let moves = 0;
  const visit = (world: World, steps: readonly string[]): CounterExample | undefined => {
    for (const { name, to } of arbitraryMovesOf(stage, world, honest)) {
      moves += 1;
      const breach = noted[0] ?? judge(to, honest);
      if (breach !== undefined) return { ...breach, steps: [...steps, name] };
      const key = keyOf(to);
      if (!found.has(key)) found.set(key, { world: to, steps: [...steps, name] });
    }
    return undefined;
  };
  const result = (breach: CounterExample | undefined): Meeting => ({
    honest,
    worlds: found.size,
    moves,
    rows,
    breach,
  });
  for (const { world, steps } of found.values()) {
    try {
      const breach = visit(world, steps);
      if (breach !== undefined) return result(breach);
    } catch (error) {
      if (!(error instanceof MissingCell)) throw error;
      return result({ property: 'total', detail: error.message, steps });
    }
  }
  return result(undefined);
}

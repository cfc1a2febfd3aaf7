// A way through the model as a file that a person reads and a program plays again: the bounds, the
// fault that was built in if any, and the names of the moves. Knows nothing of how it was found.
import { arbitraryMovesOf, arbitraryWorld } from './arbitrary-peer.ts';
import { firstWorld, stageOf } from './explore.ts';
import { movesOf } from './moves.ts';
import type { Move } from './moves.ts';
import type { Property } from './properties.ts';
import { mutationNamed, rulesWith } from './runs.ts';
import type { Caught } from './runs.ts';
import type { Role } from './tables.ts';
import { MissingCell } from './tables.ts';
import type { Configuration, Line, World } from './world.ts';

/** A counter-example as a file. */
export interface Transcript {
  readonly format: 'state-model-transcript/1';
  readonly property: Property;
  readonly detail: string;
  /** The fault built in; absent: the tables as they are. */
  readonly mutation?: string;
  readonly configuration: Configuration;
  /** The honest role before an arbitrary peer; absent: both are honest. */
  readonly honest?: Role;
  readonly steps: readonly string[];
}

/** A breach as a transcript. */
export function transcriptOf(
  { breach, configuration, honest }: Caught,
  mutation?: string,
): Transcript {
  return {
    format: 'state-model-transcript/1',
    property: breach.property,
    detail: breach.detail,
    ...(mutation === undefined ? {} : { mutation }),
    configuration,
    ...(honest === undefined ? {} : { honest }),
    steps: breach.steps,
  };
}

/** A transcript played to its end. */
export interface Played {
  /** One line for each step. */
  readonly lines: readonly string[];
  readonly last: World;
  /** The moves that are possible at the end; a missing cell leaves none. */
  readonly open: readonly string[];
  /** What the steps themselves broke on the way. */
  readonly broken: readonly string[];
}

const onTheWay = ({ frames, state }: Line): string =>
  `[${frames.join(', ')}]${state === 'up' ? '' : ' dead'}`;

/** A world in one line. */
export function describeWorld({
  sender,
  receiver,
  toReceiver,
  toSender,
  disk,
  silent,
}: World): string {
  const sides = [sender, receiver].map(({ phase, ending }) =>
    ending === 'open' ? phase : `${phase} (${ending})`,
  );
  return (
    `S ${sides[0]} sent ${sender.sent} acked ${sender.acked} | to R ${onTheWay(toReceiver)} | ` +
    `to S ${onTheWay(toSender)} | R ${sides[1]} durable ${receiver.durable} | ` +
    `store [${disk.applied.join(' ')}] cursor ${disk.cursor}${silent ? ' | silence' : ''}`
  );
}

/**
 * Plays a transcript again, step by step, on the tables as they are now.
 *
 * @throws Error when a step is not possible (any more), or the fault is unknown.
 */
export function play(transcript: Transcript): Played {
  const { configuration, honest, mutation, steps } = transcript;
  const rules = rulesWith(mutation === undefined ? undefined : mutationNamed(mutation));
  const broken: string[] = [];
  const stage = stageOf(
    { ...rules, configuration },
    { row: () => undefined, broken: (property, detail) => broken.push(`${property}: ${detail}`) },
  );
  const moves = (world: World): Move[] =>
    honest === undefined ? movesOf(stage, world) : arbitraryMovesOf(stage, world, honest);
  let world = firstWorld(stage);
  if (honest !== undefined) world = arbitraryWorld(world, honest);
  const lines = [`     begins\n       ${describeWorld(world)}`];
  for (const [index, name] of steps.entries()) {
    const move = moves(world).find((one) => one.name === name);
    if (move === undefined) throw new Error(`step ${index + 1}, "${name}", is not possible`);
    world = move.to;
    lines.push(`${String(index + 1).padStart(4)} ${name}\n       ${describeWorld(world)}`);
  }
  broken.length = 0;
  return { lines, last: world, open: namesOf(() => moves(world), broken), broken };
}

function namesOf(moves: () => Move[], broken: string[]): string[] {
  try {
    return moves().map(({ name }) => name);
  } catch (error) {
    if (!(error instanceof MissingCell)) throw error;
    broken.push(`total: ${error.message}`);
    return [];
  }
}

// What a user's decision about a waiting conflict is to the library: a strategy for this one
// conflict, with a device or with the FHIR server, that remembers why it could not do what was
// asked. Knows no screen.
import {
  customStrategy,
  type Conflict,
  type ConflictResolutionStrategy,
  Ours,
  Theirs,
} from '../sync/conflict-resolution.ts';
import { mergeObstacle, type MergeObstacle } from '../sync/merge-obstacle.ts';
import { mergeOr, partedOf } from '../sync/merge.ts';
import { mergeOntoServer, obstacleOntoServer, oursOntoServer } from '../upload/onto-server.ts';

/** What the user says. */
export type Taken = 'theirs' | 'ours' | 'merge';

/** A strategy and what it found in its way. */
export interface TakenStrategy {
  readonly strategy: ConflictResolutionStrategy;
  /** Set once it had to defer. */
  readonly obstacle: () => MergeObstacle | undefined;
}

/**
 * The strategy of a decision.
 *
 * @param isServer - Whether the conflict is with the FHIR server. Ours then goes on top of the
 *   version that the user has seen; left on the older one, the next upload would meet it again.
 */
export function strategyOf(taken: Taken, isServer: boolean): TakenStrategy {
  let obstacle: MergeObstacle | undefined;
  const giveUp = customStrategy('defer', (conflict: Conflict) => {
    obstacle = isServer
      ? obstacleOntoServer(conflict)
      : mergeObstacle(conflict, partedOf(conflict));
    return 'defer';
  });
  const choose = (): ConflictResolutionStrategy => {
    if (taken === 'theirs') return Theirs;
    if (taken === 'ours') return isServer ? oursOntoServer(giveUp) : Ours;
    return isServer ? mergeOntoServer(giveUp) : mergeOr(giveUp);
  };
  return { strategy: choose(), obstacle: () => obstacle };
}

/** Why not, and what to do instead. */
export function refusalWords(
  reference: string,
  taken: Taken,
  obstacle: MergeObstacle | undefined,
): { readonly what: string; readonly next: string } {
  if (taken === 'ours') return oursRefused(reference, obstacle);
  return {
    what: `${reference} can't be merged: ${obstacleWords(obstacle)}.`,
    next:
      'Both are kept. Take one with --take theirs or --take ours; ' +
      'what gives way stays in the archive.',
  };
}

function oursRefused(
  reference: string,
  obstacle: MergeObstacle | undefined,
): { readonly what: string; readonly next: string } {
  if (obstacle?.kind === 'deleted') {
    return {
      what: `${reference} is deleted on the server, so ours has nothing to go on top of.`,
      next:
        'Both are kept. To bring it back there: --take theirs, then create it again with ' +
        `peersync restore ${reference} --position N, as changes --archived shows it.`,
    };
  }
  return {
    what: `Ours can't go on top of the server's ${reference}: ${obstacleWords(obstacle)}.`,
    next: 'Both are kept. Take the server’s with --take theirs, then edit it again.',
  };
}

function obstacleWords(obstacle: MergeObstacle | undefined): string {
  switch (obstacle?.kind) {
    case 'members':
      return `both changed ${obstacle.members.join(', ')}`;
    case 'undone':
      return `ours took back what it had changed in ${obstacle.members.join(', ')}`;
    case 'deleted':
      return 'one side deleted it';
    case 'two-creations':
      return 'both created it';
    case 'copied-store':
      return 'one change id stands for two changes, for a store was copied';
    case 'base-unknown':
    case undefined:
      return 'the content that both changed is not known here';
    case 'too-large':
      return 'the result is more than one change can hold';
  }
}

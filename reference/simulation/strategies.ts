// The conflict strategies that a run may choose from, each counting the conflicts that it meets.
import { Defer, Ours, Theirs } from '../src/sync/conflict-resolution.ts';
import type { ConflictResolutionStrategy } from '../src/sync/conflict-resolution.ts';
import { mergeOr } from '../src/sync/merge.ts';
import { mergeOntoServer } from '../src/upload/index.ts';
import type { Coverage } from './coverage.ts';

/** Strategies for meetings, by name. */
const forMeetings = {
  theirs: Theirs,
  ours: Ours,
  defer: Defer,
  merge: mergeOr(Theirs),
  'merge, else defer': mergeOr(Defer),
} as const;

/** Strategies for conflicts with the server, by name. */
const forUploads = {
  theirs: Theirs,
  ours: Ours,
  defer: Defer,
  merge: mergeOntoServer(Theirs),
  'merge, else defer': mergeOntoServer(Defer),
} as const;

export type StrategyName = keyof typeof forMeetings;
export const strategyNames = Object.keys(forMeetings) as StrategyName[];

/** A strategy for meetings; what it meets is counted by reason. */
export function meetingStrategy(
  name: StrategyName,
  coverage: Coverage,
): ConflictResolutionStrategy {
  return counting(forMeetings[name], 'conflict', coverage);
}

/** A strategy for conflicts with the server. */
export function uploadStrategy(name: StrategyName, coverage: Coverage): ConflictResolutionStrategy {
  return counting(forUploads[name], 'conflict with the server,', coverage);
}

function counting(
  strategy: ConflictResolutionStrategy,
  prefix: string,
  coverage: Coverage,
): ConflictResolutionStrategy {
  return {
    name: strategy.name,
    resolve: (conflict) => {
      coverage.note(`${prefix} ${conflict.reason}`);
      return strategy.resolve(conflict);
    },
  };
}

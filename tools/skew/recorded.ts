// The outcomes as the specification has them, and where others differ from them. Plays nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PairOutcome } from './pair.ts';

/** Below the repository. */
export const recordedPath = 'spec/v1/skew.json';

/** What is recorded. */
export interface RecordedSkew {
  readonly description: string;
  /** Which build the baseline is. */
  readonly baseline: string;
  readonly builds: readonly { readonly build: string; readonly what: string }[];
  readonly outcomes: readonly PairOutcome[];
}

/** Reads the record. */
export function recordedSkew(root: string): RecordedSkew {
  return JSON.parse(readFileSync(join(root, recordedPath), 'utf8')) as RecordedSkew;
}

const pairOf = ({ sender, receiver }: PairOutcome): string => `${sender} to ${receiver}`;

/** Pairs that came out otherwise than recorded, and pairs that only one side has; one line each. */
export function skewDifferences(
  recorded: readonly PairOutcome[],
  played: readonly PairOutcome[],
): string[] {
  const texts = (outcomes: readonly PairOutcome[]): Map<string, string> =>
    new Map(outcomes.map((outcome) => [pairOf(outcome), JSON.stringify(outcome)]));
  const [before, now] = [texts(recorded), texts(played)];
  const pairs = [...new Set([...before.keys(), ...now.keys()])];
  return pairs
    .filter((pair) => before.get(pair) !== now.get(pair))
    .map((pair) => {
      const [was, is] = [before.get(pair), now.get(pair)].map((text) => text ?? 'nothing');
      return `${pair}:\n  recorded ${was}\n  now      ${is}`;
    });
}

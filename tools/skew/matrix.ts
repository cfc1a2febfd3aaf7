// The builds of the matrix, and every sender of them against every receiver. Knows no file of
// results.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Endpoint } from './endpoint.ts';
import { unpackBaseline } from './frozen.ts';
import { playPair, type PairOutcome } from './pair.ts';

const root = join(import.meta.dirname, '..', '..');
const next = join(import.meta.dirname, 'next/main.ts');

/** A build: what Node is given to start its testee, and the roles that it is played in. */
export interface Build {
  readonly name: string;
  readonly args: readonly string[];
  readonly roles: readonly ('sender' | 'receiver')[];
}

const both = ['sender', 'receiver'] as const;

/** The builds of the matrix. @param folder - where the frozen one is unpacked. */
export function builds(folder: string): Build[] {
  return [
    { name: 'baseline', args: [unpackBaseline(folder)], roles: both },
    { name: 'present', args: [join(root, 'reference/src/testee/main.ts')], roles: both },
    { name: 'next', args: [next, 'next'], roles: both },
    { name: 'next-only', args: [next, 'next-only'], roles: both },
    // A receiver offers nothing, so it has nothing to insist on.
    { name: 'next-critical', args: [next, 'next-critical'], roles: ['sender'] },
  ];
}

interface Player {
  readonly name: string;
  readonly endpoint: Endpoint;
}

/** Plays every sender of these builds against every receiver of them, one pair after the other. */
export async function playBuilds(
  of: readonly Build[],
  tell: (outcome: PairOutcome) => void = () => undefined,
): Promise<PairOutcome[]> {
  const start = (role: 'sender' | 'receiver'): Player[] =>
    of
      .filter(({ roles }) => roles.includes(role))
      .map(({ name, args }) => ({ name, endpoint: new Endpoint(args) }));
  const [senders, receivers] = [start('sender'), start('receiver')];
  try {
    const outcomes: PairOutcome[] = [];
    for (const sender of senders) {
      for (const receiver of receivers) {
        const outcome = await playPair(sender, receiver);
        tell(outcome);
        outcomes.push(outcome);
      }
    }
    return outcomes;
  } finally {
    for (const { endpoint } of [...senders, ...receivers]) endpoint.end();
  }
}

/** Makes a folder for programs and gives it to `work`; it is gone afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'peersync-skew-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Plays the whole matrix. */
export async function playMatrix(
  tell: (outcome: PairOutcome) => void = () => undefined,
): Promise<PairOutcome[]> {
  return inFolder(async (folder) => playBuilds(builds(folder), tell));
}

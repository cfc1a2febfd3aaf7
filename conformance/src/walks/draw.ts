// Draws walks by number, so that each can be drawn without those before it, and shrinks one that
// fails. Everything follows from the seed and from what the testee can do.
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { prefixOf } from '../cases/expansion.ts';
import type { Entry, Role } from '../control/values.ts';
import { KitError } from '../fault.ts';
import { walks } from './walk-arbitrary.ts';
import { walkCase, type WalkCase } from './walk-case.ts';
import type { Abilities, Walk } from './walk.ts';

/** What walks are drawn from. */
export interface WalkSource {
  readonly seed: string;
  readonly abilities: Abilities;
  /** Entries of the package's data. */
  readonly listed: readonly Entry[];
}

const slugMax = 16;

/** A seed as it stands in ids and names of files. */
function slugOf(seed: string): string {
  if (new RegExp(`^[A-Za-z0-9]{1,${slugMax}}$`).test(seed)) return seed;
  return createHash('sha256').update(seed).digest('hex').slice(0, 8);
}

function idOf(role: Role, seed: string, number: number): string {
  return `${prefixOf[role]}-WALK-${slugOf(seed)}-${number}`;
}

/** The number of a walk, from its id; undefined for the id of a case. */
export function walkNumber(id: string): number | undefined {
  const found = /^(?:RCV|SND)-WALK-[A-Za-z0-9]+-(\d+)$/.exec(id)?.[1];
  return found === undefined ? undefined : Number(found);
}

function drawingOf({ seed }: WalkSource, number: number): { seed: number; numRuns: number } {
  const octets = createHash('sha256').update(`${seed}/${number}`).digest();
  return { seed: octets.readInt32BE(0), numRuns: 1 };
}

/** The walk of that number as a case. */
export function caseOfWalk(source: WalkSource, number: number, walk: Walk): WalkCase {
  const named = walkCase(walk, '', source.listed);
  const { role } = named.case;
  return { ...named, case: { ...named.case, id: idOf(role, source.seed, number) } };
}

/** Draws the walk of a number, from 1. */
export function drawWalk(source: WalkSource, number: number): WalkCase {
  let drawn: Walk | undefined;
  const keep = (walk: Walk): void => {
    drawn = walk;
  };
  fc.check(fc.property(walks(source.abilities), keep), drawingOf(source, number));
  if (drawn === undefined) throw new KitError('no walk was drawn');
  return caseOfWalk(source, number, drawn);
}

/** How far a walk is shrunk. */
export interface ShrinkLimits {
  /** Plays of candidates. */
  readonly plays: number;
  /** Time for all of them; what a slow testee has shrunk to by then is kept. */
  readonly milliseconds: number;
}

/** What a walk was shrunk to. */
export interface ShrunkWalk<R> {
  readonly walk: WalkCase;
  /** What came of it. */
  readonly result: R;
  readonly plays: number;
}

/**
 * Looks for the smallest walk that still fails.
 *
 * @param play - The result of a walk where it fails in the way that is looked for, else undefined.
 * @returns undefined where the walk does not fail when it is played alone.
 */
export async function shrinkWalk<R>(
  source: WalkSource,
  number: number,
  limits: ShrinkLimits,
  play: (walk: WalkCase) => Promise<R | undefined>,
): Promise<ShrunkWalk<R> | undefined> {
  const endMs = performance.now() + limits.milliseconds;
  let plays = 0;
  let smallest: Omit<ShrunkWalk<R>, 'plays'> | undefined;
  const passes = async (walk: Walk): Promise<boolean> => {
    // Once the limits are reached, nothing that is smaller is looked at.
    if (plays >= limits.plays || performance.now() > endMs) return true;
    plays += 1;
    const candidate = caseOfWalk(source, number, walk);
    const result = await play(candidate);
    if (result !== undefined) smallest = { walk: candidate, result };
    return result === undefined;
  };
  await fc.check(fc.asyncProperty(walks(source.abilities), passes), drawingOf(source, number));
  return smallest === undefined ? undefined : { ...smallest, plays };
}

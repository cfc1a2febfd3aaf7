// How many losses of power a run had, and how many of them came between a Payload and its Ack. When
// each comes is up to the machine, so the counts are no part of `results.json`, which the same seed
// gives again; they lie beside it. Pure.
import type { Kill } from '../run/kills.ts';

/** The counts of a run. */
export interface CrashCount {
  readonly format: 'peersync-crash/1';
  readonly seed: string;
  /** All of them. */
  readonly kills: number;
  /** While no Payload had been sent. */
  readonly elsewhere: number;
  /** While a Payload had not left whole. */
  readonly before: number;
  /** A Payload had left whole; neither its Ack nor word that it was stored had come. */
  readonly inside: number;
  /** Of those inside: the Payload was there afterwards, as a whole; or nothing of it. */
  readonly insideStored: number;
  readonly insideNotStored: number;
  /** After one of them had come. */
  readonly after: number;
}

/** Counts losses of power; undefined where there was none. */
export function crashCount(kills: readonly Kill[], seed: string): CrashCount | undefined {
  if (kills.length === 0) return undefined;
  const of = (moment: Kill['moment']): Kill[] => kills.filter((kill) => kill.moment === moment);
  const inside = of('inside');
  return {
    format: 'peersync-crash/1',
    seed,
    kills: kills.length,
    elsewhere: of('elsewhere').length,
    before: of('before').length,
    inside: inside.length,
    insideStored: inside.filter(({ isFound }) => isFound === true).length,
    insideNotStored: inside.filter(({ isFound }) => isFound === false).length,
    after: of('after').length,
  };
}

/** `kills: 40, 23 of them between a Payload and its Ack (14 found it stored, 9 not)`. */
export function crashLine({ kills, inside, insideStored, insideNotStored }: CrashCount): string {
  const found = `${insideStored} found it stored, ${insideNotStored} not`;
  const between = `${inside} of them between a Payload and its Ack`;
  return `kills: ${kills}, ${between}${inside === 0 ? '' : ` (${found})`}`;
}

// Medians and spreads of repetitions, and ratios of two scenarios from the same rounds.
import type { ScenarioRun } from './run.ts';

/** A figure over all repetitions. */
export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The median and the ends; undefined of nothing. */
export function figureOf(values: readonly number[]): Figure | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return undefined;
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  return { median, least, most };
}

/** All figures of a scenario, by name. */
export function figuresOf({ samples }: ScenarioRun): Record<string, Figure> {
  const names = new Set(samples.flatMap((sample) => Object.keys(sample)));
  const figures: Record<string, Figure> = {};
  for (const name of names) {
    const values = samples.flatMap((sample) => {
      const value = sample[name];
      return value === undefined ? [] : [value];
    });
    const figure = figureOf(values);
    if (figure !== undefined) figures[name] = figure;
  }
  return figures;
}

/** The ratio of one figure of two scenarios, round by round. */
export function ratioOf(over: ScenarioRun, under: ScenarioRun, name: string): Figure | undefined {
  const rounds = Math.min(over.samples.length, under.samples.length);
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [a, b] = [over.samples[round]?.[name], under.samples[round]?.[name]];
    if (a !== undefined && b !== undefined && b > 0) ratios.push(a / b);
  }
  return figureOf(ratios);
}

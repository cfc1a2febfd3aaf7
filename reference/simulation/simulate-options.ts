// Reads the options of `npm run simulate`, and says what is wrong with them.
import { propertyNames, type PropertyName } from './properties.ts';

/** What to run. */
export interface SimulateOptions {
  /** Undefined: all, in turns. */
  readonly property: PropertyName | undefined;
  readonly runs: number;
  readonly seed: number;
  readonly replicas: number | undefined;
  readonly minutes: number | undefined;
  /** Of a failed run: where in the shrinking it was found, and which of its actions had run. */
  readonly path: { readonly at: string; readonly commands: string | undefined } | undefined;
}

/** How the options are used. */
export const usage = `usage: npm run simulate -- [options]
  --runs N         so many runs (default 1000)
  --minutes M      so long instead, unless --runs is given too: whichever comes first
  --seed S         where the runs begin; the same seed gives the same runs (default: from the clock)
  --replicas K     devices in each run, 2 to 8 (default: 2 to 4, drawn for each run)
  --property NAME  one of ${propertyNames.join(', ')} (default: all, in turns)
  --path P         repeats one failed run; needs its --seed and --property`;

const names = ['--runs', '--minutes', '--seed', '--replicas', '--property', '--path'] as const;
type Name = (typeof names)[number];

/**
 * Reads options.
 *
 * @param defaultSeed - The seed where none is given.
 * @returns The options, or what is wrong with them.
 */
export function readOptions(
  args: readonly string[],
  defaultSeed: number,
): SimulateOptions | string {
  const given = new Map<Name, string>();
  for (let index = 0; index < args.length; index += 2) {
    const [name, value] = [args[index] ?? '', args[index + 1]];
    const known = names.find((one) => one === name);
    if (known === undefined) return `${name} is no option of the simulation`;
    if (given.has(known)) return `${name} is given twice`;
    if (value === undefined || value.startsWith('--')) return `${name} needs a value`;
    given.set(known, value);
  }
  const limits: readonly [Name, number, number][] = [
    ['--runs', 1, 10_000_000],
    ['--minutes', 1, 10_000],
    ['--seed', 0, 2_147_483_647],
    ['--replicas', 2, 8],
  ];
  const numbers = new Map<Name, number>();
  for (const [name, min, max] of limits) {
    const text = given.get(name);
    if (text === undefined) continue;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      return `${name} takes a whole number from ${min} to ${max}, not ${text}`;
    }
    numbers.set(name, value);
  }
  return combined(given, numbers, defaultSeed);
}

function combined(
  given: ReadonlyMap<Name, string>,
  numbers: ReadonlyMap<Name, number>,
  defaultSeed: number,
): SimulateOptions | string {
  const text = given.get('--property');
  const property = propertyNames.find((name) => name === text);
  if (text !== undefined && property === undefined) {
    return `--property is one of ${propertyNames.join(', ')}, not ${text}`;
  }
  const path = given.get('--path');
  if (path !== undefined && (!numbers.has('--seed') || property === undefined)) {
    return '--path repeats one run: give the --seed and the --property that it belongs to';
  }
  const [, at = '', commands] = /^(\d+(?::\d+)*)(?:@(.+))?$/.exec(path ?? '0') ?? [];
  if (at === '') return `--path is what a failed run prints, not ${path}`;
  const minutes = numbers.get('--minutes');
  return {
    property,
    runs: numbers.get('--runs') ?? (minutes === undefined ? 1_000 : Number.POSITIVE_INFINITY),
    seed: numbers.get('--seed') ?? defaultSeed,
    replicas: numbers.get('--replicas'),
    minutes,
    path: path === undefined ? undefined : { at, commands },
  };
}

// Reads the options of `npm run faults`, and says what is wrong with them.

/** The faults, in the order in which they are tried. */
export const faultNames = [
  'kills',
  'storage',
  'locks',
  'damage',
  'clock',
  'cuts',
  'silence',
  'hostile',
] as const;
export type FaultName = (typeof faultNames)[number];

/** What to try. */
export interface FaultOptions {
  /** Kills that must land in a session; the other faults have counts in proportion. */
  readonly sessions: number;
  readonly seed: number;
  readonly only: FaultName | undefined;
  /** Where the report is written; undefined: to standard output, after the table. */
  readonly json: string | undefined;
}

/** How the options are used. */
export const usage = `usage: npm run faults -- [options]
  --sessions N   sessions in which a process is killed (default 500)
  --seed S       where the drawing of faults begins (default 1)
  --only FAULT   one of ${faultNames.join(', ')} (default: all)
  --json FILE    write the report there instead of printing it`;

const numberForm = /^\d{1,9}$/;

/** @returns The options, or what is wrong with them. */
export function readOptions(args: readonly string[]): FaultOptions | string {
  const given = new Map<string, string>();
  for (let index = 0; index < args.length; index += 2) {
    const [name = '', value] = [args[index], args[index + 1]];
    if (!['--sessions', '--seed', '--only', '--json'].includes(name)) {
      return `${name} is no option of the fault tests`;
    }
    if (given.has(name)) return `${name} is given twice`;
    if (value === undefined || value.startsWith('--')) return `${name} needs a value`;
    given.set(name, value);
  }
  const {
    sessions = '500',
    seed = '1',
    only,
    json,
  } = Object.fromEntries([...given].map(([name, value]) => [name.slice(2), value])) as Partial<
    Record<'sessions' | 'seed' | 'only' | 'json', string>
  >;
  if (!numberForm.test(sessions) || Number(sessions) === 0) {
    return `--sessions takes a whole number from 1, not ${sessions}`;
  }
  if (!numberForm.test(seed)) return `--seed takes a whole number, not ${seed}`;
  const name = faultNames.find((one) => one === only);
  if (only !== undefined && name === undefined) {
    return `--only is one of ${faultNames.join(', ')}, not ${only}`;
  }
  return { sessions: Number(sessions), seed: Number(seed), only: name, json };
}

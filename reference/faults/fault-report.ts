// The report of a run of faults: a table for people, JSON for programs. Runs nothing.
import { availableParallelism, platform, release } from 'node:os';
import { isGood, type FaultRow } from './tally.ts';

const columns: readonly (readonly [string, (row: FaultRow) => string | number])[] = [
  ['fault', ({ fault }) => fault],
  ['runs', ({ runs }) => runs],
  ['struck', ({ struck }) => struck],
  ['lost', ({ lost }) => lost],
  ['doubled', ({ doubled }) => doubled],
  ['hangs', ({ hangs }) => hangs],
  ['wrong', ({ wrong }) => wrong],
  ['peak RSS, MiB', ({ peakRssMiB }) => (peakRssMiB === 0 ? '–' : peakRssMiB)],
];

/** A Markdown table, with the further counts and what went wrong below it. */
export function tableOf(rows: readonly FaultRow[]): string {
  const cells = rows.map((row) => columns.map(([, cell]) => String(cell(row))));
  const widths = columns.map(([title], at) =>
    Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [
    line(columns.map(([title]) => title)),
    line(widths.map((width) => '-'.repeat(width))),
    ...cells.map(line),
    '',
    ...rows.flatMap(linesOf),
  ].join('\n');
}

function linesOf({ fault, counts, problems, skipped }: FaultRow): string[] {
  const told = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  return [
    ...(skipped === undefined ? [] : [`${fault}: not tried, ${skipped}`]),
    ...(told.length === 0 ? [] : [`${fault}: ${told.join('; ')}`]),
    ...problems.map((problem) => `${fault}: PROBLEM: ${problem}`),
  ];
}

/** The report as a value for JSON. */
export function reportOf(
  rows: readonly FaultRow[],
  { sessions, seed }: { readonly sessions: number; readonly seed: number },
): Readonly<Record<string, unknown>> {
  const sum = (of: (row: FaultRow) => number): number =>
    rows.reduce((all, row) => all + of(row), 0);
  return {
    when: new Date().toISOString(),
    machine: {
      node: process.versions.node,
      system: `${platform()} ${release()}`,
      cores: availableParallelism(),
    },
    sessions,
    seed,
    good: rows.every(isGood),
    totals: {
      runs: sum(({ runs }) => runs),
      killsInsideACommit: sum(({ counts }) => counts['kills inside a commit'] ?? 0),
      lost: sum(({ lost }) => lost),
      doubled: sum(({ doubled }) => doubled),
      hangs: sum(({ hangs }) => hangs),
      wrong: sum(({ wrong }) => wrong),
      peakRssMiB: Math.max(0, ...rows.map(({ peakRssMiB }) => peakRssMiB)),
    },
    faults: rows,
  };
}

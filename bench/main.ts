// `npm run bench`: picks scenarios, runs them, writes the report. Nothing is asserted of time.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { haveLibraries } from './libraries.ts';
import { writeReport } from './report.ts';
import { runScenarios } from './run.ts';
import { scenarios } from './scenarios.ts';

const usage = `usage: npm run bench -- [SCENARIO…] [--count N] [--repetitions N] [--scratch FOLDER]
                       [--stores FOLDER] [--results FOLDER] [--profiles FOLDER] [--list]

  SCENARIO            names, or beginnings of names; absent: all but those by name only
  --count N           resources, also where a scenario has a count of its own (default 20000)
  --repetitions N     interleaved repetitions (default 3)
  --scratch FOLDER    where stores are made (default: the system's folder for temporary files)
  --stores FOLDER     keeps the stores that are handed over there, for the next run
  --results FOLDER    where the report goes (default bench/results, from where the command runs)
  --profiles FOLDER   writes CPU profiles of the measured processes there
  --list              names and titles`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function whole(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  say(`--${name} takes a whole number from 1 on, not "${text ?? ''}"`);
  process.exit(2);
}

function readArguments() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        count: text,
        repetitions: text,
        scratch: text,
        stores: text,
        results: text,
        profiles: text,
        list: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help === true) return say(usage);
  if (values.list === true) {
    for (const { name, title, when } of scenarios) {
      say(`${name.padEnd(24)}${title}${when === 'by-name' ? ' (by name only)' : ''}`);
    }
    return;
  }
  const unknown = positionals.find((name) => !scenarios.some((one) => one.name.startsWith(name)));
  if (unknown !== undefined) {
    say(`no scenario begins with ${unknown}; --list shows them all`);
    process.exit(2);
  }
  // An exact name is that scenario alone: `protocol` is not `protocol-identity` too.
  const exact = new Set(scenarios.map(({ name }) => name).filter((n) => positionals.includes(n)));
  const isWanted = (name: string): boolean =>
    exact.has(name) || positionals.some((asked) => !exact.has(asked) && name.startsWith(asked));
  const named = scenarios.filter(({ name, when }) =>
    positionals.length === 0 ? when === 'default' : isWanted(name),
  );
  const isReady = haveLibraries();
  const picked = named.filter(({ needsLibraries }) => isReady || needsLibraries !== true);
  for (const { name } of named.filter((one) => !picked.includes(one))) {
    say(`SKIPPED ${name}: its libraries are not installed (npm ci --prefix bench)`);
  }
  const runs = await runScenarios({
    scenarios: picked,
    count: whole('count', values.count, 20_000),
    isCountGiven: values.count !== undefined,
    repetitions: whole('repetitions', values.repetitions, 3),
    scratch: values.scratch,
    stores: values.stores,
    profiles: values.profiles,
    say,
  });
  const folder = values.results ?? join('bench', 'results');
  process.stdout.write(await writeReport(runs, folder));
  if (runs.some(({ fault }) => fault !== undefined)) process.exitCode = 1;
}

await main();

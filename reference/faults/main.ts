// `npm run faults`: every fault, as often as one likes, with processes, files and sockets as they
// are. Prints a table and JSON; ends with 1 where anything was lost, doubled, hung or wrong.
import { writeFileSync } from 'node:fs';
import {
  faultNames,
  readOptions,
  usage,
  type FaultName,
  type FaultOptions,
} from './fault-options.ts';
import { reportOf, tableOf } from './fault-report.ts';
import { tryConnects } from './connects.ts';
import { tryDamage } from './damage.ts';
import { tryHostile } from './hostile.ts';
import { tryKills } from './kills.ts';
import { tryLocks } from './locks.ts';
import { tryClock, tryCuts, trySilence } from './network.ts';
import { tryStorage } from './storage.ts';
import { isGood, type FaultRow } from './tally.ts';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const families: Readonly<Record<FaultName, (options: FaultOptions) => Promise<FaultRow[]>>> = {
  kills: async ({ sessions, seed }) => [
    await tryKills({
      kills: sessions,
      seed,
      resources: 400,
      onKill: (kills) => {
        if (kills % 25 === 0) say(`  ${kills} of ${sessions} kills`);
      },
    }),
  ],
  storage: ({ sessions, seed }) =>
    tryStorage({ runs: Math.ceil(sessions / 50), seed, resources: 1_500 }),
  locks: () => tryLocks(300),
  damage: async ({ sessions, seed }) => [
    await tryDamage({ runs: 2 * sessions, seed, resources: 150 }),
  ],
  clock: async ({ sessions, seed }) => [
    await tryClock({ runs: Math.ceil(sessions / 25), seed, resources: 300 }),
  ],
  cuts: async ({ sessions, seed }) => [
    await tryCuts({ runs: Math.ceil(sessions / 2), seed, resources: 300 }),
  ],
  silence: async ({ seed }) => [
    await trySilence({ runs: 1, seed, resources: 300 }),
    await tryConnects(1_000, 100),
  ],
  hostile: async ({ sessions }) => [await tryHostile(Math.ceil(sessions / 100))],
};

async function tryAll(options: FaultOptions): Promise<boolean> {
  const rows: FaultRow[] = [];
  for (const name of options.only === undefined ? faultNames : [options.only]) {
    const startedMs = performance.now();
    say(`${name} …`);
    rows.push(...(await families[name](options)));
    say(`${name}: ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`);
  }
  const json = `${JSON.stringify(reportOf(rows, options), undefined, 2)}\n`;
  process.stdout.write(`\n${tableOf(rows)}\n`);
  if (options.json === undefined) process.stdout.write(json);
  else writeFileSync(options.json, json);
  return rows.every(isGood);
}

const options = readOptions(process.argv.slice(2));
if (typeof options === 'string') {
  process.stderr.write(`${options}\n${usage}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = (await tryAll(options)) ? 0 : 1;
}

// Writes generated records as NDJSON to standard output, for `peersync import`.
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { edited } from './edits.ts';
import { patientRecord } from './record.ts';

const USAGE = `usage: npm run --silent generate -- --patients N [--seed S] [--first I] [--edited]

  --patients N  how many patients (about ten resources each)
  --seed S      which district, 0 to 4294967295 (default 1)
  --first I     index of the first patient (default 0)
  --edited      every resource as a second visit leaves it`;

function whole(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return value;
  process.stderr.write(`--${name} takes a whole number from 0 to 4294967295, not "${text}"\n`);
  process.exit(2);
}

function options():
  { patients?: string; seed?: string; first?: string; edited?: boolean } | undefined {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      options: { patients: text, seed: text, first: text, edited: { type: 'boolean' } },
    }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n`);
    return undefined;
  }
}

async function main(): Promise<void> {
  const values = options();
  if (values?.patients === undefined) {
    process.stderr.write(`${USAGE}\n`);
    process.exit(2);
  }
  const patients = whole('patients', values.patients, 0);
  const seed = whole('seed', values.seed, 1);
  const first = whole('first', values.first, 0);
  for (let index = first; index < first + patients; index += 1) {
    const record = patientRecord(seed, index);
    const shown = values.edited === true ? record.map((r) => edited(r, seed, 0)) : record;
    const lines = shown.map((resource) => `${resource.text}\n`).join('');
    if (!process.stdout.write(lines)) await once(process.stdout, 'drain');
  }
}

await main();

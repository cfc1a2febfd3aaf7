// `npm start`: two devices, each a process of its own with its own SQLite store, hand over real
// FHIR resources with their local changes over a TCP socket, authenticated by a typed code, and the
// two stores are compared. Then the conformance kit tries the reference. The exit status is 0 only
// when nothing differs and the reference conforms; the last line is the path of the report.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareReports, type SyncReport } from '../reference/src/index.ts';
import { compareStores, compareWithFiles } from './demo/comparison.ts';
import { Device, type Say } from './demo/device.ts';
import { runSuite } from './demo/suite.ts';
import { patientRecord } from './generator/record.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const testdata = join(root, 'reference', 'testdata');
const examples = relative(process.cwd(), join(testdata, 'hl7-fhir-r4-examples'));
const shapes = relative(process.cwd(), join(testdata, 'shapes'));
const server = 'https://fhir.example.org/r4';
const patients = wholeNumber('--patients', 180);
const seed = 7;
const keep = process.argv.includes('--keep');
const report = folderName('--report', join(root, 'report'));

// An option of its own, for whoever wants more, or a faster look.
function wholeNumber(option: string, fallback: number): number {
  const at = process.argv.indexOf(option);
  const value = at < 0 ? fallback : Number(process.argv[at + 1]);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`${option} takes a whole number from 1 on`);
  process.exit(2);
}

function folderName(option: string, fallback: string): string {
  const at = process.argv.indexOf(option);
  const value = at < 0 ? fallback : process.argv[at + 1];
  if (value !== undefined && value !== '' && !value.startsWith('--')) return value;
  console.error(`${option} takes the folder of the conformance report`);
  process.exit(2);
}

const isTerminal = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
const paint = (code: number, text: string): string =>
  isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text;
const say: Say = (line) => {
  console.log(line);
};
const headline = (text: string): void => {
  say(`\n${paint(1, text)}`);
};
const prefixed =
  (name: string): Say =>
  (line) => {
    say(`${paint(2, `${name.padEnd(8)} │`)} ${line}`);
  };

/** Two devices and the differences found between them. */
interface Stage {
  readonly a: Device;
  readonly b: Device;
  readonly differences: string[];
}

async function prepare({ a, b }: Stage): Promise<void> {
  headline('Two devices of one server; the first one has data');
  for (const device of [a, b]) {
    await device.run(['init', '--server', server, '--name', device.name, '--quiet']);
  }
  say(await a.run(['import', '--version-id', '1', examples]));
  say(await a.run(['import', '--as', 'local', shapes]));
  say(`(${patients} invented patients with their visits, as a server would give them:)`);
  const records = Array.from({ length: patients }, (_, index) => patientRecord(seed, index));
  const lines = records.flat().map(({ text }) => text);
  say(await a.run(['import', '--version-id', '1', '-'], lines.join('\n')));
}

async function workOffline({ a }: Stage): Promise<void> {
  headline('Offline, the first device changes some of it');
  say(await a.run(['edit', 'Patient/example', '--set', '/active=false', '--remove', '/telecom/0']));
  say(await a.run(['edit', 'Observation/decimal', '--set', '/status="amended"']));
  say(await a.run(['edit', 'Patient/key-order', '--set', '/gender="female"']));
  say(await a.run(['delete', 'Encounter/emerg']));
  say(await a.run(['changes', '--quiet']));
}

/** One session: the sender listens and shows its code, the receiver dials and types it. */
async function sync({ a, b, differences }: Stage): Promise<SyncReport> {
  const sender = a.start(['send', '--listen', '127.0.0.1:0'], prefixed('sender'));
  const address = await sender.seen(/^Listening on (\S+)$/);
  const code = await sender.seen(/^Code: ([0-9 ]+) /);
  const dial = ['receive', '--dial', address, '--code', '-', '--yes'];
  const receiver = b.start(dial, prefixed('receiver'));
  say(`(the person at ${b.name} reads ${code.trim()} on the screen of ${a.name} and types it)`);
  receiver.type(code);
  await Promise.all([sender.ended(), receiver.ended()]);
  const [sent, received] = [await lastReport(a), await lastReport(b)];
  differences.push(...compareReports(sent, received).map((line) => `reports: ${line}`));
  return received;
}

async function lastReport(device: Device): Promise<SyncReport> {
  const record = JSON.parse(await device.run(['report', '--json'])) as { report: SyncReport };
  return record.report;
}

async function syncAgain(stage: Stage): Promise<void> {
  headline('Both work on, one record on both; the next session carries only what is new');
  const { a, b, differences } = stage;
  say(await a.run(['edit', 'Patient/example', '--set', '/name/0/given/1="Jim"']));
  say(await a.run(['delete', 'Observation/bmd']));
  say(await b.run(['edit', 'Patient/example', '--set', '/gender="other"']));
  const report = await sync(stage);
  const names = report.resources.items.map(({ resourceType: type, resourceId: id }) => type + id);
  const expected = ['Observationbmd', 'Patientexample'];
  if (names.sort().join() !== expected.join()) {
    differences.push(`the second session carried ${names.length} entries, not the 2 new ones`);
  }
  const conflicts = report.conflicts.items.map(({ resourceId }) => resourceId).join();
  if (conflicts !== 'example') differences.push(`reported as conflicts: "${conflicts}"`);
}

async function verify({ a, b, differences }: Stage): Promise<void> {
  headline('Verification: what the two stores hold, octet by octet');
  const compared = await compareStores(a.store, b.store);
  differences.push(...compared.differences);
  const files = readdirSync(shapes).filter((name) => /-.*\.json$/.test(name));
  // Edited by now, so no longer its file.
  const untouched = files.filter((name) => name !== 'Patient-key-order.json');
  const originals = untouched.map((name) => ({
    resource: name.replace('-', '/').replace('.json', ''),
    octets: readFileSync(join(shapes, name)),
  }));
  differences.push(...(await compareWithFiles(b.store, originals)));
  if (differences.length > 0) {
    for (const line of differences) say(`DIFFERS: ${line}`);
    return;
  }
  const { entries, changes, octets } = compared;
  say(`${entries} resources (${octets} octets) and their ${changes} local changes are the same,`);
  say('octet for octet; both devices reported the same counts in both sessions.');
}

const ends = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Both devices, from their first store to the comparison; false when something differs. */
async function demonstrate(): Promise<boolean> {
  const startedMs = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'peersync-demo-'));
  say(`Stores in ${folder}${keep ? '' : ', removed at the end (--keep keeps them)'}`);
  const stage: Stage = {
    a: new Device('Tablet A', join(folder, 'a.db'), say),
    b: new Device('Tablet B', join(folder, 'b.db'), say),
    differences: [],
  };
  // Ctrl-C reaches the two programs by itself, what is sent to this process alone does not. Here
  // neither may hinder the tidying up.
  const stopBoth = (): Promise<unknown> => Promise.all([stage.a.stop(), stage.b.stop()]);
  const stop = (): void => void stopBoth();
  for (const signal of ends) process.on(signal, stop);
  try {
    await prepare(stage);
    await workOffline(stage);
    headline('First session: the sender shows a code, the receiver types it');
    await sync(stage);
    await syncAgain(stage);
    await verify(stage);
  } catch (error) {
    stage.differences.push(error instanceof Error ? error.message : String(error));
    say(`FAILED: ${stage.differences.at(-1)}`);
  } finally {
    await stopBoth();
    // The kit, which comes next, sees to its own end; it is waited for.
    for (const signal of ends) if (signal !== 'SIGINT') process.off(signal, stop);
    if (!keep) rmSync(folder, { recursive: true, force: true });
  }
  const took = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
  if (stage.differences.length > 0) {
    say(`\nFailed after ${took}: see above.`);
    return false;
  }
  say(`\nDone in ${took}. Next: try it by hand (npm run peersync -- --help), use it as a library`);
  say('(reference/README.md), or read how it works (README.md names the way).');
  return true;
}

async function main(): Promise<number> {
  if (!(await demonstrate())) return 1;
  headline('Conformance: the quick cases of the kit against this reference, in both roles');
  say('(about ten seconds; the page that is written explains each case)');
  return runSuite(report, say);
}

process.exitCode = await main();

// `npm run model`: explores the state tables of the specification, prints what was found, and plays
// counter-examples again. `--help` says how.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { arbitrary } from './arbitrary-peer.ts';
import { deepConfiguration } from './configurations.ts';
import { contradictions, coverageOf } from './coverage.ts';
import type { Exploration } from './explore.ts';
import { kitFlowOf } from './kit-flow.ts';
import { roles } from './moves.ts';
import { mutations } from './mutations.ts';
import { properties } from './properties.ts';
import { exploreAll, firstBreach, meetAll, mutationNamed, rulesWith } from './runs.ts';
import type { Caught, Rules } from './runs.ts';
import { play, transcriptOf } from './transcript.ts';
import type { Transcript } from './transcript.ts';

const usage = `npm run model -- [options]

  (none)              every bounded configuration, both arbitrary peers, coverage of the tables
  --depth N           instead: N entries and everything that can go wrong
  --capacity N        with --depth: messages that a direction takes, default 1
  --window N          with --depth: Payloads, default 2
  --chatter N         with --depth: KeepAlives and ignorable messages of each side, default 0
  --mutation NAME     with a fault built in; --mutation list shows them
  --save FOLDER       where a counter-example is saved, default model-findings
  --replay FILE       plays a saved counter-example again
  --as ROLE           with --replay: as a flow of the conformance kit, ROLE is the testee
`;

const { values } = parseArgs({
  options: {
    depth: { type: 'string' },
    capacity: { type: 'string', default: '1' },
    window: { type: 'string', default: '2' },
    chatter: { type: 'string', default: '0' },
    mutation: { type: 'string' },
    save: { type: 'string', default: 'model-findings' },
    replay: { type: 'string' },
    as: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

function show(found: Exploration): void {
  const { configuration, worlds, moves, longest, longestEnd, mostWaiting, breach } = found;
  console.log(
    `${configuration.name}: ${worlds} worlds, ${moves} moves, ${found.sessions} beginnings; ` +
      `longest session ${longest} moves, ${longestEnd} after someone gave up; ` +
      `at most ${mostWaiting} messages in one direction${breach === undefined ? '' : '  BROKEN'}`,
  );
}

function report(caught: Caught, folder: string): void {
  const transcript = transcriptOf(caught, values.mutation);
  const { property, detail } = transcript;
  console.log(`\nDoes not hold: ${property} (${properties[property]})\n  ${detail}\n`);
  printPlay(transcript);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${property.replaceAll(/[^a-zA-Z]+/g, '-')}.json`);
  writeFileSync(path, `${JSON.stringify(transcript, null, 2)}\n`);
  console.log(`\nSaved: ${path}. Again: npm run model -- --replay ${path}`);
  process.exitCode = 1;
}

function printPlay(transcript: Transcript): void {
  const { lines, open, broken } = play(transcript);
  for (const line of lines) console.log(line);
  console.log(
    open.length === 0 ? '     Nothing can happen now.' : `     Next: ${open.join('; ')}.`,
  );
  for (const line of broken) console.log(`     ${line}`);
}

function flow(path: string, role: string): void {
  const testee = roles.find((one) => one === role);
  if (testee === undefined) throw new Error(`--as takes ${roles.join(' or ')}`);
  const transcript = JSON.parse(readFileSync(path, 'utf8')) as Transcript;
  const { flow: found, leftOut } = kitFlowOf(transcript, testee);
  console.log(JSON.stringify({ flows: { found } }, null, 2));
  for (const name of leftOut) console.error(`# left out, the kit can't do it: ${name}`);
}

function replay(path: string): void {
  const transcript = JSON.parse(readFileSync(path, 'utf8')) as Transcript;
  console.log(`${transcript.property}: ${properties[transcript.property]}`);
  if (transcript.mutation !== undefined) console.log(`Fault built in: ${transcript.mutation}`);
  printPlay(transcript);
  console.log(`\nFound there: ${transcript.property}: ${transcript.detail}`);
}

function exploreDeep(rules: Rules, depth: string): void {
  const configuration = deepConfiguration({
    depth: Number(depth),
    capacity: Number(values.capacity),
    window: Number(values.window),
    chatter: Number(values.chatter),
  });
  const [found] = exploreAll(rules, show, [configuration]);
  const breach = found?.breach;
  if (breach === undefined) return;
  report({ where: configuration.name, configuration, honest: undefined, breach }, values.save);
}

function exploreEverything(rules: Rules): void {
  const rows = new Set<string>();
  const caught: Caught[] = [];
  for (const { configuration, rows: more, breach } of exploreAll(rules, show)) {
    for (const row of more) rows.add(row);
    const where = configuration.name;
    if (breach !== undefined) caught.push({ where, configuration, honest: undefined, breach });
  }
  for (const { honest, worlds, moves, rows: more, breach } of meetAll(rules)) {
    const where = `the ${honest} before ${arbitrary.name}`;
    console.log(`${where}: ${worlds} worlds, ${moves} moves`);
    for (const row of more) rows.add(row);
    if (breach !== undefined) caught.push({ where, configuration: arbitrary, honest, breach });
  }
  const [first] = caught;
  if (first !== undefined) return report(first, values.save);
  console.log(`\nAll ${Object.keys(properties).length} properties hold.`);
  showCoverage(rules, rows);
}

function showCoverage(rules: Rules, rows: ReadonlySet<string>): void {
  const { cells, taken, untaken } = coverageOf(rules.tables, rows);
  console.log(`\n${taken} of ${cells} cells taken. Not taken:`);
  const reasons = new Map<string, number>();
  for (const { role, state, event, reason } of untaken) {
    const text = reason ?? `WITHOUT A REASON: ${role} ${state} ${event}`;
    reasons.set(text, (reasons.get(text) ?? 0) + 1);
  }
  for (const [reason, count] of reasons) console.log(`  ${count}: ${reason}`);
  const wrong = contradictions(rules.tables, rows);
  for (const row of wrong) console.log(`  TAKEN AGAINST A REASON: ${row}`);
  if (wrong.length > 0 || untaken.some(({ reason }) => reason === undefined)) process.exitCode = 1;
}

function main(): void {
  if (values.help) return console.log(usage);
  if (values.replay !== undefined) {
    return values.as === undefined ? replay(values.replay) : flow(values.replay, values.as);
  }
  if (values.mutation === 'list') {
    for (const { name, caughtBy } of mutations) console.log(`${name}\n  caught by: ${caughtBy}`);
    return;
  }
  const mutation = values.mutation === undefined ? undefined : mutationNamed(values.mutation);
  const rules = rulesWith(mutation);
  if (values.depth !== undefined) return exploreDeep(rules, values.depth);
  const caught = mutation === undefined ? undefined : firstBreach(rules, mutation.needsLiar);
  if (caught !== undefined) return report(caught, values.save);
  exploreEverything(rules);
}

main();

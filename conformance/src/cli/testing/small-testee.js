// A testee that stores what it is given and runs no session; FAULT chooses what is wrong with it.
// Plain JavaScript, so that it starts at once. It is a program for tests of the kit's commands.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import process from 'node:process';

const { FAULT: fault = '', PID_FILE: pidFile, RUN: runAnswer = 'completed' } = process.env;
if (pidFile !== undefined) appendFileSync(pidFile, `${process.pid}\n`);
if (fault === 'crash') {
  process.stderr.write('boom: no database\n');
  process.exit(7);
}
let store = { entries: [] };
const dumped = () => {
  if (fault === 'fixed-dump') return { entries: [] };
  if (fault === 'keeps') return { entries: [{ type: 'Patient', id: 'old', resource: '{}' }] };
  if (fault !== 'white-space') return store;
  const spaced = (entry) => ({ ...entry, resource: entry.resource.replace(/:/g, ': ') });
  return { entries: store.entries.map(spaced) };
};

const answers = {
  hello: () => ({
    control: 1,
    impl: { name: process.env.NAME ?? 'Small', version: '1', language: 'JavaScript' },
    versions: [1],
    roles: fault === 'no-roles' ? 'receiver' : ['receiver'],
    features: fault === 'liar' ? ['decode'] : [],
  }),
  reset: ({ seed }) => {
    store = seed;
    return {};
  },
  run: () => {
    if (runAnswer === 'hang') return undefined;
    return { result: runAnswer, report: { types: [] } };
  },
  dump: () => ({ store: dumped() }),
  quit: () => ({}),
};

const write = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
if (fault === 'talks') process.stdout.write('starting up\n');
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, cmd, ...members } = JSON.parse(line);
  if (fault === 'silent') return;
  if (fault === 'yes' && answers[cmd] === undefined) write({ id, ok: true });
  else if (answers[cmd] === undefined) {
    write({ id, ok: false, error: { kind: 'unsupported', message: `no such command: ${cmd}` } });
  } else {
    const answer = answers[cmd](members);
    if (answer !== undefined) write({ id, ok: true, ...answer });
  }
  if (cmd === 'quit') process.exit(fault === 'bad-exit' ? 3 : 0);
});

// A process for tests: a run that waits for a testee that never dials in, with another testee
// started beside it, so that nothing but a second Ctrl-C ends it. Prints a line when all is there.
import process from 'node:process';
import { startTestee } from '../../control/start-testee.ts';
import { runSuite } from '../../run/suite.ts';
import { Cancellation } from '../cancellation.ts';
import { Screen } from '../screen.ts';

const { stdin, stdout, stderr, env } = process;
const cancellation = new Cancellation(new Screen({ stdin, stdout, stderr, env }));
const never = new Promise<never>(() => undefined);
// What listens keeps a process alive; a promise alone does not.
setInterval(() => undefined, 60_000);
const run = runSuite({
  cases: [],
  profile: 'core',
  seed: 'any',
  signal: cancellation.signal,
  testee: {
    kind: 'connection',
    connect: () => {
      stdout.write('waiting\n');
      return never;
    },
  },
});
// As if one more were on its way when the first signal came.
cancellation.signal.addEventListener('abort', () => {
  startTestee({ argv: process.argv.slice(2) });
  stdout.write('stubborn\n');
});
await run;

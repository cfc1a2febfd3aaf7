// Canary: ends without a word in the middle of each session. With the argument `hello` it does not
// even get as far as saying what it is.
//
// The kit has to tell that the process ended, and how, and to start it again for the next case; a
// testee that never says hello is unusable.
import process from 'node:process';
import { serve, type CanaryRun, type Members } from './control-lines.ts';
import { CanarySession } from './session.ts';

const end = (): never => {
  process.stderr.write('Segmentation fault\n');
  return process.exit(139);
};

async function run(told: CanaryRun): Promise<Members> {
  const session = await CanarySession.open(told);
  await session.greet();
  return end();
}

const isEarly = process.argv[2] === 'hello';
await serve('crash', { run, ...(isEarly ? { before: end } : {}) });

// A process that is made to be killed: it stores batches in a loop and says after each commit which
// one it was. Every batch writes the same entries anew, so that a torn one would show. Asked to, it
// kills itself in the middle of a transaction. It ends by itself when nobody listens any more.
import { setImmediate } from 'node:timers/promises';
import type { Decide } from '../store.ts';
import { openSqliteStore } from '../sqlite-store.ts';
import { crashBatch, crashEntries } from './crash-batch.ts';
import { take } from './samples.ts';

const batchesMax = 5_000;

const [path = '', first = '0', diesIn = '-1'] = process.argv.slice(2);
const store = openSqliteStore(path);
process.stdout.on('error', () => process.exit(1));
process.stdout.write('ready\n');
for (let number = Number(first); number < Number(first) + batchesMax; number += 1) {
  let seen = 0;
  const decide: Decide = (current, received) => {
    seen += 1;
    if (number === Number(diesIn) && seen === crashEntries / 2)
      process.kill(process.pid, 'SIGKILL');
    return take(current, received);
  };
  await store.updateRemote(crashBatch(number), decide);
  process.stdout.write(`${number}\n`);
  // Lets an error of the output be heard: a loop over a synchronous store never does.
  await setImmediate();
}

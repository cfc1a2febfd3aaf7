// A kit that starts a testee which hangs, and then does nothing: for a test that ends it from
// outside. Prints the ids of the testee and of its child.
import process from 'node:process';
import { startTestee } from '../start-testee.ts';

const script = new URL('./line-testee.ts', import.meta.url).pathname;
const testee = startTestee({ argv: [process.execPath, script, 'hang-with-child'] });
void testee.ask('run', {
  role: 'receiver',
  dial: { host: '127.0.0.1', port: 1 },
  params: {},
  deadlineMs: 60_000,
});
const look = setInterval(() => {
  const line = testee.noise.lines.find(({ text }) => text.startsWith('child'));
  if (line === undefined) return;
  clearInterval(look);
  process.stdout.write(`${line.text}\n`);
}, 20);

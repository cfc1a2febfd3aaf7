#!/usr/bin/env node
// The program `peersync`: gives run() the process it runs in. Nothing else happens here.
import { tuneEngine } from './engine-use.ts';
import { run } from './program.ts';

tuneEngine();

// node:sqlite is announced as experimental by some versions of Node that this program supports;
// that is for us to know, not for its user.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.message}\n`);
});

const { stdin, stdout, stderr, env } = process;
const exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, env });
// Not process.exit(): what is still on its way to a pipe must arrive.
process.exitCode = exitCode;

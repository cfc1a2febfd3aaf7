#!/usr/bin/env node
// The program `peersync-conformance`: gives run() the process it runs in. Nothing else happens
// here, but that a Node.js which is too old is told so: it could not even read the rest.
import { oldNode } from './node-version.ts';

const { stdin, stdout, stderr, env } = process;
const complaint = oldNode(process.versions.node);
if (complaint === undefined) {
  const { run } = await import('./program.ts');
  // Not process.exit(): what is still on its way to a pipe must arrive.
  process.exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, env });
} else {
  stderr.write(complaint);
  process.exitCode = 2;
}

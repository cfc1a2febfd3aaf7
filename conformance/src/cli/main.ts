#!/usr/bin/env node
// The program `peersync-conformance`: gives run() the process it runs in. Nothing else happens
// here.
import { run } from './program.ts';

const { stdin, stdout, stderr, env } = process;
const exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, env });
// Not process.exit(): what is still on its way to a pipe must arrive.
process.exitCode = exitCode;

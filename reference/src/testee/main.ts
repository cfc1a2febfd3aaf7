#!/usr/bin/env node
// `node reference/src/testee/main.ts`: the reference as a testee of a conformance kit. Gives the
// testee its control channel and its place for a store; nothing else happens here.
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { lineWriter, readLines } from './control-lines.ts';
import { filePlace, memoryPlace, type StorePlace } from './store-place.ts';
import { Testee } from './testee.ts';

const usage = `usage: main.ts [--connect HOST:PORT] [--store memory | --store sqlite FILE]

Speaks the control protocol of the conformance kit over standard input and output, or over a
connection to HOST:PORT. With a store in FILE it can be killed and opened again.
`;

// node:sqlite is announced as experimental by some versions of Node that this program supports.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.message}\n`);
});

function placeOf(kind: string, rest: readonly string[]): StorePlace | undefined {
  const [file, ...more] = rest;
  if (kind === 'memory' && file === undefined) return memoryPlace;
  return kind === 'sqlite' && file !== undefined && more.length === 0 ? filePlace(file) : undefined;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { connect: { type: 'string' }, store: { type: 'string', default: 'memory' } },
    allowPositionals: true,
  });
  const place = placeOf(values.store, positionals);
  const target = /^(.+):(\d+)$/.exec(values.connect ?? 'stdio:1');
  if (place === undefined || target === null) {
    process.stderr.write(usage);
    return 2;
  }
  const socket = values.connect === undefined ? undefined : connect(Number(target[2]), target[1]);
  const input = socket ?? process.stdin;
  const output = socket ?? process.stdout;
  const testee = new Testee(place, lineWriter(output));
  const isQuit = Promise.withResolvers<void>();
  const read = readLines(input, (line) => {
    const taken = testee.take(line);
    if (line['cmd'] === 'quit') void taken.then(isQuit.resolve);
  });
  await Promise.race([read, isQuit.promise]);
  await testee.close();
  await new Promise<void>((resolve) => output.end(resolve));
  return 0;
}

try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exit(2);
}

// `npm run test:hapi`: uploads and downloads against HAPI's JPA server, a judge that this project
// did not write. Without Java, Maven or the artifacts it is skipped, and says so. What is tested is
// in the folder's `*.hapi.test.ts`; arguments go to vitest.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { JudgeServer } from './judge-server.ts';
import { buildServer, missingPrograms, type Built, type Missing } from './prerequisites.ts';
import { Progress } from './progress.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const config = 'reference/testing/hapi/vitest.config.ts';
const progress = new Progress(process.stdout);
const stopped = new AbortController();

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => stopped.abort(name));
}

async function prepare(): Promise<Built | Missing | undefined> {
  const missing = await missingPrograms();
  if (missing !== undefined) return missing;
  const result = await buildServer(progress, stopped.signal);
  if (result.kind !== 'build-failure') return result;
  progress.say(result.output.trimEnd());
  return undefined;
}

/** @returns The exit status of the tests. */
async function test(url: string): Promise<number> {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', config];
  const child = spawn(process.execPath, [...args, ...process.argv.slice(2)], {
    cwd: root,
    env: { ...process.env, PEERSYNC_HAPI_URL: url },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const stop = (): void => void child.kill('SIGTERM');
  stopped.signal.addEventListener('abort', stop);
  const [status] = (await once(child, 'exit')) as (number | null)[];
  return status ?? 1;
}

async function judge(built: Built): Promise<number> {
  const startedMs = performance.now();
  progress.say('HAPI FHIR starts ...');
  const server = await JudgeServer.start(built, stopped.signal, (seconds) =>
    progress.update(`not ready yet, ${seconds} s`),
  );
  try {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    progress.say(`HAPI FHIR answers at ${server.url}, after ${seconds} s`);
    return await test(server.url);
  } finally {
    const { peakMegabytes } = server;
    await server.stop();
    const peak = peakMegabytes === undefined ? '' : `, at most ${peakMegabytes} MB of memory`;
    progress.say(`HAPI FHIR stopped${peak}`);
  }
}

async function main(): Promise<number> {
  const found = await prepare();
  if (found === undefined) return 1;
  if (found.kind === 'missing') {
    progress.say('The tests against HAPI FHIR need what is not here.');
    progress.say(`  missing: ${found.what}`);
    progress.say(`  to get it: ${found.how}`);
    progress.say('skipped: nothing was tested');
    return 0;
  }
  try {
    const status = await judge(found);
    stopped.signal.throwIfAborted();
    return status;
  } catch (error) {
    stopped.signal.throwIfAborted();
    progress.say(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!stopped.signal.aborted) throw error;
  process.exitCode = 130;
}

// A PostgreSQL server of a test's own: made in a temporary folder from the installed binaries, and
// gone with the test, however that ends. Knows no table.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll } from 'vitest';

/** A server that runs. */
export interface PostgresCluster {
  /** The URL of a database for the superuser, or for another user; more goes behind a `?`. */
  url(database: string, more?: string): string;
  /** Runs statements as superuser. */
  sql(database: string, ...statements: string[]): Promise<unknown[][]>;
  /** Stops the server at once; its data stay. */
  halt(): Promise<void>;
  /** Starts it again after {@link PostgresCluster.halt}. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

const installed = '/usr/lib/postgresql';

/** The folder of the newest server that is installed; undefined: none is. */
export const postgresBinaries: string | undefined = (
  existsSync(installed) ? readdirSync(installed) : []
)
  .sort((a, b) => Number(b) - Number(a))
  .map((version) => join(installed, version, 'bin'))
  .find((folder) => existsSync(join(folder, 'initdb')));

/** What is printed where a test file is skipped. */
export const noPostgres =
  'skipped: no PostgreSQL server is installed, so the store in PostgreSQL is not tried';

// A server that flushes nothing may as well lie in memory: each store is a hundred files.
const memory = '/dev/shm';
const memoryOctets = 2 ** 30;
// Shared memory is kept in files of the folder, so that it goes with the folder.
const quick = [
  'fsync=off',
  'full_page_writes=off',
  'max_connections=40',
  'dynamic_shared_memory_type=mmap',
];
const superuser = 'peersync';
// Root may run no server; whoever else runs the tests runs it as they are.
const runner: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? idsOf(['postgres', 'nobody']) : {};

function idsOf(users: readonly string[]): { uid: number; gid: number } {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const found = users.flatMap((user) => lines.filter((line) => line.startsWith(`${user}:`)));
  const [, , uid, gid] = (found[0] ?? '').split(':').map(Number);
  return { uid: uid ?? 65_534, gid: gid ?? 65_534 };
}

// Ends with whoever started it, killed or not: then its standard input is at its end.
const keeper = `
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= "\${@:3}" >> "$2/log" 2>&1 &
server=$!
cat > /dev/null
kill -QUIT $server 2> /dev/null
wait $server
[ -e "$2/keep" ] || rm -rf "$2"
`;

/**
 * Starts a server.
 *
 * @param settings - As `-c` takes them; a server without `fsync=on` keeps nothing over a crash of
 * the machine, and is much faster.
 */
export async function startCluster(settings: readonly string[] = []): Promise<PostgresCluster> {
  const binaries = postgresBinaries;
  if (binaries === undefined) throw new Error(noPostgres);
  const folder = mkdtempSync(join(placeFor(settings), 'pg-'));
  const { uid, gid } = runner;
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  const initdb = ['-D', join(folder, 'data'), '-U', superuser, '-A', 'trust', '-E', 'UTF8'];
  const quickly = ['--no-locale', '--no-sync', '--no-instructions'];
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  const options = { ...runner, cwd: folder, stdio: [...stdio] };
  execFileSync(join(binaries, 'initdb'), [...initdb, ...quickly], options);
  // Who is called so needs a password; everybody else is let in.
  const rules = 'local all locked scram-sha-256\nlocal all all trust\n';
  writeFileSync(join(folder, 'data', 'pg_hba.conf'), rules);
  const given = [...quick, ...settings];
  const args = given.flatMap((setting) => ['-c', setting]);
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    server = spawn('bash', ['-c', keeper, 'keeper', binaries, folder, ...args], {
      ...runner,
      cwd: folder,
      detached: true,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    await untilReady(folder);
  };
  const end = async (): Promise<void> => {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server?.stdin?.end();
    await ended;
  };
  const url = (database: string, more = ''): string => {
    const user = /(^|&)user=/.test(more) ? [] : [`user=${superuser}`];
    const query = [`host=${folder}`, ...user, ...(more === '' ? [] : [more])].join('&');
    return `postgres:///${database}?${query}`;
  };
  const cluster: PostgresCluster = {
    url,
    sql: async (database, ...statements) => sql(url(database), statements),
    halt: async () => {
      writeFileSync(join(folder, 'keep'), '');
      await end();
      rmSync(join(folder, 'keep'));
    },
    resume: start,
    stop: async () => {
      if (server?.exitCode === null) await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await start();
  return cluster;
}

function placeFor(settings: readonly string[]): string {
  if (settings.includes('fsync=on') || !existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > memoryOctets ? memory : tmpdir();
}

/** A server for all tests of a file, started with the first one that asks. */
export function clusterForFile(settings: readonly string[] = []): () => Promise<PostgresCluster> {
  let cluster: Promise<PostgresCluster> | undefined;
  afterAll(async () => (await cluster)?.stop());
  return async () => (cluster ??= startCluster(settings));
}

async function untilReady(folder: string): Promise<void> {
  const url = `postgres:///postgres?host=${folder}&user=${superuser}`;
  for (let attempt = 0; ; attempt += 1) {
    try {
      await sql(url, []);
      return;
    } catch (error) {
      if (attempt > 400)
        throw new Error(readFileSync(join(folder, 'log'), 'utf8'), { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

async function sql(url: string, statements: readonly string[]): Promise<unknown[][]> {
  const client = new Client(url);
  await client.connect();
  try {
    let rows: unknown[][] = [];
    for (const text of statements) {
      ({ rows } = await client.query<unknown[]>({ text, rowMode: 'array' }));
    }
    return rows;
  } finally {
    await client.end();
  }
}

// A testee as a process of its own, and the other end of its control lines: every line is held to
// the published schemas. For tests.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { readLines } from '../control-lines.ts';

/** A line, its members checked by the schema. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Line = Readonly<Record<string, any>>;

const main = new URL('../main.ts', import.meta.url).pathname;
const schemas = new URL('../../../../conformance/schema/control-v1/', import.meta.url);
const ajv = new Ajv2020({ allErrors: true, strict: false });
for (const name of ['values', 'commands', 'answers', 'events']) {
  ajv.addSchema(JSON.parse(readFileSync(new URL(`${name}.json`, schemas), 'utf8')) as object);
}

// Compiled once for all processes of a test file: they start in a third of the time.
const cache = mkdtempSync(join(tmpdir(), 'testee-compiled-'));
const env = { ...process.env, NODE_COMPILE_CACHE: cache };
afterAll(() => rmSync(cache, { recursive: true, force: true }));

function check(schema: string, name: string, line: Line): void {
  const validate = ajv.getSchema(`urn:fhirpeersync:control:1:${schema}#/$defs/${name}`);
  if (validate === undefined) throw new Error(`no schema for ${schema} ${name}`);
  if (validate(line) !== true) {
    const text = JSON.stringify(line).slice(0, 500);
    throw new Error(`${schema} ${name}: ${ajv.errorsText(validate.errors)} in ${text}`);
  }
}

interface Listener {
  readonly match: (event: Line) => boolean;
  readonly found: (event: Line) => void;
}

interface Waiting {
  readonly cmd: string;
  readonly settle: PromiseWithResolvers<Line>;
}

/** The other end of a testee's control lines. */
export class Controlled {
  readonly events: Line[] = [];
  readonly child: ChildProcess;
  readonly #output: Writable;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<Listener>();
  #nextId = 1;

  constructor(child: ChildProcess, input: Readable, output: Writable) {
    this.child = child;
    this.#output = output;
    output.on('error', () => undefined);
    const fail = (error: unknown): void => {
      for (const { settle } of this.#waiting.values()) settle.reject(error);
      this.#waiting.clear();
    };
    readLines(input, (line) => {
      try {
        this.#take(line);
      } catch (error) {
        fail(error);
      }
    }).then(() => fail(new Error('the testee has ended')), fail);
  }

  /** Sends a command; gives its answer, whether ok or not. Rejects where it breaks its schema. */
  async ask(cmd: string, members: Line = {}): Promise<Line> {
    const line = { id: this.#nextId++, cmd, ...members };
    this.#output.write(`${JSON.stringify(line)}\n`);
    const settle = Promise.withResolvers<Line>();
    this.#waiting.set(line.id, { cmd, settle });
    return settle.promise;
  }

  /** Sends a command that has to be carried out. */
  async do(cmd: string, members: Line = {}): Promise<Line> {
    check('commands', cmd, { id: this.#nextId, cmd, ...members });
    const answer = await this.ask(cmd, members);
    if (answer['ok'] !== true) throw new Error(`${cmd}: ${JSON.stringify(answer['error'])}`);
    return answer;
  }

  /** The store, as a dump shows it. */
  async dump(): Promise<Line> {
    const { store } = await this.do('dump');
    return store as Line;
  }

  /** The first event, of before or to come, with this name. */
  async event(name: string, match: (event: Line) => boolean = () => true): Promise<Line> {
    const matches = (event: Line): boolean => event['ev'] === name && match(event);
    const before = this.events.find(matches);
    if (before !== undefined) return before;
    const next = Promise.withResolvers<Line>();
    this.#listeners.add({ match: matches, found: next.resolve });
    return next.promise;
  }

  /** Calls back for every event to come, until the returned function is called. */
  listen(found: (event: Line) => void): () => void {
    const listener: Listener = { match: () => true, found };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #take(line: Line): void {
    if ('ev' in line) {
      check('events', String(line['ev']), line);
      this.events.push(line);
      for (const { match, found } of this.#listeners) if (match(line)) found(line);
      return;
    }
    const waiting = this.#waiting.get(line['id'] as number);
    if (waiting === undefined) throw new Error(`an answer to nothing: ${JSON.stringify(line)}`);
    this.#waiting.delete(line['id'] as number);
    check('answers', line['ok'] === true ? waiting.cmd : 'error', line);
    waiting.settle.resolve(line);
  }
}

/** Starts a testee on standard input and output; it is gone when the test is. */
export function startTestee(...args: string[]): Controlled {
  const testee = spawnTestee(args);
  onTestFinished(() => void testee.child.kill('SIGKILL'));
  return testee;
}

/** A testee for all tests of a block: a process takes longer to start than a command. */
export function sharedTestee(): () => Controlled {
  let testee: Controlled | undefined;
  beforeAll(() => {
    testee = spawnTestee([]);
  });
  afterAll(() => void testee?.child.kill('SIGKILL'));
  return () => {
    if (testee === undefined) throw new Error('asked for before the block began');
    return testee;
  };
}

function spawnTestee(args: readonly string[]): Controlled {
  const child = spawn(process.execPath, [main, ...args], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return new Controlled(child, child.stdout, child.stdin);
}

/** Starts a testee that dials in. */
export async function dialledTestee(): Promise<Controlled> {
  const server = createServer();
  const dialled = Promise.withResolvers<Socket>();
  server.on('connection', dialled.resolve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const child = spawn(process.execPath, [main, '--connect', target], { env, stdio: 'inherit' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const socket = await dialled.promise;
  server.close();
  return new Controlled(child, socket, socket);
}

// A testee for the conformance kit of the FHIR Peer Sync Protocol: your implementation with this
// small test program around it. The kit writes one JSON object on a line, the testee answers with
// one. All of it is explained in appendix H of the specification ("control protocol").
//
// Your way through this file; ask `peersync-conformance doctor` after each step:
//
//   STEP 1, 2 minutes    say who you are: `hello`.
//   STEP 2, 10 minutes   put your own store in place of the one in memory: `Store`.
//   STEP 3, 15 minutes   run a session of your implementation: `connectSession`.
//   STEP 4, later        declare more: the other role, then features, one after the other.
//
// What comes after these speaks the control protocol and needs no change.
import { connect } from 'node:net';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';

// ---- STEP 1: what it is -------------------------------------------------------------------------
// Declare what is true and no more. One role is enough to begin with: 'receiver' or 'sender'.
const hello = {
  control: 1,
  impl: { name: 'My implementation', version: '0.1.0', language: 'TypeScript' },
  versions: [1],
  roles: ['receiver'],
  features: [], // STEP 4: names out of section H.10 of the specification
  modes: ['FULL', 'CURSOR', 'LAST_UPDATED'],
  strategies: ['theirs', 'ours'],
  releases: ['R4'],
  secretKinds: ['digits'],
  capabilities: [] as string[],
};

// ---- STEP 2: your store -------------------------------------------------------------------------
// `reset` makes an empty store and puts the seed into it, in order; `dump` reads it. Replace the
// maps by your own store, and read it here as your sessions read it. Resource texts are exact:
// what comes out is octet for octet what went in.
interface Entry {
  type: string;
  id: string;
  resource: string | null; // null: deleted
  base?: { versionId: string; lastUpdated: string } | undefined; // undefined: on no server yet
  baseResource?: string | undefined; // the server's content at base, where it differs
  changes: Change[]; // oldest first
  absorbed: ChangeId[];
}
interface ChangeId {
  replica: string; // 32 hex digits
  counter: bigint; // unsigned, 64 bits
}
interface Change extends ChangeId {
  type: 'INSERT' | 'UPDATE' | 'DELETE';
  payload?: string | undefined; // the exact text; none for DELETE
  baseVersionId: string;
  recordedAt: string;
}
interface Cursor {
  replica: string; // the sender that it is of
  cursor: string; // hex
  types?: RequestedType[] | undefined; // undefined: it was asked for every type
}
interface RequestedType {
  type: string;
  parameters?: { name: string; value: string }[];
}
interface Archived {
  reason: 'displaced' | 'not-taken' | 'deferred' | 'merged';
  peer: string; // whom the other state came from
  entry: Entry;
}
interface Device {
  replica: string; // the store's replica id
  now: string; // what the wall clock says, and goes on saying
  serverUrl: string; // as a person configured it; empty: no server
  displayName: string;
}

class Store {
  readonly device: Device;
  readonly #entries = new Map<string, Entry>();
  readonly #cursors: Cursor[] = [];

  /**
   * Nothing of an earlier store is left. The URL has to be brought into its canonical form; for one
   * that has none (PSP-SRV-3): throw new Refusal('invalid', '…', 'serverUrl').
   */
  constructor(device: Device) {
    this.device = device;
  }

  async put(entry: Entry): Promise<void> {
    this.#entries.set(`${entry.type}/${entry.id}`, entry);
  }

  async putCursor(cursor: Cursor): Promise<void> {
    this.#cursors.push(cursor);
  }

  async entries(): Promise<Entry[]> {
    return [...this.#entries.values()];
  }

  async cursors(): Promise<Cursor[]> {
    return [...this.#cursors];
  }

  /** States that a conflict put aside, oldest first. */
  async archived(): Promise<Archived[]> {
    return [];
  }

  async close(): Promise<void> {
    // Called by `quit`.
  }
}

// ---- STEP 3: your session -----------------------------------------------------------------------
interface Run {
  role: string; // 'sender' or 'receiver': your role
  host: string; // dial this, in either role
  port: number;
  secrets: string[]; // receiver: typed one after the other, then the user gives up;
  //                    sender: on show; empty: the user does nothing
  release: string; // FHIR release
  mode: string; // of a receiver: what to ask for
  types: RequestedType[]; // empty: every type
  strategy: string; // what to do about conflicts
  capabilities: string[]; // use these and no others
}
interface Outcome {
  result: 'completed' | 'rejected' | 'failed' | 'cancelled' | 'declined' | 'interrupted';
  reason?: string; // name of the error code, where there is one
  detail?: string; // anything that helps a person
  report?: Report; // as soon as it is known what to transfer
}
interface Report {
  types: { type: string; transferred: number; outcomes: Record<string, number> }[];
}

/**
 * Runs one session from the connection to its close and says how it ended. A session that ended
 * badly is an Outcome like any other; throw only when there was no connection at all. It waits for
 * no answer of a user: the receiver agrees to every Offer at once.
 */
async function connectSession(run: Run, store: Store): Promise<Outcome> {
  // For example:
  //   const stream = await dial(run.host, run.port);
  //   const end = await mySync.receive(stream, { code: run.secrets[0], store, mode: run.mode });
  //   return { result: 'completed', report: { types: [
  //     { type: 'Patient', transferred: 1, outcomes: { STORED: 1 } } ] } };
  process.stderr.write(`${run.role}: no session yet for ${store.device.replica}\n`);
  throw new Error(
    'run is not connected to your implementation yet: see connectSession() in testee.ts',
  );
}

// ---- The control protocol: nothing to change below ----------------------------------------------
type Json = Record<string, unknown>;

/** A command that is answered with `"ok":false`. */
class Refusal extends Error {
  readonly kind: 'unsupported' | 'invalid';
  readonly field: string | undefined;

  constructor(kind: Refusal['kind'], message: string, field?: string) {
    super(message);
    this.kind = kind;
    this.field = field;
  }
}

let present: Store | undefined;

function openStore(): Store {
  if (present === undefined) throw new Refusal('invalid', 'reset has to come first');
  return present;
}

const commands: Record<string, (command: Json) => Json | Promise<Json>> = {
  hello(command) {
    if (command['control'] !== 1) throw new Refusal('unsupported', 'control 1 only', 'control');
    return hello;
  },
  async reset(command) {
    const replica = text(command, 'replica', 'replica');
    const device = {
      replica,
      now: text(command, 'now', 'now'),
      serverUrl: text(command, 'serverUrl', 'serverUrl', ''),
      displayName: text(command, 'displayName', 'displayName', ''),
    };
    process.stderr.write(`case ${text(command, 'case', 'case')}\n`);
    const seed = object(command['seed'], 'seed');
    const store = new Store(device);
    for (const [item, at] of list(seed, 'entries', 'seed.entries')) {
      await store.put(readEntry(item, at));
    }
    for (const [item, at] of list(seed, 'cursors', 'seed.cursors')) {
      const types = has(item, 'types') ? readTypes(item, `${at}.types`) : undefined;
      const cursor = text(item, 'cursor', `${at}.cursor`);
      await store.putCursor({ replica: text(item, 'replica', `${at}.replica`), cursor, types });
    }
    present = store;
    return {};
  },
  async run(command) {
    const store = openStore();
    return { ...(await connectSession(readRun(command), store)) };
  },
  async dump() {
    const store = openStore();
    const [entries, cursors] = [await store.entries(), await store.cursors()];
    entries.sort((a, b) => order(a.type, b.type) || order(a.id, b.id));
    cursors.sort((a, b) => order(a.replica, b.replica) || order(a.cursor, b.cursor));
    const { replica } = store.device;
    const archive = (await store.archived()).map((each) => {
      return { ...each, entry: entryForm(each.entry) };
    });
    return { store: { replica, entries: entries.map(entryForm), cursors, archive } };
  },
  async quit() {
    await present?.close();
    return {};
  },
};

function readRun(command: Json): Run {
  const role = text(command, 'role', 'role');
  if (!hello.roles.includes(role)) throw new Refusal('unsupported', `role ${role}`, 'role');
  for (const name of ['listen', 'inline', 'clock']) {
    if (has(command, name)) throw new Refusal('unsupported', name, name);
  }
  const dial = object(command['dial'], 'dial');
  const params = object(command['params'], 'params');
  const known = ['release', 'capabilities'];
  if (role === 'receiver') known.push('mode', 'types', 'strategy');
  for (const name of Object.keys(params).filter((name) => has(params, name))) {
    // Never ignore one: a case would fail in a way that nobody understands.
    if (!known.includes(name)) throw new Refusal('unsupported', name, `params.${name}`);
  }
  const word = (name: string, words: string[], otherwise: string): string => {
    const value = text(params, name, `params.${name}`, otherwise);
    if (words.includes(value) || !has(params, name)) return value;
    throw new Refusal('unsupported', `${name} ${value}`, `params.${name}`);
  };
  const secret = (command['secret'] ?? []) as string | string[];
  const capabilities = (params['capabilities'] ?? hello.capabilities) as string[];
  if (!capabilities.every((name) => hello.capabilities.includes(name))) {
    throw new Refusal('unsupported', capabilities.join(), 'params.capabilities');
  }
  return {
    role,
    host: text(dial, 'host', 'dial.host'),
    port: Number(dial['port']),
    secrets: typeof secret === 'string' ? [secret] : secret,
    release: word('release', hello.releases, 'R4'),
    mode: word('mode', hello.modes, 'CURSOR'),
    types: readTypes(params, 'params.types'),
    strategy: word('strategy', hello.strategies, 'theirs'),
    capabilities,
  };
}

function readEntry(item: Json, at: string): Entry {
  const base = has(item, 'base') ? object(item['base'], `${at}.base`) : undefined;
  return {
    type: text(item, 'type', `${at}.type`),
    id: text(item, 'id', `${at}.id`),
    resource: optionalText(item, 'resource', at) ?? null,
    base: base && {
      versionId: text(base, 'versionId', `${at}.base.versionId`),
      lastUpdated: text(base, 'lastUpdated', `${at}.base.lastUpdated`, ''),
    },
    baseResource: optionalText(item, 'baseResource', at),
    changes: list(item, 'changes', `${at}.changes`).map(([change, path]) => ({
      ...readChangeId(change, path),
      type: text(change, 'type', `${path}.type`) as Change['type'],
      payload: optionalText(change, 'payload', path),
      baseVersionId: text(change, 'baseVersionId', `${path}.baseVersionId`, ''),
      recordedAt: text(change, 'recordedAt', `${path}.recordedAt`, ''),
    })),
    absorbed: list(item, 'absorbed', `${at}.absorbed`).map(([id, path]) => readChangeId(id, path)),
  };
}

function readChangeId(item: Json, at: string): ChangeId {
  const counter = item['counter'];
  if (!/^\d{1,20}$/.test(String(counter))) {
    throw new Refusal('invalid', `${at}.counter is no counter`, `${at}.counter`);
  }
  return { replica: text(item, 'replica', `${at}.replica`), counter: BigInt(String(counter)) };
}

function readTypes(holder: Json, at: string): RequestedType[] {
  return list(holder, 'types', at).map(([item, path]) => ({
    type: text(item, 'type', `${path}.type`),
    parameters: list(item, 'parameters', `${path}.parameters`).map(([pair, where]) => ({
      name: text(pair, 'name', `${where}.name`),
      value: text(pair, 'value', `${where}.value`),
    })),
  }));
}

function entryForm(entry: Entry): Json {
  const idForm = ({ replica, counter }: ChangeId): Json => ({
    replica,
    // Above 2^53 - 1 a JSON number is not safe, so it travels as text.
    counter: counter > Number.MAX_SAFE_INTEGER ? String(counter) : Number(counter),
  });
  const absorbed = [...entry.absorbed].sort(
    (a, b) => order(a.replica, b.replica) || order(a.counter, b.counter),
  );
  return {
    ...entry,
    changes: entry.changes.map((change) => ({ ...change, ...idForm(change) })),
    absorbed: absorbed.map(idForm),
  };
}

function order<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// Members of a command; null means the same as absent.
function has(item: Json, name: string): boolean {
  return (item[name] ?? undefined) !== undefined;
}

function text(item: Json, name: string, at: string, otherwise?: string): string {
  const value = item[name] ?? otherwise;
  if (typeof value !== 'string') throw new Refusal('invalid', `${at} has to be a string`, at);
  return value;
}

function optionalText(item: Json, name: string, at: string): string | undefined {
  return has(item, name) ? text(item, name, `${at}.${name}`) : undefined;
}

function object(value: unknown, at: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new Refusal('invalid', `${at} has to be an object`, at);
}

function list(item: Json, name: string, at: string): [Json, string][] {
  const value = item[name] ?? [];
  if (!Array.isArray(value)) throw new Refusal('invalid', `${at} has to be a list`, at);
  return value.map((each, index) => [object(each, `${at}[${index}]`), `${at}[${index}]`]);
}

async function answer(command: Json): Promise<Json> {
  const { id, cmd } = command;
  try {
    const carryOut = Object.hasOwn(commands, String(cmd)) ? commands[String(cmd)] : undefined;
    if (carryOut === undefined) throw new Refusal('unsupported', `no such command: ${String(cmd)}`);
    return { id, ok: true, ...(await carryOut(command)) };
  } catch (error) {
    const kind = error instanceof Refusal ? error.kind : 'failed';
    const field = error instanceof Refusal ? error.field : undefined;
    const message = (error instanceof Error && error.message) || String(error);
    return { id, ok: false, error: { kind, message: message.slice(0, 4_096), field } };
  }
}

async function serve(input: Readable, output: Writable): Promise<void> {
  let pieces: Buffer[] = [];
  for await (const chunk of input as AsyncIterable<Buffer>) {
    let rest = chunk;
    // Only a line feed ends a line; node:readline would cut at U+2028 as well.
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = Buffer.concat([...pieces, rest.subarray(0, end)]).toString('utf8');
      pieces = [];
      rest = rest.subarray(end + 1);
      const command = commandOf(line);
      if (command === undefined) continue;
      output.write(`${JSON.stringify(await answer(command))}\n`);
      if (command['cmd'] === 'quit') return;
    }
    pieces.push(rest);
  }
}

function commandOf(line: string): Json | undefined {
  try {
    const value = JSON.parse(line) as Json | null;
    return typeof value?.['id'] === 'number' && 'cmd' in value ? value : undefined;
  } catch {
    process.stderr.write(`not a command: ${line.slice(0, 200)}\n`);
    return undefined;
  }
}

// Standard input and output, or `--connect HOST:PORT` for a program that the kit can't start.
const [option, target = ''] = process.argv.slice(2);
if (option === '--connect') {
  const cut = target.lastIndexOf(':');
  const socket = connect(Number(target.slice(cut + 1)), target.slice(0, cut));
  await serve(socket, socket);
  socket.end();
} else {
  await serve(process.stdin, process.stdout);
  process.stdin.destroy();
}

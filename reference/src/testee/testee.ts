// The reference as a testee: one store, one run at a time, and the commands of the control protocol
// (appendix H of the specification). Knows no process and no socket of the control channel.
import { canonicalServerUrl } from '../security/index.ts';
import { ANNOUNCED_LIMITS } from '../session/index.ts';
import { StoreError, type Store } from '../store/index.ts';
import { UsageError, WIRE_VERSION } from '../wire/index.ts';
import type { InlineStream } from './inline-stream.ts';
import { hexOf, octetsOf } from './entry-form.ts';
import { decodeForm, encodeForm } from './message-form.ts';
import { runReceiver } from './receiver-run.ts';
import { invalid, Members, Refusal, unsupported } from './refusal.ts';
import { drafts, modes, readRun, releases, secretsOnShow, strategies } from './run-command.ts';
import { Run } from './run.ts';
import { dump, plant, readSeed } from './seed.ts';
import { runSender } from './sender-run.ts';
import type { StorePlace } from './store-place.ts';
import { uploadTo } from './upload-command.ts';

type Json = Readonly<Record<string, unknown>>;
type Handler = (members: Members, id: number) => Promise<Json> | Json;

/** What is written in answer, and unasked. */
export type Write = (line: Json) => void;

const version = '0.1.0';

/** Carries out commands; every one is answered once. */
export class Testee {
  readonly #place: StorePlace;
  readonly #write: Write;
  readonly #handlers: ReadonlyMap<string, Handler>;
  #store: Store | undefined;
  #now = '';
  #run: { readonly run: Run; readonly over: Promise<unknown> } | undefined;
  /** Whether the last run was inline: a command about its stream may cross its answer. */
  #wasInline = false;

  constructor(place: StorePlace, write: Write) {
    this.#place = place;
    this.#write = write;
    this.#handlers = new Map<string, Handler>([
      ['hello', (members) => this.#hello(members)],
      ['reset', async (members) => this.#reset(members)],
      ['open', async (members) => this.#open(members)],
      ['run', async (members, id) => this.#start(members, id)],
      ['dump', async () => this.#dump()],
      ['quit', async () => this.close()],
      ['edit', async (members) => this.#edit(members)],
      ['abort', () => done(this.#going().abort())],
      ['decide', (members) => this.#decide(members)],
      ['clock', async (members) => this.#clock(members)],
      ['octets', async (members) => this.#octets(members)],
      ['end', () => done(this.#stream()?.arriveEnd())],
      ['cut', () => done(this.#stream()?.cut())],
      ['upload', async (members) => this.#upload(members)],
      ['decode', (members) => decodeForm(members.octets('hex'))],
      ['encode', (members) => ({ hex: hexOf(encodeForm(members.value('message'))) })],
    ]);
  }

  /** Takes one line; what is no command is left alone. */
  async take(line: Json): Promise<void> {
    const { id, cmd } = line;
    if (typeof id !== 'number' || typeof cmd !== 'string') return;
    try {
      const handler = this.#handlers.get(cmd);
      if (handler === undefined) throw unsupported(`no such command: ${cmd}`);
      this.#write({ id, ok: true, ...(await handler(new Members(line), id)) });
    } catch (error) {
      this.#write({ id, ok: false, error: errorForm(error) });
    }
  }

  /** Ends the run and closes the store. */
  async close(): Promise<Json> {
    await this.#endRun();
    await this.#store?.close();
    this.#store = undefined;
    return {};
  }

  #hello(members: Members): Json {
    if (members.count('control') !== 1) throw unsupported('control protocol 1 only', 'control');
    const language = `TypeScript (Node ${process.versions.node})`;
    const optional = [
      ...['abort', 'clock', 'code', 'decide', 'decode', 'edit', 'encode', 'fault', 'grease'],
      ...['inline', 'limits', 'listen', 'policy', 'search', 'upload', 'window'],
    ];
    return {
      control: 1,
      impl: { name: 'peersync', version, language },
      versions: [WIRE_VERSION],
      roles: ['sender', 'receiver'],
      features: this.#place.isDurable ? [...optional, 'open'] : optional,
      modes,
      strategies,
      releases,
      secretKinds: ['digits', 'qr'],
      capabilities: ['deflate'],
      'x-drafts': drafts,
      limits: ANNOUNCED_LIMITS,
    };
  }

  async #reset(members: Members): Promise<Json> {
    const replicaId = members.octets('replica', 16);
    const now = members.text('now');
    const serverUrl = serverUrlOf(members.text('serverUrl', ''));
    const displayName = members.text('displayName', '');
    const seed = readSeed(members);
    await this.close();
    const store = this.#place.begin({ serverUrl, displayName }, replicaId);
    await plant(store, seed);
    this.#store = store;
    this.#now = now;
    this.#wasInline = false;
    return {};
  }

  async #open(members: Members): Promise<Json> {
    const now = members.text('now');
    if (!this.#place.isDurable) this.#place.open();
    await this.close();
    this.#store = this.#place.open();
    this.#now = now;
    return {};
  }

  async #start(members: Members, id: number): Promise<Json> {
    const command = readRun(id, members);
    if (command.role === 'sender' && command.secrets !== undefined) secretsOnShow(command.secrets);
    const store = this.#opened();
    if (this.#run !== undefined) throw invalid('a run goes on');
    const run = new Run(command, this.#write);
    this.#wasInline = command.connection.kind === 'inline';
    const answer = run.go(store, command.role === 'sender' ? runSender : runReceiver);
    // Whoever waits for the end of the run does not want its answer.
    this.#run = { run, over: answer.catch(() => undefined) };
    try {
      return await answer;
    } finally {
      this.#run = undefined;
    }
  }

  async #dump(): Promise<Json> {
    const store = this.#opened();
    if (this.#run !== undefined) throw invalid('a run goes on');
    return { store: await dump(store) };
  }

  async #edit(members: Members): Promise<Json> {
    const store = this.#opened();
    const edits = members.list('edits', (item, path) => new Members(item, path));
    for (const edit of edits) {
      const op = edit.word('op', ['create', 'update', 'delete', 'import']);
      if (op === 'delete') {
        await store.delete(edit.text('type'), edit.text('id'), this.#now);
        continue;
      }
      const resource = octetsOf(edit.text('resource'));
      if (op === 'import') await store.importServerVersion(resource);
      else await store[op](resource, this.#now);
    }
    return {};
  }

  async #upload(members: Members): Promise<Json> {
    const url = canonicalServerUrl(members.text('server'));
    if (typeof url !== 'string') throw invalid(url.message, 'server');
    const store = this.#opened();
    // A session writes; what it was to the upload would depend on which came first.
    if (this.#run !== undefined) throw invalid('a run goes on');
    return { ...(await uploadTo(store, url)) };
  }

  #decide(members: Members): Json {
    const answer = members.word('answer', ['accept', 'decline', 'cancel']);
    this.#going().decide(answer);
    return {};
  }

  async #clock(members: Members): Promise<Json> {
    const advanceMs = members.count('advanceMs');
    return { nowMs: await this.#going().advance(advanceMs) };
  }

  async #octets(members: Members): Promise<Json> {
    const octets = members.octets('hex');
    await this.#stream()?.arrive(octets);
    return {};
  }

  async #endRun(): Promise<void> {
    const going = this.#run;
    going?.run.kill();
    await going?.over;
  }

  #going(): Run {
    if (this.#run === undefined) throw invalid('no run goes on');
    return this.#run.run;
  }

  /** The stream of the inline run; undefined when its answer has just crossed the command. */
  #stream(): InlineStream | undefined {
    if (this.#run === undefined && this.#wasInline) return undefined;
    return this.#going().inline;
  }

  #opened(): Store {
    if (this.#store === undefined)
      throw invalid('there is no store yet; reset or open comes first');
    return this.#store;
  }
}

/** The answer to what has no result. */
function done(_: void): Json {
  return {};
}

function serverUrlOf(configured: string): string {
  if (configured === '') return '';
  const canonical = canonicalServerUrl(configured);
  // PSP-SRV-3
  if (typeof canonical !== 'string') throw invalid(canonical.message, 'serverUrl');
  return canonical;
}

function errorForm(error: unknown): Json {
  if (error instanceof Refusal) {
    const { why: kind, message, field } = error;
    return field === undefined || field === '' ? { kind, message } : { kind, message, field };
  }
  const isKnown = error instanceof UsageError || error instanceof StoreError;
  const message = error instanceof Error ? (isKnown ? error.message : error.stack) : String(error);
  return { kind: 'failed', message: (message ?? 'unknown').slice(0, 4_096) };
}

// A peer that does what a test says, rule or no rule: it speaks the wire and knows the secret, and
// has no state table.
import { randomBytes } from 'node:crypto';
import type { ByteStream } from '../../transport/transport.ts';
import {
  effectiveLimits,
  encodeBatch,
  isViolation,
  PayloadEncoding,
  unpackBatch,
} from '../../wire/index.ts';
import type {
  Accept,
  Ack,
  Identity,
  Initiate,
  KnownMessage,
  Message,
  Offer,
  Payload,
  Request,
  SyncPayload,
  Violation,
} from '../../wire/index.ts';
import { Channel } from '../channel.ts';
import { settingsOf } from '../options.ts';
import type { Settings } from '../options.ts';
import { ReceiverHandshake } from '../receiver-handshake.ts';
import { SenderHandshake } from '../sender-handshake.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { rightSecret, serverUrl } from './pair.ts';

/** What arrived: a message, or how the stream ended. */
export type Arrived =
  | { readonly kind: 'message'; readonly message: Message; readonly body: Uint8Array }
  | { readonly kind: 'violation'; readonly fault: Violation }
  | { readonly kind: 'seal-broken' }
  | { readonly kind: 'end'; readonly cause: unknown };

type Values = { [M in KnownMessage as M['type']]: M['value'] };

/** The scripted side of a connection. */
export class ScriptedPeer {
  readonly channel: Channel;
  readonly settings: Settings;
  readonly identity: Identity;
  readonly #stream: ByteStream;
  readonly #arrived: Arrived[] = [];
  #wanted: ((arrived: Arrived) => void) | undefined;
  #gate: PromiseWithResolvers<void> | undefined;

  constructor(stream: ByteStream, replicaId = new Uint8Array(randomBytes(16))) {
    this.#stream = stream;
    this.identity = { replicaId, displayName: 'Scripted', serverUrl };
    this.settings = settingsOf({ identity: this.identity, clock: new VirtualClock() });
    const give = (arrived: Arrived): void => {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      if (wanted === undefined) this.#arrived.push(arrived);
      else wanted(arrived);
    };
    const nothing = (): void => undefined;
    const gated: ByteStream = {
      read: async () => {
        await this.#gate?.promise;
        return stream.read();
      },
      write: (octets) => stream.write(octets),
      end: () => stream.end(),
      close: () => stream.close(),
    };
    this.channel = new Channel(
      gated,
      {
        received: (message, body) => give({ kind: 'message', message, body }),
        turned: () => undefined,
        violated: (fault) => give({ kind: 'violation', fault }),
        sealBroken: () => give({ kind: 'seal-broken' }),
        readingEnded: (cause) => give({ kind: 'end', cause }),
        frameOpened: nothing,
        discarded: nothing,
        wrote: nothing,
        drained: nothing,
        writingEnded: nothing,
      },
      { grease: undefined },
    );
    void this.channel.read();
  }

  /** How many things arrived that nobody asked for yet. */
  get waiting(): number {
    return this.#arrived.length;
  }

  /** Reads nothing more until {@link ScriptedPeer.resume}. */
  pause(): void {
    this.#gate = Promise.withResolvers<void>();
  }

  resume(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** The next thing that arrives. */
  async next(): Promise<Arrived> {
    const first = this.#arrived.shift();
    if (first !== undefined) return first;
    return new Promise((resolve) => (this.#wanted = resolve));
  }

  /** The next message, which has to be of this type. */
  async expect<Type extends KnownMessage['type']>(type: Type): Promise<Values[Type]> {
    return (await this.expectBody(type)).value;
  }

  /** As {@link ScriptedPeer.expect}, with the exact octets. */
  async expectBody<Type extends KnownMessage['type']>(
    type: Type,
  ): Promise<{ value: Values[Type]; body: Uint8Array }> {
    const arrived = await this.next();
    if (arrived.kind !== 'message' || arrived.message.type !== type) {
      const what = arrived.kind === 'message' ? arrived.message : arrived;
      const shown = JSON.stringify(what, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v));
      throw new Error(`expected ${type}, got ${shown}`);
    }
    return { value: arrived.message.value as Values[Type], body: arrived.body };
  }

  send(message: KnownMessage): void {
    this.channel.send(message);
  }

  /** A body as it is: sealed once keys are on, valid or not. */
  sendBody(body: Uint8Array): void {
    this.channel.sendBody(body);
  }

  /** Octets as they are, outside of any frame. */
  async sendOctets(octets: Uint8Array): Promise<void> {
    await this.#stream.write(octets);
  }

  /** Ends in good order: half-closes and reads to the end. */
  async finish(): Promise<void> {
    this.channel.endWriting();
    for (;;) if ((await this.next()).kind === 'end') break;
    this.close();
  }

  close(): void {
    this.channel.close();
  }

  /** Sends a sender's Initiate. */
  initiate(change: Partial<Initiate> = {}): SenderHandshake {
    const handshake = new SenderHandshake(this.settings, [rightSecret()]);
    const { initiate } = handshake;
    const value = { ...(initiate.value as Initiate), ...change };
    const body = this.channel.encode({ type: 'Initiate', value });
    handshake.sentInitiate(body);
    this.sendBody(body);
    return handshake;
  }

  /** Plays a sender up to Identity. */
  async authenticateAsSender(change: Partial<Identity> | null = {}): Promise<SenderHandshake> {
    const handshake = this.initiate();
    const accept = await this.expectBody('Accept');
    const confirm = await this.expect('Confirm');
    const fault = handshake.takeAccept(accept.value, accept.body) ?? handshake.faultOf(confirm);
    if (fault !== undefined) throw new Error(fault.detail);
    this.send(handshake.confirm);
    this.channel.installKeys(handshake.keys);
    if (change !== null) this.send({ type: 'Identity', value: { ...this.identity, ...change } });
    return handshake;
  }

  /** Plays a receiver up to Identity. */
  async authenticateAsReceiver(): Promise<Identity> {
    return this.confirm(await this.accept());
  }

  /** Sends a receiver's Confirm and goes on to Identity. */
  async confirm(handshake: ReceiverHandshake): Promise<Identity> {
    this.send(handshake.confirm);
    const confirm = await this.expect('Confirm');
    if (handshake.faultOf(confirm) !== undefined) throw new Error('wrong Ta');
    this.channel.installKeys(handshake.keys);
    return this.expect('Identity');
  }

  /** Takes Initiate and sends a receiver's Accept. */
  async accept(change: Partial<Accept> = {}, secret = rightSecret()): Promise<ReceiverHandshake> {
    const handshake = new ReceiverHandshake(this.settings, [1, 2]);
    const initiate = await this.expectBody('Initiate');
    const fault = handshake.takeInitiate(initiate.value, initiate.body);
    if (fault !== undefined) throw new Error(fault.detail);
    const accept = handshake.accept(secret, ({ value }) =>
      this.channel.encode({ type: 'Accept', value: { ...(value as Accept), ...change } }),
    );
    if (isViolation(accept)) throw new Error(accept.detail);
    this.sendBody(accept);
    return handshake;
  }

  /** A Request for everything. */
  request(more: Partial<Request> = {}): KnownMessage {
    const window = { maxUnackedPayloads: 8, maxUnackedOctets: 1_000_000n };
    const cursor = new Uint8Array(0);
    return {
      type: 'Request',
      value: { ...this.identity, params: undefined, mode: 1, cursor, window, ...more },
    };
  }
}

/** An Offer of so many patients. */
export function offer(patients: bigint): KnownMessage {
  const totals = [{ resourceType: 'Patient', entries: patients }];
  const value: Offer = { totals, indeterminate: false, withheld: [], cursorDisposition: 1 };
  return { type: 'Offer', value };
}

/** A Payload of one patient. */
export function payload(sequence: bigint, more: Partial<Payload> = {}): KnownMessage {
  const batch = encodeBatch([patient(sequence)]);
  const empty = new Uint8Array(0);
  const value: Payload = {
    sequence,
    encoding: PayloadEncoding.IDENTITY,
    uncompressedOctets: batch.length,
    batch,
    cursor: empty,
    padding: empty,
    ...more,
  };
  return { type: 'Payload', value };
}

/** A patient as a server version. */
export function patient(n: bigint): SyncPayload {
  const resource = { resourceType: 'Patient', id: `s${n}`, meta: { versionId: '1' } };
  return {
    resourceType: 'Patient',
    resourceId: `s${n}`,
    resource: new TextEncoder().encode(JSON.stringify(resource)),
    base: { versionId: '1', lastUpdated: '2024-01-01T00:00:00Z' },
    changes: [],
    absorbed: [],
  };
}

/** A Complete after so many Payloads of one patient each. */
export function complete(payloads: bigint, patients = payloads): KnownMessage {
  const entries = patients === 0n ? [] : [{ resourceType: 'Patient', entries: patients }];
  const cursor = new Uint8Array(0);
  return { type: 'Complete', value: { payloads, entries, withheld: [], cursor } };
}

/** An Ack. */
export function ack(throughSequence: bigint, more: Partial<Ack> = {}): KnownMessage {
  return { type: 'Ack', value: { throughSequence, outcomes: [], window: undefined, ...more } };
}

/** How many entries a Payload holds. */
export function entriesIn(value: Payload): number {
  const entries = unpackBatch(value, { limits: effectiveLimits(undefined), deflate: true });
  if (isViolation(entries)) throw new Error(entries.detail);
  return entries.length;
}

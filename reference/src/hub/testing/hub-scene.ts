// A hub over connections in memory and on a clock that only the test moves, and devices for it.
import { codeSecret } from '../../security/index.ts';
import type { Secret } from '../../security/index.ts';
import type { SyncResult } from '../../session/index.ts';
import { SyncSenderSession, VirtualClock } from '../../session/index.ts';
import type { SenderSessionOptions } from '../../session/index.ts';
import { codeOf, emptyStore, senderOptions, storeOf } from '../../session/testing/pair.ts';
import { settle } from '../../session/testing/settle.ts';
import type { Store } from '../../store/store.ts';
import { SyncSender, Theirs } from '../../sync/index.ts';
import type { OutgoingBatch } from '../../sync/index.ts';
import { isViolation } from '../../wire/index.ts';
import { memoryPair } from '../../transport/memory.ts';
import type { ByteStream } from '../../transport/transport.ts';
import type { Arrival, EndedHubSession, HubLogRecord, HubOptions } from '../hub-options.ts';
import { Hub } from '../hub.ts';

/** A sender that dialled the hub. */
export interface Device {
  readonly store: Store;
  /** The name under which the hub lists it; once its session has one. */
  readonly name: () => string;
  readonly stream: ByteStream;
  readonly result: Promise<SyncResult>;
  /** A copy of its code, as a person would type it. */
  readonly typed: () => Secret;
}

/** A hub and what it told. */
export class HubScene {
  readonly clock = new VirtualClock();
  readonly log: HubLogRecord[] = [];
  readonly ended: EndedHubSession[] = [];
  readonly store: Store;
  readonly hub: Hub;
  readonly running: Promise<void>;
  /** What devices that listen would be reached under: set by the test. */
  onDial: HubOptions['dial'] = () => Promise.reject(new Error('nobody listens'));
  readonly #arrivals: Arrival[] = [];
  #door = Promise.withResolvers<void>();
  #closed = false;
  #devices = 0;

  constructor(options: Partial<HubOptions> = {}) {
    const { clock } = this;
    this.store = options.store ?? emptyStore('Hub');
    this.hub = new Hub({
      store: this.store,
      strategy: Theirs,
      accept: () => this.#accept(),
      dial: (host, port) => this.onDial(host, port),
      session: { clock, grease: false },
      log: (record) => this.log.push(record),
      onEnded: async (ended) => void this.ended.push(ended),
      ...options,
    });
    this.running = this.hub.run();
    this.running.catch(() => undefined);
  }

  /** Somebody connects; what this side of the connection is. */
  connect(): ByteStream {
    const [far, near] = memoryPair();
    this.#arrivals.push({ stream: near, from: `192.0.2.1:${4_000 + this.#arrivals.length}` });
    this.#door.resolve();
    this.#door = Promise.withResolvers<void>();
    return far;
  }

  /** A sender with so many patients connects; its code is its own. */
  async device(
    patients: number | Store = 3,
    more: Partial<SenderSessionOptions> = {},
  ): Promise<Device> {
    const store = typeof patients === 'number' ? await storeOf(patients) : patients;
    return this.sends(this.connect(), store, more);
  }

  /** A sender on a connection that is there. */
  sends(stream: ByteStream, store: Store, more: Partial<SenderSessionOptions> = {}): Device {
    this.#devices += 1;
    const code = codeOf(String(30_000_000 + this.#devices));
    let name = '';
    const session = new SyncSenderSession({
      ...senderOptions(store, { clock: this.clock, secrets: [codeSecret(code)] }),
      log: (record) => (name = record.session),
      ...more,
    });
    const result = session.initiate(stream).then((ended) => ended ?? session.send());
    return { store, stream, result, name: () => name, typed: () => codeSecret(code) };
  }

  /** Waits until everybody whose first message is under way is in the list. */
  async arrived(): Promise<void> {
    await settle(50);
  }

  /** No connection comes any more. */
  close(): void {
    this.#closed = true;
    this.#door.resolve();
  }

  async #accept(): Promise<Arrival> {
    for (;;) {
      const next = this.#arrivals.shift();
      if (next !== undefined) return next;
      if (this.#closed) throw new Error('closed');
      await this.#door.promise;
    }
  }
}

/** A sender of two entries at a time that stands still after so many batches, until `go`. */
export function senderThatStops(
  store: Store,
  batches: number,
): { readonly sync: Pick<SyncSender, 'prepare'>; readonly go: () => void } {
  const gate = Promise.withResolvers<void>();
  const sender = new SyncSender({ store, batch: { entriesMax: 2 } });
  const prepare: SyncSender['prepare'] = async (...request) => {
    const prepared = await sender.prepare(...request);
    if (isViolation(prepared)) return prepared;
    let taken = 0;
    const next = async (): Promise<OutgoingBatch | undefined> => {
      taken += 1;
      if (taken > batches) await gate.promise;
      return prepared.next();
    };
    // The rest is the export's own, private members included.
    return new Proxy(prepared, {
      get: (own, name) => {
        const value: unknown = name === 'next' ? next : Reflect.get(own, name, own);
        return typeof value === 'function' ? (value.bind(own) as unknown) : value;
      },
    });
  };
  return { sync: { prepare }, go: () => gate.resolve() };
}

/** A store with some methods of the test; everything else is its own, private members included. */
export function storeWith(store: Store, methods: Partial<Store>): Store {
  return new Proxy(store, {
    get: (own, name) => {
      const value: unknown = Reflect.get(methods, name) ?? Reflect.get(own, name, own);
      return typeof value === 'function' ? (value.bind(own) as unknown) : value;
    },
  });
}

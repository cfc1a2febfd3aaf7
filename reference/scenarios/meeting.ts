// A session of two devices: authenticated, sealed, with a real handshake, over a connection in
// memory or over sockets. Says what both reports say, and refuses reports that do not add up.
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import {
  codeSecret,
  compareReports,
  dialTcp,
  FhirRelease,
  generateAccessCode,
  listenTcp,
  memoryPair,
  receiveInto,
  SyncSender,
  SyncSenderSession,
  Theirs,
  type ByteStream,
  type ReceiveOptions,
  type SendOptions,
  type Store,
  type SyncReport,
  type SyncResult,
  type TypeReport,
} from '../src/index.ts';
import { VirtualClock } from '../src/session/virtual-clock.ts';
import type { Device } from './device.ts';
import { withMethods } from './store-methods.ts';

/** How two devices meet. */
export interface MeetOptions {
  /** Default: a connection in memory. */
  readonly over?: 'memory' | 'sockets';
  /** What the sender shows and the receiver's user types; default: a fresh one. */
  readonly code?: string;
  /** Entries in a Payload; default: all in one. */
  readonly entriesMax?: number;
  /** Payloads that the sender may run ahead; default 1. */
  readonly ahead?: number;
  readonly receiver?: Partial<ReceiveOptions>;
  readonly sender?: Partial<SendOptions>;
  /** What the sender says it holds; default R4. */
  readonly fhirRelease?: FhirRelease;
  /** Runs at the receiver when it has read the n-th Payload, before it stores it. */
  readonly beforeStore?: (payload: number) => Promise<void>;
  /** Runs at the receiver when the n-th Payload is durable, before it acknowledges it. */
  readonly afterStore?: (payload: number, cut: () => void) => Promise<void>;
  /** Runs at the receiver when it agreed to Complete, before it sends the Receipt. */
  readonly beforeReceipt?: (cut: () => void) => void;
  /** Stands between a side and the connection. */
  readonly through?: (stream: ByteStream, side: 'sender' | 'receiver') => ByteStream;
}

/** What both sides tell their users: how the session ended, and what became of each entry. */
export interface Told {
  readonly sender: readonly string[];
  readonly receiver: readonly string[];
}

/** Lets a sender hand over to a receiver. */
export async function meet(from: Device, to: Device, options: MeetOptions = {}): Promise<Told> {
  const { sender, receiver } = await session(from, to, options);
  return { sender: tell(sender), receiver: tell(receiver) };
}

/** What both tell after a complete session: the same lines. */
export function bothTell(...lines: string[]): Told {
  return { sender: ['complete', ...lines], receiver: ['complete', ...lines] };
}

/** As {@link meet}, with the results themselves. */
export async function session(
  from: Device,
  to: Device,
  options: MeetOptions = {},
): Promise<{ sender: SyncResult; receiver: SyncResult }> {
  const requests = from.server.fhir.requests.length + to.server.fhir.requests.length;
  const [a, b] = await (options.over === 'sockets' ? socketPair() : memoryPair());
  const { code = accessCode(), through = (stream: ByteStream) => stream } = options;
  const cut = (): void => {
    a.close();
    b.close();
  };
  const clock = new VirtualClock();
  const [sender, receiver] = await Promise.all([
    send(from.store, through(a, 'sender'), options, { secrets: [codeSecret(code)], clock }),
    receiveInto(watched(to.store, options, cut), through(b, 'receiver'), {
      askSecret: async () => codeSecret(code),
      strategy: Theirs,
      clock,
      window: { payloads: options.ahead ?? 1, octets: 16_777_216n },
      ...options.receiver,
    }),
  ]);
  checkReports(sender, receiver);
  // Devices that meet have no network: nothing of a session goes to a server.
  expect(from.server.fhir.requests.length + to.server.fhir.requests.length).toBe(requests);
  return { sender, receiver };
}

// As sendFrom, for a device that may hold another FHIR release.
async function send(
  store: Store,
  stream: ByteStream,
  { entriesMax, fhirRelease = FhirRelease.R4, sender = {} }: MeetOptions,
  options: SendOptions,
): Promise<SyncResult> {
  const batch = entriesMax === undefined ? {} : { batch: { entriesMax } };
  const identity = { replicaId: store.replicaId, ...store.settings, fhirRelease };
  const sync = new SyncSender({ store, ...batch, ...sender });
  const session = new SyncSenderSession({ ...options, ...sender, sync, identity });
  return (await session.initiate(stream)) ?? (await session.send());
}

/** Two ends of a connection over real sockets. */
export async function socketPair(): Promise<[ByteStream, ByteStream]> {
  const port = await listenTcp({ host: '127.0.0.1', port: 0 });
  try {
    const accepted = port.accept();
    const dialled = await dialTcp({ ...port.address, timeoutMs: 5_000 });
    return [await accepted, dialled];
  } finally {
    port.close();
  }
}

/** A fresh access code. */
export function accessCode(): string {
  return generateAccessCode((count) => new Uint8Array(randomBytes(count)));
}

/** A store that runs what the options say around the writes of a session. */
function watched(store: Store, options: MeetOptions, cut: () => void): Store {
  let payloads = 0;
  return withMethods(store, {
    updateRemote: async (batch, decide) => {
      payloads += 1;
      const payload = payloads;
      await options.beforeStore?.(payload);
      const decisions = await store.updateRemote(batch, decide);
      await options.afterStore?.(payload, cut);
      return decisions;
    },
    // PSP-DONE-3: the last thing before the Receipt.
    setCursor: async (...cursor) => {
      await store.setCursor(...cursor);
      options.beforeReceipt?.(cut);
    },
  });
}

/** What one side tells its user: how it ended, then what became of each entry. */
export function tell(result: SyncResult): string[] {
  return [endingOf(result), ...(result.report === undefined ? [] : reportLines(result.report))];
}

function endingOf(result: SyncResult): string {
  if (result.kind === 'complete' || result.kind === 'interrupted') return result.kind;
  return `${result.kind} by ${result.by}: ${result.codeName}`;
}

const namedMax = 5;

// Few are named one by one, many are counted: checkReports holds both to the same sums.
function reportLines({ types, resources, dangling }: SyncReport): string[] {
  const named = resources.items.map(({ resourceType, resourceId, outcome, code }) =>
    [`${resourceType}/${resourceId}`, outcome, ...(code === undefined ? [] : [code])].join(' '),
  );
  const counted = types.flatMap(({ resourceType, outcomes }) =>
    Object.entries(outcomes)
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([name, entries]) => `${resourceType}: ${entries} ${name}`),
  );
  const withheld = types.flatMap((type) =>
    Object.entries(type.withheld).map(
      ([reason, entries]) => `${type.resourceType}: ${entries} withheld, ${reason}`,
    ),
  );
  const targets = dangling?.targets.items.map((target) => `refers to ${target}, not here`);
  return [...(named.length > namedMax ? counted : named), ...withheld, ...(targets ?? [])];
}

function checkReports(sender: SyncResult, receiver: SyncResult): void {
  for (const { kind, report } of [sender, receiver]) {
    if (report !== undefined) checkSums(report, kind === 'complete');
  }
  // PSP-DONE-7: the sender never says more than the receiver has.
  if (sender.kind === 'complete') expect(receiver.kind).toBe('complete');
  if (sender.kind !== 'complete' || receiver.kind !== 'complete') return;
  expect(compareReports(sender.report, receiver.report)).toEqual([]);
}

function checkSums({ types, resources, complete }: SyncReport, isComplete: boolean): void {
  expect(complete).toBe(isComplete);
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  for (const { acknowledged, transferred, outcomes } of types) {
    expect(sum(Object.values(outcomes))).toBe(acknowledged);
    if (isComplete) expect(transferred).toBe(acknowledged);
  }
  const listed = resources.items.length + resources.more;
  expect(listed).toBe(sum(types.map((type: TypeReport) => type.acknowledged)));
}

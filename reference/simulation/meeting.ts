// One meeting of two devices, as a session with keys and octets or by the same parts without one,
// cut or whole, with edits in the middle; and what its reports must say afterwards.
import { memoryPair, type MemoryOptions } from '../src/transport/memory.ts';
import type { Direction } from '../src/transport/memory.ts';
import { TransportError, type ByteStream } from '../src/transport/transport.ts';
import type { SessionEvent } from '../src/session/options.ts';
import { SyncReceiverSession } from '../src/session/receiver-session.ts';
import type { SyncResult } from '../src/session/result.ts';
import { receiverOptions, sendOver, senderOptions } from '../src/session/testing/pair.ts';
import { settle } from '../src/session/testing/settle.ts';
import { VirtualClock } from '../src/session/virtual-clock.ts';
import type { Store } from '../src/store/store.ts';
import type { ConflictResolutionStrategy } from '../src/sync/conflict-resolution.ts';
import { compareReports } from '../src/sync/report-comparison.ts';
import type { SyncReport } from '../src/sync/report.ts';
import { SyncReceiver } from '../src/sync/sync-receiver.ts';
import { SyncSender } from '../src/sync/sync-sender.ts';
import { sync } from '../src/sync/testing/devices.ts';
import { SelectionMode, type ResourceSyncParams } from '../src/wire/messages.ts';
import type { RandomOctets } from '../src/store/store.ts';

/** Where a session is cut. */
export interface Cut {
  readonly direction: Direction;
  readonly octets: number;
  readonly as: 'error' | 'end';
}

/** How two devices meet. */
export interface MeetingPlan {
  readonly mode: 'full' | 'cursor';
  /** Undefined: every resource type. */
  readonly type: string | undefined;
  readonly entriesMax: number;
  readonly strategy: ConflictResolutionStrategy;
  /** Absent: the parts meet without a session; `cutAfter` counts Payloads. */
  readonly session?: {
    readonly cut?: Cut;
    /** The connection breaks when all but the Receipt has arrived at the sender. */
    readonly loseReceipt: boolean;
    readonly fragment: number | undefined;
    /** Done once, before octets of a direction can be read for the n-th time. */
    readonly meanwhile?: {
      readonly direction: Direction;
      readonly after: number;
      readonly act: () => Promise<void>;
    };
  };
  readonly cutAfter?: number;
  /** Takes what the sender writes, where there is a session. */
  readonly tape?: Uint8Array[];
}

/** What a meeting came to. */
export interface Met {
  readonly complete: boolean;
  readonly receiver: SyncReport | undefined;
  readonly sender: SyncReport | undefined;
  /** `receiver` alone is complete: the Receipt was lost. */
  readonly receiptLost: boolean;
}

/** Runs a meeting and compares what both sides say of it. */
export async function meet(
  from: Store,
  to: Store,
  plan: MeetingPlan,
  randomOctets: RandomOctets,
): Promise<Met> {
  const { session } = plan;
  if (session === undefined) return meetDirectly(from, to, plan);
  const clock = new VirtualClock();
  const more = { clock, randomOctets, grease: true };
  const data = receiving(to, plan);
  let isLast = false;
  const onEvent = (event: SessionEvent): void => {
    isLast ||= event.kind === 'phase' && event.phase === 'AWAIT_RECEIPT';
  };
  const sender = senderOptions(from, { ...more, sync: sending(from, plan), onEvent });
  const receiver = receiverOptions(to, { ...more, sync: data });
  const acts: Promise<void>[] = [];
  const [a, b] = memoryPair(connection(session, acts));
  const taped = recording(a, plan.tape ?? []);
  const stream = session.loseReceipt ? losing(taped, () => isLast) : taped;
  const both = Promise.all([
    sendOver(sender, stream),
    new SyncReceiverSession(receiver).receive(b),
  ]);
  const [sent, received] = await ended(both, clock);
  // What began while octets were on their way belongs to this meeting, even where it was cut.
  await Promise.all(acts);
  return judged(sent, received, session.cut !== undefined || session.loseReceipt);
}

function sending(store: Store, { entriesMax }: MeetingPlan): SyncSender {
  return new SyncSender({ store, batch: { entriesMax } });
}

function receiving(store: Store, plan: MeetingPlan): SyncReceiver {
  return new SyncReceiver({ store, strategy: plan.strategy, ...requestOf(plan) });
}

function requestOf({ mode, type }: MeetingPlan): {
  mode: SelectionMode;
  params: ResourceSyncParams;
} {
  const types = type === undefined ? [] : [{ resourceType: type, parameters: [], lastUpdated: '' }];
  return {
    mode: mode === 'full' ? SelectionMode.FULL : SelectionMode.CURSOR,
    params: { types },
  };
}

async function meetDirectly(from: Store, to: Store, plan: MeetingPlan): Promise<Met> {
  const { strategy, entriesMax, cutAfter } = plan;
  const cut = cutAfter === undefined ? {} : { cutAfter };
  const batch = { entriesMax };
  const done = await sync(from, to, { ...requestOf(plan), strategy, batch, ...cut });
  const { sender, receiver } = done;
  return { complete: sender.complete, sender, receiver, receiptLost: false };
}

/**
 * Plays what a sender once wrote to a receiver, which must not take it (S40).
 *
 * @returns How the receiver ended.
 */
export async function playAgain(
  to: Store,
  tape: readonly Uint8Array[],
  randomOctets: RandomOctets,
): Promise<SyncResult> {
  const clock = new VirtualClock();
  const [a, b] = memoryPair();
  const receiver = receiverOptions(to, { clock, randomOctets });
  const result = new SyncReceiverSession(receiver).receive(b);
  const play = async (): Promise<void> => {
    for (const octets of tape) {
      await settle(2);
      await a.write(octets);
    }
    await a.end();
  };
  // The receiver hangs up before the end.
  await play().catch(() => undefined);
  return ended(result, clock);
}

function recording(stream: ByteStream, tape: Uint8Array[]): ByteStream {
  return {
    read: () => stream.read(),
    write: async (octets) => {
      tape.push(octets.slice());
      await stream.write(octets);
    },
    end: () => stream.end(),
    close: () => stream.close(),
  };
}

function losing(stream: ByteStream, isLost: () => boolean): ByteStream {
  return {
    read: async () => {
      const octets = await stream.read();
      if (!isLost()) return octets;
      // Until the receiver has said its last word.
      await settle(10);
      throw new TransportError('The connection to the other device broke.');
    },
    write: (octets) => stream.write(octets),
    end: () => stream.end(),
    close: () => stream.close(),
  };
}

type Session = NonNullable<MeetingPlan['session']>;

function connection({ cut, fragment, meanwhile }: Session, acts: Promise<void>[]): MemoryOptions {
  let seen = 0;
  const delay = async (_octets: number, direction: Direction): Promise<void> => {
    if (meanwhile === undefined || direction !== meanwhile.direction) return;
    seen += 1;
    if (seen !== meanwhile.after) return;
    // Whatever the octets before have set off comes to rest first.
    const act = settle(4).then(() => meanwhile.act());
    acts.push(act);
    await act;
  };
  return {
    ...(meanwhile === undefined ? {} : { delay }),
    ...(fragment === undefined ? {} : { fragment: () => [fragment] }),
    ...(cut === undefined
      ? {}
      : { cutAfterOctets: { [cut.direction]: cut.octets }, cutAs: cut.as }),
  };
}

/** Lets timers fire where nothing else would end the session. */
async function ended<T>(work: Promise<T>, clock: VirtualClock): Promise<T> {
  let isOver = false;
  const done = work.finally(() => (isOver = true));
  done.catch(() => undefined);
  for (let turn = 0; turn < 40 && !isOver; turn += 1) {
    await Promise.race([done.catch(() => undefined), settle(200)]);
    if (!isOver) clock.advance(10_000);
  }
  return done;
}

function judged(sent: SyncResult, received: SyncResult, isCut: boolean): Met {
  const [sender, receiver] = [reportOf(sent), reportOf(received)];
  const [isSent, isReceived] = [sent.kind === 'complete', received.kind === 'complete'];
  // PSP-DONE-7: who sends knows of nothing that is not durable there.
  if (isSent && !isReceived) throw new Error('the sender says complete, the receiver does not');
  if (!isCut && !isSent)
    throw new Error(`a whole session failed: ${told(sent)}, ${told(received)}`);
  if (sender !== undefined && receiver !== undefined) judgeCounts(sender, receiver, isSent);
  return { complete: isSent, sender, receiver, receiptLost: isReceived && !isSent };
}

function judgeCounts(sender: SyncReport, receiver: SyncReport, isComplete: boolean): void {
  const differences = isComplete ? compareReports(sender, receiver) : [];
  if (differences.length > 0) throw new Error(differences.join('; '));
  for (const type of receiver.types) {
    const outcomes = Object.values(type.outcomes).reduce((sum, entries) => sum + entries, 0);
    const sent = sender.types.find(({ resourceType }) => resourceType === type.resourceType);
    const known = sent?.acknowledged ?? 0;
    const isSum = outcomes === type.acknowledged && type.acknowledged <= type.transferred;
    const isWhole = !isComplete || type.acknowledged === type.transferred;
    if (!isSum || !isWhole || known > type.acknowledged) {
      throw new Error(`counts do not add up: ${JSON.stringify({ sent, type })}`);
    }
  }
}

function reportOf(result: SyncResult): SyncReport | undefined {
  return result.report;
}

function told(result: SyncResult): string {
  return result.kind === 'complete' ? 'complete' : `${result.kind} (${result.detail})`;
}

/** Entries that a report says were transferred. */
export function transferred(report: SyncReport | undefined): number {
  return (report?.types ?? []).reduce((sum, type) => sum + type.transferred, 0);
}

/** Entries by outcome, over all types. */
export function outcomesOf(report: SyncReport | undefined): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { outcomes } of report?.types ?? []) {
    for (const [name, entries] of Object.entries(outcomes)) {
      sums.set(name, (sums.get(name) ?? 0) + entries);
    }
  }
  return sums;
}

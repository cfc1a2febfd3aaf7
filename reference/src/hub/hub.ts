// Receives from many devices at once into one store: who may come, whose code is whose, whose turn
// it is to write, and how it all ends. Knows no sockets and no HTTP; connections are given to it.
import { turnAway } from '../session/turning-away.ts';
import { systemClock } from '../session/index.ts';
import type { Clock, SyncResult } from '../session/index.ts';
import type { Secret } from '../security/index.ts';
import { StoreError } from '../store/store-error.ts';
import { SyncReceiver } from '../sync/index.ts';
import { ErrorCode } from '../wire/index.ts';
import type { Identity } from '../wire/index.ts';
import { FairWriter } from './fair-writer.ts';
import { HubMetrics, type HubCounts } from './hub-metrics.ts';
import { hubLimitsOf, windowPayloads } from './hub-options.ts';
import type { Arrival, HubLimits, HubLogRecord, HubOptions } from './hub-options.ts';
import { HubSession, type Verdict } from './hub-session.ts';
import { Places } from './places.ts';
import { sessionStore } from './session-store.ts';

/** More are closed without a word: each answer may wait two seconds for the other end. */
const turningAwayMax = 64;

/** Why a code was not used. Nothing was sent, so the device's code is as good as before. */
export type Refusal =
  | { readonly kind: 'refused'; readonly why: 'draining' | 'full' | 'nobody' | 'ambiguous' }
  | {
      readonly kind: 'refused';
      readonly why: 'no-such-kind' | 'not-reached';
      readonly text?: string;
    };

/** Many receivers, one store. */
export class Hub {
  readonly metrics: HubMetrics;
  readonly limits: HubLimits;
  readonly #options: HubOptions;
  readonly #clock: Clock;
  readonly #writer: FairWriter;
  readonly #places: Places;
  readonly #byReplica = new Map<string, HubSession>();
  readonly #open = new Set<Promise<unknown>>();
  #turningAway = 0;
  #draining: Promise<void> | undefined;

  /** @throws {@link UsageError} when a limit or an option of the sessions is out of bounds. */
  constructor(options: HubOptions) {
    this.#options = options;
    this.limits = hubLimitsOf(options);
    this.#places = new Places(this.limits);
    this.#clock = options.session?.clock ?? systemClock;
    const nowMs = (): number => this.#clock.nowMs();
    const { sessionsMax } = this.limits;
    this.metrics = new HubMetrics({
      counts: () => this.counts,
      sessionsMax,
      writesWaiting: () => this.#writer.waiting,
      isDraining: () => this.isDraining,
    });
    this.#writer = new FairWriter(nowMs, (ms, failed) => this.metrics.wrote(ms, failed));
    // PSP-REQ-1 and the like: found now, not at the first device.
    void new SyncReceiver(options);
  }

  get isDraining(): boolean {
    return this.#draining !== undefined;
  }

  get counts(): HubCounts {
    return this.#places.counts;
  }

  /** Everybody who waits for a code, and every session, in order of coming. */
  get sessions(): readonly HubSession[] {
    return [...this.#places.waiting, ...this.#places.admitted];
  }

  /**
   * Takes connections until {@link Hub.drain} is through and `accept` rejects.
   *
   * @throws the error of `accept` where it comes before that.
   */
  async run(): Promise<void> {
    try {
      for (;;) this.#arrived(await this.#options.accept());
    } catch (error) {
      if (!this.isDraining) throw error;
    }
    await this.#draining;
  }

  /**
   * Enters the code that a device shows.
   *
   * @param name - Which device: the start of its session nonce; undefined: the only one that waits.
   */
  async admit(secret: Secret, name?: string): Promise<Verdict | Refusal> {
    const verdict = await this.#admit(secret, name);
    this.metrics.code(verdict.kind === 'refused' ? verdict.why : verdict.kind);
    return verdict;
  }

  /** Dials a device that listens, with the code that it shows. */
  async dial(secret: Secret, host: string, port: number): Promise<Verdict | Refusal> {
    const verdict = await this.#dial(secret, host, port);
    this.metrics.code(verdict.kind === 'refused' ? verdict.why : verdict.kind);
    return verdict;
  }

  /**
   * Begins no further session: who comes is told BUSY, who waits is told CANCELLED, sessions under
   * way end by themselves or are told CANCELLED when `graceMs` have passed. What was acknowledged
   * is durable, and their next session goes on there. Calling it again changes nothing.
   */
  async drain(graceMs: number): Promise<void> {
    this.#draining ??= this.#drain(graceMs);
    return this.#draining;
  }

  async #drain(graceMs: number): Promise<void> {
    const { admitted } = this.counts;
    this.#log({ event: 'draining', sessions: admitted, graceMs });
    for (const session of this.#places.room) session.cancel();
    const stop = this.#clock.schedule(graceMs, () => {
      for (const session of this.#places.admitted) session.cancel();
    });
    while (this.#open.size > 0) await Promise.all(this.#open);
    stop();
  }

  #arrived(arrival: Arrival): void {
    this.metrics.connected();
    if (this.isDraining || (!this.#places.hasRoom && !this.#evictSilent())) {
      this.#turnAway(arrival);
    } else {
      this.#begin(arrival, undefined);
    }
  }

  #evictSilent(): boolean {
    const silent = this.#places.evictSilent();
    if (silent === undefined) return false;
    silent.drop();
    this.metrics.turnedAway('evicted');
    return true;
  }

  #turnAway({ stream, from }: Arrival): void {
    const isTold = this.#turningAway < turningAwayMax;
    this.metrics.turnedAway(isTold ? 'busy' : 'dropped');
    this.#log({ event: 'turned-away', from, told: isTold ? 'BUSY' : 'nothing' });
    if (!isTold) {
      stream.close();
      return;
    }
    this.#turningAway += 1;
    void turnAway(stream, ErrorCode.BUSY, this.#clock).then(() => {
      this.#turningAway -= 1;
    });
  }

  #refusalFor(): Refusal | undefined {
    if (this.isDraining) return { kind: 'refused', why: 'draining' };
    return this.#places.hasPlace ? undefined : { kind: 'refused', why: 'full' };
  }

  async #admit(secret: Secret, name: string | undefined): Promise<Verdict | Refusal> {
    const refusal = this.#refusalFor();
    if (refusal !== undefined) return refusal;
    const { waiting } = this.#places;
    const candidates = waiting.filter((one) => (name ?? one.name) === one.name);
    const [session] = candidates;
    if (session === undefined) return { kind: 'refused', why: 'nobody' };
    if (candidates.length > 1) return { kind: 'refused', why: 'ambiguous' };
    // PSP-CODE-4: a code of a kind that is not on show would cost the device the one that is.
    if (!session.takes(secret.kind)) return { kind: 'refused', why: 'no-such-kind' };
    this.#places.admit(session);
    this.#log({ event: 'admitted', session: session.name, from: session.from });
    return session.give(secret);
  }

  async #dial(secret: Secret, host: string, port: number): Promise<Verdict | Refusal> {
    const refusal = this.#refusalFor();
    if (refusal !== undefined) return refusal;
    const giveBack = this.#places.reserve();
    let session: HubSession;
    try {
      const arrival = await this.#options.dial(host, port);
      this.metrics.connected();
      if (this.isDraining) {
        arrival.stream.close();
        return { kind: 'refused', why: 'draining' };
      }
      session = this.#begin(arrival, secret);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return { kind: 'refused', why: 'not-reached', text };
    } finally {
      giveBack();
    }
    return session.verdict;
  }

  #begin(arrival: Arrival, secret: Secret | undefined): HubSession {
    const session = new HubSession({
      arrival,
      receiver: this.#receiverOptions(),
      ...(secret && { secret }),
      nowMs: () => this.#clock.nowMs(),
      nameFor: (nonceStart) => this.#places.freeName(nonceStart),
      onLog: (from, record) => {
        // Who never said a word costs no line; the metrics count it.
        if (record.event === 'ended' || from.name === '') return;
        this.#log({ ...record, event: 'phase', session: from.name });
      },
      onWaiting: ({ name, from }) => this.#log({ event: 'waiting', session: name, from }),
      onIdentified: (from, sender) => this.#identified(from, sender),
    });
    if (secret === undefined) this.#places.enter(session);
    else this.#places.admit(session);
    const over = this.#over(session).finally(() => this.#open.delete(over));
    this.#open.add(over);
    return session;
  }

  #receiverOptions() {
    const { store, session } = this.#options;
    const { sessionsMax, windowOctets, sessionOctetsMax } = this.limits;
    const own = sessionStore({
      store,
      writer: this.#writer,
      octetsMax: sessionOctetsMax,
      onStored: (entries, octets) => this.metrics.stored(entries, octets),
    });
    return {
      ...session,
      identity: { replicaId: store.replicaId, ...store.settings },
      sync: new SyncReceiver({ ...this.#options, store: own.store }),
      inTurn: own.inTurn,
      // A window never shrinks (PSP-ACK-5), so each is what all can have at once.
      window: { payloads: windowPayloads, octets: BigInt(Math.floor(windowOctets / sessionsMax)) },
    };
  }

  // A device whose connection was cut is here again before the old session has noticed.
  async #identified(session: HubSession, { replicaId }: Identity): Promise<void> {
    const replica = Buffer.from(replicaId).toString('hex');
    const before = this.#byReplica.get(replica);
    this.#byReplica.set(replica, session);
    void session.ended.finally(() => {
      if (this.#byReplica.get(replica) === session) this.#byReplica.delete(replica);
    });
    if (before === undefined) return;
    this.#log({ event: 'superseded', session: before.name, by: session.name });
    before.cancel();
    // Its last transaction may set the cursor that this session is about to ask from.
    await before.ended.catch(() => undefined);
  }

  /** Never rejects: one session that fails is no reason for the others to. */
  async #over(session: HubSession): Promise<void> {
    const ended = await session.ended.catch((error: unknown) => error);
    const wasAdmitted = this.#places.leave(session);
    const { name, elapsedMs: durationMs } = session;
    if (!isResult(ended)) {
      this.#log({ event: 'ended', session: name, kind: 'failed', by: 'us', code: 'INTERNAL' });
      return;
    }
    this.metrics.ended(ended, wasAdmitted);
    // `full` may be the session's own allowance; where the store is full the writer tells.
    const cause = 'cause' in ended ? ended.cause : undefined;
    if (cause instanceof StoreError && cause.fault !== 'full') this.metrics.storeFailed();
    if (name !== '') this.#log(endedRecord(session, ended));
    if (!wasAdmitted) return;
    await this.#options
      .onEnded?.({ session: name, result: ended, durationMs })
      .catch(() => undefined);
  }

  #log(record: HubLogRecord): void {
    this.#options.log?.(record);
  }
}

function isResult(ended: unknown): ended is SyncResult {
  return typeof ended === 'object' && ended !== null && 'kind' in ended;
}

function endedRecord({ name, elapsedMs, progress }: HubSession, result: SyncResult): HubLogRecord {
  const { acknowledged: entries } = progress;
  const ended = { session: name, kind: result.kind, elapsedMs: Math.round(elapsedMs), entries };
  if (result.kind === 'complete') return { event: 'ended', ...ended };
  if (result.kind === 'interrupted') return { event: 'ended', ...ended, by: result.by };
  return { event: 'ended', ...ended, by: result.by, code: result.codeName };
}

// The sender's part of a session: judges messages for its machine and carries out its actions. The
// machine decides, the export knows the data.
import { maySend, SENDER_START, SENDER_TURN_TIMERS, stepTurningSender } from '../machine/index.ts';
import type {
  TurningSenderAction as SenderAction,
  TurningSenderEvent as SenderEvent,
  TurningSenderState as SenderState,
  Step,
} from '../machine/index.ts';
import { equalOctets } from '../security/index.ts';
import type { RunResult } from '../security/index.ts';
import type { OutgoingBatch, SyncExport, SyncReport } from '../sync/index.ts';
import { ErrorCode, giveBack, isViolation, packBatch } from '../wire/index.ts';
import { SECRET_LIFE_MS, violation } from '../wire/index.ts';
import type { Ack, Identity, Message, PayloadBody, Request, Violation } from '../wire/index.ts';
import type { CommonAction, Driver, Role } from './driver.ts';
import type { Half, Settled } from './half.ts';
import { eventOf } from './message-events.ts';
import { known } from './known.ts';
import { identityOf } from './options.ts';
import type { SenderSessionOptions, Settings } from './options.ts';
import { Progress } from './progress.ts';
import { SenderHandshake } from './sender-handshake.ts';

type OwnAction = Exclude<SenderAction, CommonAction>;

/** A batch, ready to leave. */
interface Packed {
  readonly batch: OutgoingBatch;
  readonly body: PayloadBody;
}

/** One session's work of a sender. */
export class SenderRole implements Role<SenderState, SenderEvent, SenderAction> {
  readonly name = 'sender';
  readonly start: SenderState;
  readonly timers = SENDER_TURN_TIMERS;
  readonly turn = { kind: 'TURN' } as const;
  /** Settled once the receiver has proved that it knows the secret. */
  readonly authenticated = Promise.withResolvers<undefined>();
  readonly #sync: SenderSessionOptions['sync'];
  readonly #settings: Settings;
  readonly #ownHandshake: SenderHandshake | undefined;
  readonly #half: Half;
  readonly driver: Driver<SenderState, SenderEvent, SenderAction>;
  readonly #released: Promise<void>;
  readonly #expiresAtMs: number;
  #run: RunResult = 'unused';
  #request: Request | undefined;
  #export: SyncExport | undefined;
  #progress: Progress | undefined;
  #isPulling = false;
  #allPulled = false;
  /** Taken from the export; waits for room in the window and on the connection. */
  #held: Packed | undefined;
  /** On its way through the machine. */
  #leaving: Packed | undefined;
  /** The entries of each Payload that is not acknowledged, in order. */
  readonly #unacked: OutgoingBatch['entries'][] = [];
  /** The Receipt was taken; nothing takes that back (PSP-TURN-13). */
  isDelivered = false;

  /**
   * @param released - Settled once data may be sent; until then the receiver waits.
   * @param half - Draft capability `turn`: the half before this one, or what begins the next.
   */
  constructor(
    options: SenderSessionOptions,
    settings: Settings,
    connect: (role: SenderRole) => Driver<SenderState, SenderEvent, SenderAction>,
    released: Promise<void>,
    half: Half = {},
  ) {
    this.#half = half;
    this.start = half.first === undefined ? SENDER_START : { phase: 'AWAIT_REQUEST' };
    this.#sync = options.sync;
    this.#settings = settings;
    this.#released = released;
    const shownAtMs = options.secretsShownAtMs ?? settings.clock.nowMs();
    this.#expiresAtMs = shownAtMs + SECRET_LIFE_MS;
    this.driver = connect(this);
    if (half.first !== undefined) return;
    this.#ownHandshake = new SenderHandshake(settings, options.secrets);
    const { channel } = this.driver;
    const body = channel.encode(this.#handshake.initiate);
    this.#handshake.sentInitiate(body);
    // PSP-HS-1
    channel.sendBody(body);
  }

  /** What became of the secrets (PSP-CODE-6). */
  get run(): RunResult {
    return this.#run;
  }

  get report(): SyncReport | undefined {
    return this.#export?.report;
  }

  /** The handshake of a session's only or first half. */
  get #handshake(): SenderHandshake {
    return known(this.#ownHandshake);
  }

  /** What was settled for this half. */
  get #settled(): Settled {
    return this.#half.first ?? this.#handshake.settled;
  }

  step(state: SenderState, event: SenderEvent): Step<SenderState, SenderAction> {
    const mayTurn = this.#half.first === undefined && this.driver.channel.readsTurn;
    return stepTurningSender(state, event, mayTurn);
  }

  secretLeftMs(): number {
    return this.#expiresAtMs - this.#settings.clock.nowMs();
  }

  sessionNonce(): Uint8Array | undefined {
    return this.#half.first?.nonce ?? this.#ownHandshake?.nonce;
  }

  judge(message: Message, body: Uint8Array, { phase }: SenderState): SenderEvent {
    const fault = this.#faultOf(message, body, phase);
    return fault === undefined ? eventOf(message) : { kind: 'VIOLATION', violation: fault };
  }

  #faultOf(message: Message, body: Uint8Array, phase: string): Violation | undefined {
    if (message.type === 'Accept' && phase === 'AWAIT_ACCEPT') {
      // From here on the secret is used up, whatever comes of it.
      this.#run = 'cancelled';
      return this.#noteGuess(this.#handshake.takeAccept(message.value, body));
    }
    if (message.type === 'Confirm' && phase === 'AWAIT_CONFIRM') {
      return this.#noteGuess(this.#handshake.faultOf(message.value));
    }
    if (message.type === 'Request' && phase === 'AWAIT_REQUEST') {
      return this.#takeRequest(message.value);
    }
    return undefined;
  }

  #noteGuess(fault: Violation | undefined): Violation | undefined {
    if (fault?.code === ErrorCode.AUTH_FAILED) this.#run = 'failed';
    return fault;
  }

  #takeRequest(request: Request): Violation | undefined {
    const { serverUrl, replicaId } = this.#settings.identity;
    if (request.serverUrl !== serverUrl) {
      return violation(ErrorCode.SERVER_MISMATCH, 'PSP-SRV-6', 'another FHIR server');
    }
    if (equalOctets(request.replicaId, replicaId)) {
      return violation(ErrorCode.SAME_REPLICA, 'PSP-ID-2', 'both endpoints are one replica');
    }
    const { first } = this.#half;
    if (first !== undefined && !equalOctets(request.replicaId, first.peer.replicaId)) {
      // PSP-TURN-11: the user agreed to give to whom this connection belongs, and to nobody else.
      return violation(ErrorCode.PROTOCOL_VIOLATION, 'PSP-TURN-11', 'another replica');
    }
    this.#request = request;
    return undefined;
  }

  perform(action: OwnAction, event: SenderEvent, state: SenderState): void {
    const driver = this.driver;
    switch (action.kind) {
      case 'SEND_CONFIRM':
        driver.send(this.#handshake.confirm);
        return;
      case 'INSTALL_KEYS':
        driver.channel.installKeys(this.#handshake.keys);
        driver.channel.readsTurn = this.#handshake.agreed.turn;
        this.#handshake.forget();
        return;
      case 'SEND_IDENTITY':
        this.#run = 'succeeded';
        driver.send({ type: 'Identity', value: identityOf(this.#settings) });
        this.authenticated.resolve(undefined);
        return;
      case 'PREPARE_OFFER':
        // The receiver waits for as long as our caller does; KeepAlives tell it that we live.
        driver.ask(() => this.#released.then(() => this.#prepare()));
        return;
      case 'SEND_OFFER':
        this.#sendOffer();
        return;
      case 'SEND_PAYLOAD':
        this.#sendPayload(action.sequence);
        return;
      case 'NOTE_ACK':
        if (event.kind === 'ACK') this.#noteAck(event.message, state);
        return;
      case 'SEND_COMPLETE':
        if (event.kind === 'ALL_SENT') driver.send({ type: 'Complete', value: event.complete });
        return;
      case 'NOTE_RECEIPT':
        if (event.kind === 'RECEIPT') agreeing(this.#exported.receipt(event.message));
        this.isDelivered = true;
        return;
      case 'BEGIN_RECEIVING':
        this.#half.begin?.({ ...this.#settled, driver, peer: this.#peer });
    }
  }

  proceed(state: SenderState): void {
    if (state.phase !== 'SENDING') return;
    const held = this.#held;
    if (held === undefined) {
      if (!this.#isPulling) this.#pull();
      return;
    }
    const octets = BigInt(held.body.uncompressedOctets);
    // PSP-FLOW-1, PSP-FLOW-2, and no more in memory than one batch beyond the window.
    if (!this.driver.channel.isDrained || !maySend(state.window, octets)) return;
    this.#held = undefined;
    this.#leaving = held;
    const payload = { octets, entries: held.batch.entries.length };
    this.driver.post({ kind: 'BATCH_READY', payload });
  }

  /** What the Request said of the receiver. */
  get #peer(): Identity {
    const { replicaId, displayName, serverUrl } = known(this.#request);
    return { replicaId, displayName, serverUrl };
  }

  get #exported(): SyncExport {
    return known(this.#export);
  }

  #prepare(): void {
    const request = this.#request;
    if (request === undefined || 'ending' in this.driver.state) return;
    this.driver.start(ErrorCode.INTERNAL, async () => {
      const { peerLimits } = this.#settled;
      const { fhirRelease } = this.#settings.identity;
      const prepared = await this.#sync.prepare(request, peerLimits, fhirRelease);
      if (isViolation(prepared)) {
        this.driver.post({ kind: 'VIOLATION', violation: prepared });
        return;
      }
      this.#export = prepared;
      this.driver.post({ kind: 'OFFER_READY' });
    });
  }

  #sendOffer(): void {
    const { offer } = this.#exported;
    this.#progress = new Progress(offer);
    this.driver.send({ type: 'Offer', value: offer });
    this.#settings.onEvent(this.#progress.event());
  }

  /** Takes the next batch while the present one travels. */
  #pull(): void {
    if (this.#allPulled) {
      this.driver.post({ kind: 'ALL_SENT', complete: this.#exported.complete() });
      return;
    }
    this.#isPulling = true;
    this.driver.start(ErrorCode.INTERNAL, async () => {
      const batch = await this.#exported.next();
      this.#isPulling = false;
      if (batch === undefined) this.#allPulled = true;
      // PSP-PAY-9
      else this.#held = { batch, body: packBatch(batch.encoded, this.#settled.deflate) };
      this.proceed(this.driver.state);
    });
  }

  #sendPayload(sequence: bigint): void {
    const { batch, body } = known(this.#leaving);
    this.#leaving = undefined;
    this.#unacked.push(batch.entries);
    const padding = new Uint8Array(0);
    const value = { ...body, sequence, cursor: batch.cursor, padding };
    this.driver.send({ type: 'Payload', value });
    giveBack(batch.encoded);
  }

  #noteAck(ack: Ack, state: SenderState): void {
    agreeing(this.#exported.acknowledged(ack.throughSequence, ack.outcomes));
    const left = 'window' in state ? state.window.unacked.length : 0;
    if (this.#unacked.length === left) return;
    for (const entries of this.#unacked.splice(0, this.#unacked.length - left)) {
      this.#progress?.acknowledged(entries.map(({ resourceType }) => [resourceType, 1]));
    }
    if (this.#progress !== undefined) this.#settings.onEvent(this.#progress.event());
  }
}

/** The machine and the export judge by the same rules; to differ is a bug, not the peer's fault. */
function agreeing(fault: Violation | undefined): void {
  if (fault !== undefined) throw new Error(`the export refuses what was accepted: ${fault.detail}`);
}

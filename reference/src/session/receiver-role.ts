// The receiver's part of a session: judges messages for its machine and carries out its actions.
// The machine decides, the import knows the data, the user has the last word.
import { RECEIVER_START, RECEIVER_TURN_TIMERS } from '../machine/index.ts';
import { stepTurningReceiver, windowOf } from '../machine/index.ts';
import type {
  Allowance,
  TurningReceiverAction as ReceiverAction,
  TurningReceiverEvent as ReceiverEvent,
  TurningReceiverState as ReceiverState,
} from '../machine/index.ts';
import { equalOctets } from '../security/index.ts';
import type { SyncImport, SyncReport } from '../sync/index.ts';
import { ErrorCode, isViolation, SecretKind, violation } from '../wire/index.ts';
import type { Complete, EntryOutcome, Identity, Message } from '../wire/index.ts';
import type { Offer, Payload, Request, Violation } from '../wire/index.ts';
import { letArrive } from './arrivals.ts';
import type { CommonAction, Driver, Role } from './driver.ts';
import type { Half } from './half.ts';
import { eventOf } from './message-events.ts';
import { known } from './known.ts';
import { defaultWindow, identityOf, noRoom } from './options.ts';
import type { ReceiverSessionOptions, Settings } from './options.ts';
import { Progress } from './progress.ts';
import { ReceiverHandshake } from './receiver-handshake.ts';
import { fillsGroup, StoringGroup } from './storing-group.ts';

type OwnAction = Exclude<ReceiverAction, CommonAction>;

/** One session's work of a receiver. */
export class ReceiverRole implements Role<ReceiverState, ReceiverEvent, ReceiverAction> {
  readonly name = 'receiver';
  readonly start: ReceiverState;
  readonly timers = RECEIVER_TURN_TIMERS;
  readonly step = stepTurningReceiver;
  readonly driver: Driver<ReceiverState, ReceiverEvent, ReceiverAction>;
  readonly #options: ReceiverSessionOptions;
  readonly #settings: Settings;
  readonly #handshake: ReceiverHandshake;
  readonly #window: Allowance;
  readonly #half: Half;
  /** Aborted when nobody needs the user's answer any more. */
  #question = new AbortController();
  #acceptBody: Uint8Array | undefined;
  #sender: Identity | undefined;
  #request: Omit<Request, 'window'> | undefined;
  #offer: Offer | undefined;
  #import: SyncImport | undefined;
  #progress: Progress | undefined;
  #announced: Allowance = noRoom;
  readonly #waiting: Payload[] = [];
  #receiptFrame = Infinity;
  #storing: 'not-yet' | 'idle' | 'busy' = 'not-yet';
  #complete: Complete | undefined;
  /** Of Payloads stored since the last Ack (PSP-ACK-3). */
  #outcomes: EntryOutcome[] = [];

  constructor(
    options: ReceiverSessionOptions,
    settings: Settings,
    connect: (role: ReceiverRole) => Driver<ReceiverState, ReceiverEvent, ReceiverAction>,
    half: Half = {},
  ) {
    this.#half = half;
    this.#sender = half.first?.peer;
    this.start = half.first === undefined ? RECEIVER_START : { phase: 'PREPARING' };
    this.#options = options;
    this.#settings = settings;
    this.#window = options.window ?? defaultWindow;
    const kinds = options.secretKinds ?? [SecretKind.DIGITS, SecretKind.QR];
    this.#handshake = new ReceiverHandshake(settings, kinds);
    this.driver = connect(this);
  }

  get report(): SyncReport | undefined {
    return this.#import?.report;
  }

  secretLeftMs(): number {
    return 0;
  }

  sessionNonce(): Uint8Array | undefined {
    return this.#half.first?.nonce ?? this.#handshake.nonce;
  }

  /** PSP-DONE-8: whether the Receipt has left this device. */
  readonly hasSentReceipt = (): boolean => this.driver.channel.frames.written >= this.#receiptFrame;

  judge(message: Message, body: Uint8Array, { phase }: ReceiverState): ReceiverEvent {
    const fault = this.#faultOf(message, body, phase);
    return fault === undefined ? eventOf(message) : { kind: 'VIOLATION', violation: fault };
  }

  #faultOf(message: Message, body: Uint8Array, phase: string): Violation | undefined {
    if (message.type === 'Initiate' && phase === 'AWAIT_INITIATE') {
      return this.#handshake.takeInitiate(message.value, body);
    }
    if (message.type === 'Confirm' && phase === 'AWAIT_CONFIRM') {
      return this.#handshake.faultOf(message.value);
    }
    if (message.type === 'Identity' && phase === 'AWAIT_IDENTITY') {
      return this.#takeSender(message.value);
    }
    if (message.type === 'Offer' && phase === 'AWAIT_OFFER') this.#offer = message.value;
    if (message.type === 'Complete' && (phase === 'RECEIVING' || phase === 'DECIDING')) {
      this.#complete = message.value;
    }
    return undefined;
  }

  #takeSender(sender: Identity): Violation | undefined {
    const { serverUrl, replicaId } = this.#settings.identity;
    if (sender.serverUrl !== serverUrl) {
      return violation(ErrorCode.SERVER_MISMATCH, 'PSP-SRV-5', 'another FHIR server');
    }
    if (equalOctets(sender.replicaId, replicaId)) {
      return violation(ErrorCode.SAME_REPLICA, 'PSP-ID-2', 'both endpoints are one replica');
    }
    this.#sender = sender;
    return undefined;
  }

  perform(action: OwnAction, event: ReceiverEvent): void {
    const { driver } = this;
    switch (action.kind) {
      case 'ASK_CODE':
        this.#askCode();
        return;
      case 'SEND_ACCEPT':
        driver.sent(driver.channel.sendBody(known(this.#acceptBody)));
        return;
      case 'SEND_CONFIRM':
        driver.send(this.#handshake.confirm);
        return;
      case 'INSTALL_KEYS':
        driver.channel.installKeys(this.#handshake.keys);
        this.#handshake.forget();
        return;
      case 'PREPARE_REQUEST':
        this.#prepareRequest();
        return;
      case 'SEND_REQUEST':
        this.#sendRequest();
        return;
      case 'ASK_AGREEMENT':
        this.#askAgreement();
        return;
      case 'QUEUE_PAYLOAD':
        if (event.kind === 'PAYLOAD') this.#waiting.push(event.message);
        return;
      case 'START_STORING':
        this.#storing = 'idle';
        return;
      case 'OPEN_WINDOW':
        if (this.#grows(action.allowance)) this.#sendAck(action.throughSequence, action.allowance);
        return;
      case 'SEND_ACK':
        this.#sendAck(action.throughSequence, action.allowance);
        return;
      case 'FINISH_STORING':
        // What it starts begins when nothing waits any more: see `proceed`.
        return;
      case 'SEND_RECEIPT':
        driver.send({ type: 'Receipt', value: known(this.#import).receipt() });
        this.#receiptFrame = driver.channel.frames.pushed;
        return;
      case 'SEND_TURN':
        driver.sent(driver.channel.sendTurn());
        return;
      case 'BEGIN_SENDING':
        this.#half.begin?.({ ...this.#handshake.settled, driver, peer: known(this.#sender) });
    }
  }

  entered(phase: ReceiverState['phase']): void {
    const isAsking = phase === 'AWAIT_CODE' || phase.startsWith('DECIDING');
    if (!isAsking) this.#question.abort();
  }

  proceed(state: ReceiverState): void {
    if (state.phase !== 'RECEIVING' && state.phase !== 'FINISHING') return;
    // Acks that the sender does not read would pile up: store no faster than it reads.
    if (this.#storing !== 'idle' || !this.driver.channel.isDrained) return;
    if (this.#waiting.length > 0) this.#store();
    else if (state.phase === 'FINISHING') this.#finish(known(this.#complete));
  }

  #askCode(): void {
    // Whatever was entered before has ended the last question.
    this.#question = new AbortController();
    const { signal } = this.#question;
    this.driver.ask(async () => {
      const secret = await this.#options.askSecret(this.#handshake.usableKinds, signal);
      if (this.driver.state.phase !== 'AWAIT_CODE') return;
      if (secret === undefined) {
        this.driver.post({ kind: 'CANCEL' });
        return;
      }
      const { channel } = this.driver;
      const body = this.#handshake.accept(secret, (message) => channel.encode(message));
      if (isViolation(body)) {
        this.driver.post({ kind: 'VIOLATION', violation: body });
        return;
      }
      this.#acceptBody = body;
      this.driver.post({ kind: 'CODE_ENTERED' });
    });
  }

  #prepareRequest(): void {
    this.driver.start(ErrorCode.INTERNAL, async () => {
      const selection = await this.#options.sync.request(known(this.#sender));
      this.#request = { ...identityOf(this.#settings), ...selection };
      // PSP-REQ-8: nothing is sent before the user has seen what it is.
      const allowance = this.#options.agree === undefined ? this.#window : noRoom;
      this.driver.post({ kind: 'REQUEST_READY', allowance });
    });
  }

  #sendRequest(): void {
    this.#announced = this.#options.agree === undefined ? this.#window : noRoom;
    const window = windowOf(this.#announced);
    this.driver.send({ type: 'Request', value: { ...known(this.#request), window } });
  }

  #askAgreement(): void {
    const sender = known(this.#sender);
    const offer = known(this.#offer);
    this.#import = this.#options.sync.open(sender, offer);
    this.#progress = new Progress(offer);
    this.#settings.onEvent(this.#progress.event());
    const { agree } = this.#options;
    const agreed: ReceiverEvent = { kind: 'AGREED', allowance: this.#window };
    if (agree === undefined) {
      this.driver.post(agreed);
      return;
    }
    this.#question = new AbortController();
    const { signal } = this.#question;
    this.driver.ask(async () => {
      const isAgreed = await agree({ sender, offer, signal });
      this.driver.post(isAgreed ? agreed : { kind: 'DECLINED' });
    });
  }

  #store(): void {
    this.#storing = 'busy';
    this.driver.start(ErrorCode.STORAGE_FAILED, async () => {
      await letArrive(this.driver.channel, () => fillsGroup(this.#waiting, this.#announced));
      const { inTurn = (work) => work() } = this.#options;
      await inTurn(() => this.#storeGroup());
    });
  }

  async #storeGroup(): Promise<void> {
    if ('ending' in this.driver.state) return;
    const group = new StoringGroup(this.#waiting, this.#announced);
    const { deflate } = this.#half.first ?? this.#handshake.settled;
    const fault = group.open({ limits: this.#settings.limits, deflate });
    if (group.payloads > 0) {
      const outcomes = await known(this.#import).receive(group);
      this.#outcomes.push(...group.named(outcomes));
      this.#progress?.acknowledged(group.types);
      group.release();
    }
    // What came before a fault is durable and is acknowledged all the same.
    for (let n = 0; n < group.payloads; n += 1) this.driver.post({ kind: 'COMMITTED' });
    if (fault !== undefined) return this.driver.post({ kind: 'VIOLATION', violation: fault });
    this.#storing = 'idle';
    this.proceed(this.driver.state);
  }

  #grows({ payloads, octets }: Allowance): boolean {
    return payloads > this.#announced.payloads || octets > this.#announced.octets;
  }

  #sendAck(throughSequence: bigint, allowance: Allowance): void {
    const window = this.#grows(allowance) ? windowOf(allowance) : undefined;
    this.#announced = allowance;
    // PSP-ACK-6: of what was stored together, each Ack names what it acknowledges.
    const isDue = ({ sequence }: EntryOutcome): boolean => sequence <= throughSequence;
    const outcomes = this.#outcomes.filter(isDue);
    this.#outcomes = this.#outcomes.filter((outcome) => !isDue(outcome));
    this.driver.send({ type: 'Ack', value: { throughSequence, outcomes, window } });
    if (throughSequence > 0n && this.#progress) this.#settings.onEvent(this.#progress.event());
  }

  #finish(complete: Complete): void {
    this.#storing = 'busy';
    const turns = this.#half.first === undefined && this.#handshake.opened.turn;
    this.driver.start(ErrorCode.STORAGE_FAILED, async () => {
      const fault = await known(this.#import).complete(complete);
      this.driver.post(
        fault === undefined
          ? { kind: turns ? 'STORED_ALL_TO_TURN' : 'STORED_ALL' }
          : { kind: 'VIOLATION', violation: fault },
      );
    });
  }
}

// The sender's half of the handshake: makes Initiate, judges Accept and the receiver's tag, gives
// its own tag and the keys. Knows no states and no streams.
import { agree, equalOctets, erase, makeShare, serverDigest } from '../security/index.ts';
import type { Agreement } from '../security/index.ts';
import {
  CapabilityId,
  effectiveLimits,
  ErrorCode,
  greaseCapability,
  isViolation,
  PakeSuite,
  SESSION_NONCE_OCTETS,
  TURN_CAPABILITY,
  UsageError,
  violation,
  WIRE_VERSION,
} from '../wire/index.ts';
import type {
  Accept,
  Capability,
  Confirm,
  EffectiveLimits,
  Initiate,
  KnownMessage,
  SecretKind,
  Violation,
} from '../wire/index.ts';
import type { ChannelKeys } from './channel.ts';
import type { Settled } from './half.ts';
import type { SenderSessionOptions, Settings } from './options.ts';

type Share = ReturnType<typeof makeShare>;

/** What Accept settled. */
interface Agreed {
  readonly agreement: Agreement;
  readonly peerLimits: EffectiveLimits;
  readonly deflate: boolean;
  readonly turn: boolean;
}

/** One connection's handshake, for a sender. */
export class SenderHandshake {
  /** Public; names the session in logs. */
  readonly nonce: Uint8Array;
  readonly #settings: Settings;
  readonly #shares: ReadonlyMap<SecretKind, Share>;
  readonly #initiate: Initiate;
  #initiateBody: Uint8Array | undefined;
  #agreed: Agreed | undefined;

  /** @throws {@link UsageError} when there is no secret, or two of one kind. */
  constructor(settings: Settings, secrets: SenderSessionOptions['secrets']) {
    const { randomOctets } = settings;
    this.#settings = settings;
    // PSP-HS-2
    this.nonce = randomOctets(SESSION_NONCE_OCTETS);
    // PSP-CODE-12
    this.#shares = new Map(
      secrets.map(({ kind, secret }) => [kind, makeShare(kind, secret, this.nonce, randomOctets)]),
    );
    if (this.#shares.size === 0 || this.#shares.size !== secrets.length) {
      throw new UsageError('Give one secret of each kind on show, and at least one.');
    }
    this.#initiate = this.#makeInitiate();
  }

  /** The first message. */
  get initiate(): KnownMessage {
    return { type: 'Initiate', value: this.#initiate };
  }

  /** Takes Initiate's octets as they were sent (PSP-HS-16). */
  sentInitiate(body: Uint8Array): void {
    this.#initiateBody = body;
  }

  /** What Accept settled; only once it was found acceptable. */
  get agreed(): Agreed {
    if (this.#agreed === undefined) throw new UsageError('No Accept was taken yet.');
    return this.#agreed;
  }

  /** What holds for the whole session, whoever sends. */
  get settled(): Settled {
    const { peerLimits, deflate } = this.agreed;
    return { nonce: this.nonce, peerLimits, deflate };
  }

  /** Finds a fault with Accept, or takes it. */
  takeAccept(accept: Accept, body: Uint8Array): Violation | undefined {
    if (accept.version !== WIRE_VERSION) {
      return violation(ErrorCode.PROTOCOL_VIOLATION, 'PSP-VER-4', 'a version that was not offered');
    }
    const offered = new Set(this.#initiate.capabilities.map(({ id }) => id));
    if (!accept.capabilities.every(({ id }) => offered.has(id))) {
      const detail = 'a capability that was not offered';
      return violation(ErrorCode.PROTOCOL_VIOLATION, 'PSP-CAP-5', detail);
    }
    const own = this.#shares.get(accept.secretKind);
    if (own === undefined) {
      const detail = 'a secret kind that was not listed';
      return violation(ErrorCode.PROTOCOL_VIOLATION, 'PSP-HS-9', detail);
    }
    const agreement = agree({
      role: 'sender',
      own,
      peerShare: accept.pakeShare,
      sessionNonce: this.nonce,
      initiateBody: this.#initiateBody ?? new Uint8Array(0),
      acceptBody: body,
    });
    if (isViolation(agreement)) return agreement;
    const peerLimits = effectiveLimits(accept.limits);
    // PSP-CAP-6
    const deflate = accept.capabilities.some(({ id }) => id === CapabilityId.Deflate);
    const turn = accept.capabilities.some(({ id }) => id === TURN_CAPABILITY);
    this.#agreed = { agreement, peerLimits, deflate, turn };
    return undefined;
  }

  /** Finds a fault with the receiver's tag (PSP-HS-12, PSP-HS-20). */
  faultOf(confirm: Confirm): Violation | undefined {
    if (equalOctets(confirm.tag, this.agreed.agreement.tb)) return undefined;
    return violation(ErrorCode.AUTH_FAILED, 'PSP-HS-20', 'the codes differ');
  }

  /** Our own proof; only after the receiver's was right (PSP-HS-13). */
  get confirm(): KnownMessage {
    return { type: 'Confirm', value: { tag: this.agreed.agreement.ta } };
  }

  /** The keys as this side uses them. */
  get keys(): ChannelKeys {
    const { agreement, peerLimits } = this.agreed;
    return {
      sealing: agreement.keys.s2r,
      opening: agreement.keys.r2s,
      ourFrameOctetsMax: this.#settings.limits.maxFrameOctets,
      peerFrameOctetsMax: peerLimits.maxFrameOctets,
    };
  }

  /** Forgets what nobody needs any more (PSP-KEY-5). */
  forget(): void {
    if (this.#agreed !== undefined) erase(this.#agreed.agreement.keys.exporter);
  }

  #makeInitiate(): Initiate {
    const { identity, limits } = this.#settings;
    return {
      versions: [WIRE_VERSION],
      sessionNonce: this.nonce,
      pakeSuite: PakeSuite.CPACE_RISTR255_SHA512,
      pakeShares: [...this.#shares].map(([secretKind, { share }]) => ({ secretKind, share })),
      serverDigest: serverDigest(this.nonce, identity.serverUrl),
      fhirRelease: identity.fhirRelease,
      limits,
      capabilities: this.#offeredCapabilities(),
    };
  }

  #offeredCapabilities(): Capability[] {
    const { deflate, turn, grease, randomOctets } = this.#settings;
    const offered: Capability[] = deflate
      ? [{ id: CapabilityId.Deflate, critical: false, value: new Uint8Array(0) }]
      : [];
    // PSP-TURN-2
    if (turn) offered.push({ id: TURN_CAPABILITY, critical: false, value: new Uint8Array(0) });
    // PSP-EXT-2
    if (grease) offered.push(greaseCapability(randomOctets));
    return offered;
  }
}

// The receiver's half of the handshake: judges Initiate, makes Accept and its own tag from what the
// user entered, judges the sender's tag, gives the keys. Knows no states and no streams.
import {
  agree,
  equalOctets,
  erase,
  makeShare,
  parseAccessCode,
  serverDigest,
} from '../security/index.ts';
import type { Agreement, Secret } from '../security/index.ts';
import {
  CapabilityId,
  effectiveLimits,
  ErrorCode,
  isKnownCapability,
  isViolation,
  PakeSuite,
  SecretKind,
  SESSION_NONCE_OCTETS,
  TURN_CAPABILITY,
  UsageError,
  violation,
  WIRE_VERSION,
} from '../wire/index.ts';
import type {
  Accept,
  Confirm,
  EffectiveLimits,
  Initiate,
  KnownMessage,
  Violation,
} from '../wire/index.ts';
import type { ChannelKeys } from './channel.ts';
import type { Settled } from './half.ts';
import type { Settings } from './options.ts';

interface Opened {
  readonly initiate: Initiate;
  readonly body: Uint8Array;
  readonly peerLimits: EffectiveLimits;
  readonly deflate: boolean;
  readonly turn: boolean;
}

/** One connection's handshake, for a receiver. */
export class ReceiverHandshake {
  readonly #settings: Settings;
  readonly #secretKinds: readonly Secret['kind'][];
  #opened: Opened | undefined;
  #agreement: Agreement | undefined;

  constructor(settings: Settings, secretKinds: readonly Secret['kind'][]) {
    this.#settings = settings;
    this.#secretKinds = secretKinds;
  }

  /** Public; names the session in logs. */
  get nonce(): Uint8Array | undefined {
    return this.#opened?.initiate.sessionNonce;
  }

  /** What Initiate brought; only once it was found acceptable. */
  get opened(): Opened {
    if (this.#opened === undefined) throw new UsageError('No Initiate was taken yet.');
    return this.#opened;
  }

  /** What holds for the whole session, whoever sends. */
  get settled(): Settled {
    const { peerLimits, deflate } = this.opened;
    return { nonce: this.nonce, peerLimits, deflate };
  }

  /** The kinds that both sides have a use for. */
  get usableKinds(): Secret['kind'][] {
    const shown = this.opened.initiate.pakeShares.map(({ secretKind }) => secretKind);
    return this.#secretKinds.filter((kind) => shown.includes(kind));
  }

  /** Finds a fault with Initiate, in the order of PSP-HS-3, or takes it. */
  takeInitiate(initiate: Initiate, body: Uint8Array): Violation | undefined {
    const { identity, deflate, turn: isTurnOn } = this.#settings;
    // PSP-INV-6: first of all; of a foreign version nothing else was even read.
    if (!initiate.versions.includes(WIRE_VERSION)) {
      return violation(ErrorCode.VERSION_UNSUPPORTED, 'PSP-VER-3', 'no common version');
    }
    if (initiate.pakeSuite !== PakeSuite.CPACE_RISTR255_SHA512) {
      return violation(ErrorCode.SUITE_UNSUPPORTED, 'PSP-HS-4', 'an unknown PAKE suite');
    }
    // A draft that is not switched on is a capability like any that we do not know.
    const capabilities = initiate.capabilities.filter(
      ({ id }) => !isTurnOn || id !== TURN_CAPABILITY,
    );
    if (capabilities.some(({ id, critical }) => critical && !isKnownCapability(id))) {
      const detail = 'an unknown critical capability';
      return violation(ErrorCode.CAPABILITY_UNSUPPORTED, 'PSP-CAP-2', detail);
    }
    if (initiate.fhirRelease !== identity.fhirRelease) {
      return violation(ErrorCode.FHIR_RELEASE_MISMATCH, 'PSP-HS-5', 'another FHIR release');
    }
    const digest = serverDigest(initiate.sessionNonce, identity.serverUrl);
    if (!equalOctets(digest, initiate.serverDigest)) {
      return violation(ErrorCode.SERVER_MISMATCH, 'PSP-HS-6', 'another FHIR server');
    }
    const peerLimits = effectiveLimits(initiate.limits);
    // PSP-CAP-3, PSP-CAP-7: what we do not know, and a value that means nothing, change nothing.
    const offered = capabilities.some(({ id }) => id === CapabilityId.Deflate);
    const turn = capabilities.length < initiate.capabilities.length;
    this.#opened = { initiate, body, peerLimits, turn, deflate: deflate && offered };
    if (this.usableKinds.length > 0) return undefined;
    return violation(ErrorCode.SUITE_UNSUPPORTED, 'PSP-HS-18', 'no usable secret kind');
  }

  /**
   * Makes Accept from what the user entered.
   *
   * @param encode - Gives the exact octets that will be sent (PSP-HS-16).
   * @returns those octets; or AUTH_FAILED when the sender's share is none.
   * @throws {@link UsageError} when the secret is of a kind not asked for, or not well formed.
   */
  accept(secret: Secret, encode: (message: KnownMessage) => Uint8Array): Uint8Array | Violation {
    this.#check(secret);
    const { initiate, body } = this.opened;
    const { randomOctets } = this.#settings;
    const { sessionNonce } = initiate;
    const own = makeShare(secret.kind, secret.secret, sessionNonce, randomOctets);
    // PSP-KEY-5
    erase(secret.secret);
    const value = this.#makeAccept(secret.kind, own.share);
    const acceptBody = encode({ type: 'Accept', value });
    const shown = initiate.pakeShares.find(({ secretKind }) => secretKind === secret.kind);
    const agreement = agree({
      role: 'receiver',
      own,
      peerShare: shown?.share ?? new Uint8Array(0),
      sessionNonce,
      initiateBody: body,
      acceptBody,
    });
    if (isViolation(agreement)) return agreement;
    this.#agreement = agreement;
    return acceptBody;
  }

  /** Our own proof (PSP-HS-11). */
  get confirm(): KnownMessage {
    return { type: 'Confirm', value: { tag: this.#agreed.tb } };
  }

  /** Finds a fault with the sender's tag (PSP-HS-14, PSP-HS-15). */
  faultOf(confirm: Confirm): Violation | undefined {
    if (equalOctets(confirm.tag, this.#agreed.ta)) return undefined;
    return violation(ErrorCode.AUTH_FAILED, 'PSP-HS-15', 'the codes differ');
  }

  /** The keys as this side uses them. */
  get keys(): ChannelKeys {
    const { keys } = this.#agreed;
    return {
      sealing: keys.r2s,
      opening: keys.s2r,
      ourFrameOctetsMax: this.#settings.limits.maxFrameOctets,
      peerFrameOctetsMax: this.opened.peerLimits.maxFrameOctets,
    };
  }

  /** Forgets what nobody needs any more (PSP-KEY-5). */
  forget(): void {
    if (this.#agreement !== undefined) erase(this.#agreement.keys.exporter);
  }

  get #agreed(): Agreement {
    if (this.#agreement === undefined) throw new UsageError('No Accept was made yet.');
    return this.#agreement;
  }

  #check({ kind, secret }: Secret): void {
    if (!this.usableKinds.includes(kind)) {
      throw new UsageError('askSecret gives a secret of one of the kinds that it was asked for.');
    }
    // PSP-CODE-4: a slip of the finger must not cost the sender's code.
    const digits = String.fromCharCode(...secret);
    if (kind === SecretKind.DIGITS && parseAccessCode(digits) !== digits) {
      throw new UsageError('askSecret gives what parseSecret accepted; ask again until it does.');
    }
  }

  #makeAccept(secretKind: Secret['kind'], pakeShare: Uint8Array): Accept {
    const { limits, randomOctets } = this.#settings;
    // PSP-CAP-4: only what was offered.
    const { deflate, turn } = this.opened;
    const taken = [...(deflate ? [CapabilityId.Deflate] : []), ...(turn ? [TURN_CAPABILITY] : [])];
    const capabilities = taken.map((id) => ({ id, critical: false, value: new Uint8Array(0) }));
    return {
      // PSP-VER-2: the only one we speak, so the highest that both do.
      version: WIRE_VERSION,
      sessionNonce: randomOctets(SESSION_NONCE_OCTETS),
      secretKind,
      pakeShare,
      limits,
      capabilities,
    };
  }
}

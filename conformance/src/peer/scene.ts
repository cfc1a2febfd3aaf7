// What the kit knows while it plays one session: who it is, what was said, what was counted.
// Messages are made from it. It knows no connection and no case.
import { isFault, KitError, type Fault } from '../fault.ts';
import type { Role as TesteeRole } from './transcript.ts';
import { SendWindow } from './send-window.ts';
import { draftCapabilities, draftSchemas } from '../messages.ts';
import { canonicalUrl } from '../security/server-url.ts';
import { readBatch } from '../json/entry.ts';
import { inflate } from '../wire/deflate.ts';
import {
  decodeToText,
  octetsFromText,
  type TextFields,
  type TextMessage,
  type TextValue,
} from '../wire/message-text.ts';
import { toHex } from '../wire/octets.ts';
import { drawScalar, keysOf, shareFor, type Keys, type Octets, type Secret } from './exchange.ts';

/** What stays the same for a session. */
export interface SceneOptions {
  readonly testee: TesteeRole;
  /** One, or one of each kind. The kit as receiver uses the first. */
  readonly secrets: readonly Secret[];
  /** The kit's replica id, 16 octets. */
  readonly replica: Uint8Array;
  /** As a person configured it at both ends; empty: none. */
  readonly serverUrl: string;
  /** The FHIR release of both. */
  readonly release: string;
  /** Drafts that the kit offers or takes. */
  readonly drafts?: readonly string[];
  readonly random: Octets;
}

/** One session as the kit sees it. */
export class Scene {
  readonly options: SceneOptions;
  /** Canonical. */
  readonly serverUrl: string;
  readonly scalar: Uint8Array;
  /** The kit's own nonce of the handshake. */
  readonly nonce: Uint8Array;
  /** Bodies of Initiate and Accept as they went. */
  initiate: Uint8Array | undefined;
  accept: Uint8Array | undefined;
  /** The last message of each name that the testee sent. */
  readonly heard = new Map<string, TextFields>();
  /** How far the kit may run ahead, where it is the sender. */
  window = new SendWindow();
  /** What the kit announced in its Request, where it is the receiver. */
  ownWindow: TextFields = {};
  /** Payloads so far: sent by the kit, or received by it. */
  payloads = 0;
  /** Entries so far, by type. */
  readonly entries = new Map<string, number>();
  /** Whether the second half of the draft `turn` has begun: the testee has the other role now. */
  isTurned = false;
  // The group costs more than all else in a session together, so nothing is computed twice.
  readonly #shares = new Map<string, Uint8Array>();
  #keys:
    | { readonly initiate: Uint8Array; readonly accept: Uint8Array; readonly keys: Keys | Fault }
    | undefined;

  constructor(options: SceneOptions) {
    const canonical = canonicalUrl(options.serverUrl);
    if (isFault(canonical)) throw new KitError(`server URL: ${canonical.detail}`);
    this.options = options;
    this.serverUrl = canonical;
    this.scalar = drawScalar(options.random);
    this.nonce = options.random(16);
  }

  /** The nonce of Initiate, whoever drew it. */
  get sid(): Uint8Array {
    if (this.options.testee === 'receiver') return this.nonce;
    return octetsOf(this.heard.get('Initiate') ?? {}, 'session_nonce');
  }

  /** The secret whose share counts: the one that Accept names. */
  get secret(): Secret {
    const named =
      this.options.testee === 'receiver' ? this.heard.get('Accept')?.['secret_kind'] : undefined;
    const { secrets } = this.options;
    const secret = secrets.find(({ kind }) => kind === named) ?? secrets[0];
    if (secret === undefined) throw new KitError('a session without a secret');
    return secret;
  }

  /** The kit's share made from a secret. */
  share(secret: Secret): Uint8Array {
    const { sid } = this;
    const name = `${secret.kind} ${toHex(secret.octets)} ${toHex(sid)}`;
    const share = this.#shares.get(name) ?? shareFor(secret, sid, this.scalar);
    this.#shares.set(name, share);
    return share;
  }

  /** Tags and keys, once both frames are there; the fault of a share that is none. */
  keys(): Keys | Fault {
    const { initiate, accept } = this;
    if (initiate === undefined || accept === undefined) throw new KitError('keys before Accept');
    const known = this.#keys;
    // All that keys depend on stands in these two bodies, or never changes.
    if (known?.initiate === initiate && known.accept === accept) return known.keys;
    const keys = this.#keysFrom(initiate, accept);
    this.#keys = { initiate, accept, keys };
    return keys;
  }

  #keysFrom(initiate: Uint8Array, accept: Uint8Array): Keys | Fault {
    const { testee } = this.options;
    const own = this.share(this.secret);
    const theirs = this.#theirShare();
    const [ya, yb] = testee === 'receiver' ? [own, theirs] : [theirs, own];
    return keysOf({ testee, sid: this.sid, initiate, accept, ya, yb, scalar: this.scalar });
  }

  /** Takes in what the testee said. */
  hear(message: TextMessage, body: Uint8Array): void {
    this.heard.set(message.name, message.fields);
    if (message.name === 'Initiate') this.initiate = body;
    if (message.name === 'Accept') this.accept = body;
    if (message.name === 'Turn') this.turn();
    if (message.name === 'Payload') this.count(message.fields);
    if (message.name === 'Request' || message.name === 'Ack') this.window.hear(message.fields);
  }

  /** Whether the testee is the one that Payloads go to. */
  get testeeReceives(): boolean {
    return (this.options.testee === 'receiver') !== this.isTurned;
  }

  /** Ids of the capabilities of the drafts that the kit speaks. */
  get draftCapabilities(): readonly number[] {
    return (this.options.drafts ?? []).flatMap((name) => draftCapabilities[name] ?? []);
  }

  /** Types of the drafts that were agreed on: Accept lists their capability, whoever wrote it. */
  get agreedDrafts(): typeof draftSchemas | undefined {
    const accept = this.accept === undefined ? undefined : decodeToText(this.accept);
    const listed = accept === undefined || isFault(accept) ? [] : accept.fields['capabilities'];
    const ids = Array.isArray(listed) ? (listed as readonly TextFields[]).map(({ id }) => id) : [];
    return this.draftCapabilities.some((id) => ids.includes(id)) ? draftSchemas : undefined;
  }

  /** Begins the second half: what was counted begins anew (PSP-TURN-10). */
  turn(): void {
    this.isTurned = true;
    this.payloads = 0;
    this.entries.clear();
    this.window = new SendWindow();
    this.ownWindow = {};
  }

  /** Takes in what the kit itself said. */
  say(message: string, fields: TextFields): void {
    if (message === 'Turn') this.turn();
    if (message === 'Payload' && this.testeeReceives) this.count(fields);
    if (message === 'Request') this.ownWindow = (fields['window'] ?? {}) as TextFields;
  }

  /** Counts a Payload and its entries; a batch that can't be read counts none. */
  count(payload: TextFields): void {
    this.payloads += 1;
    const declared = payload['uncompressed_octets'] ?? 0;
    this.window.sent(this.payloads, BigInt(declared as number | string));
    const batch = octetsOf(payload, 'batch');
    const plain =
      payload['encoding'] === 'DEFLATE'
        ? inflate(batch, Number(payload['uncompressed_octets'] ?? 0))
        : batch;
    const entries = isFault(plain) ? plain : readBatch(plain);
    if (isFault(entries)) return;
    for (const { resourceType } of entries) {
      this.entries.set(resourceType, (this.entries.get(resourceType) ?? 0) + 1);
    }
  }

  #theirShare(): Uint8Array {
    if (this.options.testee === 'receiver') {
      return octetsOf(this.heard.get('Accept') ?? {}, 'pake_share');
    }
    const shares = this.heard.get('Initiate')?.['pake_shares'];
    const list = Array.isArray(shares) ? (shares as readonly TextFields[]) : [];
    const found = list.find((share) => share['secret_kind'] === this.secret.kind);
    return octetsOf(found ?? {}, 'share');
  }
}

/** Octets of a field in text form; none where it is absent. */
export function octetsOf(fields: TextFields, name: string): Uint8Array {
  const value: TextValue = fields[name] ?? 'hex:';
  if (typeof value !== 'string') throw new KitError(`${name} holds no octets`);
  return octetsFromText(value);
}

// One authenticated key agreement as the protocol uses CPace: from a secret and two bodies to the
// confirmation tags and the keys. Knows neither sockets nor when a tag is sent or compared.
import { ErrorCode, type SecretKind } from '../wire/messages.ts';
import { violation, type Violation } from '../wire/violation.ts';
import {
  confirmationTags,
  drawScalar,
  intermediateKey,
  lvCat,
  scalarMultVfy,
  shareOf,
  type CpaceShare,
} from './cpace.ts';
import { deriveKeys, transcriptHash, type SessionKeys } from './key-schedule.ts';
import { ascii, erase, type RandomOctets } from './octets.ts';
import { prs } from './secret.ts';

const channel = lvCat(ascii('fhir-peer-sync/1'), ascii('sender'), ascii('receiver'));

/** Which party of the agreement computes: the sender is CPace's initiator. */
export type AgreementRole = 'sender' | 'receiver';

/** Everything that one party knows once it has both bodies. */
export interface AgreementInputs {
  readonly role: AgreementRole;
  /** Own share, from {@link makeShare}. */
  readonly own: CpaceShare;
  /** The peer's share as it arrived. */
  readonly peerShare: Uint8Array;
  /** `Initiate.session_nonce`, CPace's session id. */
  readonly sessionNonce: Uint8Array;
  /** The exact body octets of Initiate, message type included (PSP-HS-16). */
  readonly initiateBody: Uint8Array;
  /** The exact body octets of Accept, message type included (PSP-HS-16). */
  readonly acceptBody: Uint8Array;
}

/** What the agreement yields. Nothing is authenticated until the peer's tag was compared. */
export interface Agreement {
  /** The sender's tag (Ta), 64 octets. */
  readonly ta: Uint8Array;
  /** The receiver's tag (Tb), 64 octets. */
  readonly tb: Uint8Array;
  readonly keys: SessionKeys;
}

/**
 * Makes a fresh share from a secret, for one connection (PSP-CODE-12).
 *
 * @param kind - The secret's kind, the first octet of the PRS.
 * @param secret - Nine ASCII digits or 32 octets; left as it is, the caller erases it.
 * @param sessionNonce - `Initiate.session_nonce`.
 */
export function makeShare(
  kind: SecretKind,
  secret: Uint8Array,
  sessionNonce: Uint8Array,
  randomOctets: RandomOctets,
): CpaceShare {
  const password = prs(kind, secret);
  const scalar = drawScalar(randomOctets);
  const share = shareOf(scalar, { prs: password, channel, sid: sessionNonce });
  erase(password);
  return { scalar, share };
}

/**
 * Computes tags and keys from own and the peer's share (PSP-KEY-1 to PSP-KEY-4).
 *
 * @returns a {@link Violation} with AUTH_FAILED when the peer's share is no usable group element.
 */
export function agree(inputs: AgreementInputs): Agreement | Violation {
  const { role, own, peerShare, sessionNonce, initiateBody, acceptBody } = inputs;
  const shared = scalarMultVfy(own.scalar, peerShare);
  if (shared === undefined) {
    // PSP-HS-10: going on would let the peer fix K without knowing the secret.
    return violation(ErrorCode.AUTH_FAILED, 'PSP-HS-10', 'the share is no usable group element');
  }
  const isSender = role === 'sender';
  const transcript = {
    shareA: isSender ? own.share : peerShare,
    associatedA: initiateBody,
    shareB: isSender ? peerShare : own.share,
    associatedB: acceptBody,
  };
  const isk = intermediateKey(sessionNonce, shared, transcript);
  const { ta, tb } = confirmationTags(sessionNonce, isk, transcript);
  const keys = deriveKeys(isk, transcriptHash(initiateBody, acceptBody));
  // PSP-KEY-5: with K or ISK the digits could be searched off line.
  erase(shared, isk);
  return { ta, tb, keys };
}

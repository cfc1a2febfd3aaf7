// What two halves of a session share under the draft capability `turn` (spec/draft/turn.md). Types
// alone: a role knows that there may be another half, and not what it does.
import type { EffectiveLimits, Identity } from '../wire/index.ts';
import type { Channel } from './channel.ts';

/** What a handshake settles for both halves. */
export interface Settled {
  readonly nonce: Uint8Array | undefined;
  readonly peerLimits: EffectiveLimits;
  readonly deflate: boolean;
}

/** What the second half takes over from the first (PSP-TURN-9). */
export interface FirstHalf extends Settled {
  readonly driver: { readonly channel: Channel };
  /** Who the peer said it is, in Identity or in Request. */
  readonly peer: Identity;
}

/** Where a role stands in its session; empty: in the only or the first half. */
export interface Half {
  /** This is the second half. */
  readonly first?: FirstHalf;
  /** Called when this role is left behind: begins the second half, at once. */
  readonly begin?: (first: FirstHalf) => void;
}

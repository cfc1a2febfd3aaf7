// What went over one connection, octet for octet and in order, with what it takes to open its
// seals. The peer writes it; the observer, the reports and the replay read it. Knows no case and
// no rule of the protocol.

/** Who did something on the connection. */
export type Side = 'kit' | 'testee';

/** The role of the testee; the kit plays the other one. */
export type Role = 'sender' | 'receiver';

/** One thing that happened. */
export interface TranscriptEntry {
  /** Position in the transcript, from 0. */
  readonly at: number;
  readonly side: Side;
  /** `octets`: one write of the kit or one read from the testee; its cuts mean nothing. */
  readonly kind: 'octets' | 'fin' | 'rst' | 'note';
  /** Only for `octets`; 1 or more. */
  readonly octets?: Uint8Array;
  /** Step of the script that caused it, for the kit's own side; text of a `note`. */
  readonly step?: string;
  /** Microseconds since the connection opened; for people, never compared. */
  readonly microseconds: number;
}

/** The values that derive every key of the connection (specification, chapter 8). */
export interface TranscriptSecrets {
  /** The kind of secret and its octets, as both sides were given them. */
  readonly secret: { readonly kind: 'DIGITS' | 'QR'; readonly octets: Uint8Array };
  /** The kit's private CPace scalar of that kind, 32 octets; undefined before it was drawn. */
  readonly scalar?: Uint8Array;
}

/** One connection between the kit and a testee. */
export interface Transcript {
  /** The testee's role. */
  readonly role: Role;
  readonly entries: readonly TranscriptEntry[];
  readonly secrets: TranscriptSecrets;
}

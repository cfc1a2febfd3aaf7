// What a session with one breach is for a test, and the ways to make one. It judges nothing.
import type { SessionContext } from '../../run/judging.ts';
import type { Role } from '../../peer/transcript.ts';
import type { Tampering } from '../../peer/script.ts';
import { fromHex, toHex } from '../../wire/octets.ts';
import { handover, upTo, type Move } from './session-maker.ts';

/** A session that breaks one rule. */
export interface Breaking {
  readonly rule: string;
  readonly title: string;
  readonly moves: readonly Move[];
  readonly context?: Partial<SessionContext>;
  readonly secrets?: readonly string[];
  /** Only where the testee has this role. */
  readonly only?: Role;
}

/** Builds one. */
export function breaking(
  rule: string,
  title: string,
  moves: readonly Move[],
  more: Partial<Breaking> = {},
): Breaking {
  return { rule, title, moves, ...more };
}

/** A QR secret of zeros. */
export const qr = `FPSP1:${'A'.repeat(43)}`;

/** Octets in text form. */
export const hex = (octets: Uint8Array): string => `hex:${toHex(octets)}`;

/** So many zero octets in text form. */
export const zeros = (count: number): string => hex(new Uint8Array(count));

/** Another body in the place of a message. */
export const raw = (octets: string): Tampering => ({ kind: 'raw', body: fromHex(octets) });

/** The handover up to a message that has other fields. */
export const set =
  (id: string) =>
  (fields: Readonly<Record<string, unknown>>): Move[] => {
    const move = handover.find((item) => (item.id ?? item.send) === id);
    return upTo(handover, id, { fields: { ...move?.fields, ...fields } });
  };

/** The handover up to a message, with another one in its place. */
export const instead = (id: string, move: Move): Move[] => [
  ...upTo(handover, id).slice(0, -1),
  move,
];

/** The handover up to and with a message, then others. */
export const after = (id: string, ...moves: Move[]): Move[] => [...upTo(handover, id), ...moves];

/** A message of the sender. */
export const sender = (send: string, more: Partial<Move> = {}): Move => ({
  by: 'sender',
  send,
  ...more,
});

/** A message of the receiver. */
export const receiver = (send: string, more: Partial<Move> = {}): Move => ({
  by: 'receiver',
  send,
  ...more,
});

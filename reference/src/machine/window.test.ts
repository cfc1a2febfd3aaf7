import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../wire/messages.ts';
import type { Ack } from '../wire/messages.ts';
import { isViolation, UsageError } from '../wire/violation.ts';
import {
  afterAck,
  afterArrival,
  afterCommit,
  afterOpening,
  afterSending,
  allowanceOf,
  lastReceived,
  lastSent,
  maySend,
  openReceiveWindow,
  openSendWindow,
  windowOf,
} from './window.ts';
import type { ReceiveWindow, SendWindow } from './window.ts';

const window = (payloads: number, octets: bigint) => ({
  maxUnackedPayloads: payloads,
  maxUnackedOctets: octets,
});
const ack = (through: bigint, rest: Partial<Ack> = {}): Ack => ({
  throughSequence: through,
  outcomes: [],
  window: undefined,
  ...rest,
});
const outcome = (sequence: bigint, entryIndex: number) => ({
  sequence,
  entryIndex,
  outcome: 2 as const,
  code: 0 as const,
});

/** A send window with Payloads of so many octets and 3 entries each outstanding. */
function sending(open: SendWindow, ...octets: bigint[]): SendWindow {
  return octets.reduce((at, size) => afterSending(at, { octets: size, entries: 3 }), open);
}

function expectWindow<T extends SendWindow | ReceiveWindow>(value: T | { kind: string }): T {
  if ('kind' in value) throw new Error('expected a window, got a violation');
  return value;
}

describe('send window', () => {
  it('PSP-FLOW-1 counts Payloads', () => {
    const open = openSendWindow(window(2, 1_000n));
    expect(maySend(sending(open, 1n), 1n)).toBe(true);
    expect(maySend(sending(open, 1n, 1n), 1n)).toBe(false);
    expect(() => sending(open, 1n, 1n, 1n)).toThrow(UsageError);
  });

  it('PSP-FLOW-1 PSP-FLOW-2 says in its message what it allows, payloads and octets', () => {
    const allowed = { payloads: 3, octets: 2n ** 40n };
    expect(windowOf(allowed)).toEqual(window(3, 2n ** 40n));
    expect(allowanceOf(windowOf(allowed))).toEqual(allowed);
  });

  it('PSP-FLOW-2 counts octets, to the last one', () => {
    const open = openSendWindow(window(9, 100n));
    expect(maySend(sending(open, 60n), 40n)).toBe(true);
    expect(maySend(sending(open, 60n), 41n)).toBe(false);
  });

  it('PSP-FLOW-2 lets a single Payload larger than the window go alone', () => {
    const open = openSendWindow(window(2, 100n));
    expect(maySend(open, 5_000n)).toBe(true);
    expect(maySend(sending(open, 5_000n), 0n)).toBe(false);
  });

  it('PSP-REQ-8 a window of zero payloads holds everything until an Ack opens it', () => {
    const held = openSendWindow(window(0, 0n));
    expect(maySend(held, 0n)).toBe(false);
    const opened = expectWindow<SendWindow>(afterAck(held, ack(0n, { window: window(1, 1n) })));
    expect(maySend(opened, 50n)).toBe(true);
  });

  it('PSP-ACK-4 takes a cumulative Ack and refuses one of the future or the past', () => {
    const sent = sending(openSendWindow(window(5, 100n)), 1n, 2n, 3n);
    const acked = expectWindow<SendWindow>(afterAck(sent, ack(2n)));
    expect(acked.acknowledged).toBe(2n);
    expect(acked.unacked).toEqual([{ octets: 3n, entries: 3 }]);
    expect(lastSent(acked)).toBe(3n);
    expect(afterAck(acked, ack(2n))).toEqual(acked);
    for (const through of [1n, 4n, 2n ** 64n - 1n]) {
      expect(afterAck(acked, ack(through))).toMatchObject({
        code: ErrorCode.ACK_INVALID,
        requirement: 'PSP-ACK-4',
      });
    }
  });

  it('PSP-ACK-6 takes outcomes of newly acknowledged entries only, each once', () => {
    const sent = sending(openSendWindow(window(5, 100n)), 1n, 1n, 1n);
    const acked = expectWindow<SendWindow>(afterAck(sent, ack(1n)));
    const good = { outcomes: [outcome(2n, 0), outcome(2n, 2)] };
    expect(isViolation(afterAck(acked, ack(2n, good)))).toBe(false);
    const bad = [[outcome(1n, 0)], [outcome(3n, 0)], [outcome(2n, 3)], [outcome(0n, 0)]];
    for (const outcomes of [...bad, [outcome(2n, 1), outcome(2n, 1)]]) {
      expect(afterAck(acked, ack(2n, { outcomes }))).toMatchObject({
        code: ErrorCode.ACK_INVALID,
        requirement: 'PSP-ACK-6',
      });
    }
  });

  it('PSP-ACK-7 refuses a window that became smaller in either measure', () => {
    const open = openSendWindow(window(5, 100n));
    for (const smaller of [window(4, 100n), window(5, 99n)]) {
      expect(afterAck(open, ack(0n, { window: smaller }))).toMatchObject({
        code: ErrorCode.PROTOCOL_VIOLATION,
        requirement: 'PSP-ACK-7',
      });
    }
    expect(isViolation(afterAck(open, ack(0n, { window: window(6, 100n) })))).toBe(false);
  });
});

describe('receive window', () => {
  it('PSP-PAY-2 takes 1, 2, 3 and nothing else', () => {
    const open = openReceiveWindow({ payloads: 3, octets: 100n });
    const one = expectWindow<ReceiveWindow>(afterArrival(open, 1n, 1n));
    expect(lastReceived(one)).toBe(1n);
    for (const sequence of [0n, 1n, 3n, 2n ** 64n - 1n]) {
      expect(afterArrival(one, sequence, 1n)).toMatchObject({
        code: ErrorCode.SEQUENCE_INVALID,
        requirement: 'PSP-PAY-2',
      });
    }
  });

  it('PSP-FLOW-3 refuses a Payload beyond either measure, and takes a large one alone', () => {
    const exceeded = { code: ErrorCode.WINDOW_EXCEEDED, requirement: 'PSP-FLOW-3' };
    const open = openReceiveWindow({ payloads: 2, octets: 100n });
    const large = expectWindow<ReceiveWindow>(afterArrival(open, 1n, 500n));
    expect(afterArrival(large, 2n, 0n)).toMatchObject(exceeded);
    const two = afterArrival(expectWindow<ReceiveWindow>(afterArrival(open, 1n, 1n)), 2n, 1n);
    expect(afterArrival(expectWindow<ReceiveWindow>(two), 3n, 1n)).toMatchObject(exceeded);
    const held = openReceiveWindow({ payloads: 0, octets: 0n });
    expect(afterArrival(held, 1n, 0n)).toMatchObject(exceeded);
  });

  it('PSP-ACK-5 only ever opens further', () => {
    const open = openReceiveWindow({ payloads: 2, octets: 100n });
    expect(() => afterOpening(open, { payloads: 1, octets: 100n })).toThrow(UsageError);
    expect(() => afterOpening(open, { payloads: 2, octets: 99n })).toThrow(UsageError);
    expect(() => afterCommit(open)).toThrow(UsageError);
  });
});

describe('both windows', () => {
  it('PSP-FLOW-3 what a sender may send its receiver takes, however late Acks arrive', () => {
    let sentAcross = 0;
    let deepest = 0;
    const sizes = fc.array(fc.bigInt({ min: 0n, max: 25n }), { minLength: 20, maxLength: 30 });
    const moves = fc.array(fc.constantFrom('send', 'send', 'commit', 'ack'), {
      minLength: 40,
      maxLength: 200,
    });
    fc.assert(
      fc.property(sizes, moves, fc.integer({ min: 1, max: 4 }), (octets, steps, payloads) => {
        let sender = openSendWindow(window(payloads, 50n));
        let receiver = openReceiveWindow({ payloads, octets: 50n });
        const acks: bigint[] = [];
        for (const step of steps) {
          const size = octets[Number(lastSent(sender))];
          if (step === 'send' && size !== undefined && maySend(sender, size)) {
            sender = afterSending(sender, { octets: size, entries: 1 });
            receiver = expectWindow<ReceiveWindow>(afterArrival(receiver, lastSent(sender), size));
            sentAcross += 1;
          } else if (step === 'commit' && receiver.held.length > 0) {
            receiver = afterCommit(receiver);
            acks.push(receiver.committed);
          } else if (step === 'ack') {
            const through = acks.shift() ?? sender.acknowledged;
            sender = expectWindow<SendWindow>(afterAck(sender, ack(through)));
          }
          deepest = Math.max(deepest, sender.unacked.length);
        }
      }),
      { seed: 20_240_501, numRuns: 300 },
    );
    expect(deepest).toBe(4);
    expect(sentAcross).toBeGreaterThan(1_000);
  });
});

// What the machines decide beyond their tables: checks on data, endings, codes.
import { describe, expect, it } from 'vitest';
import { ErrorCode, RetryClass } from '../wire/messages.ts';
import type { Ack, Complete, Payload, Receipt, Request } from '../wire/messages.ts';
import { UsageError, violation } from '../wire/violation.ts';
import type { ReceiverEvent, SenderEvent } from './events.ts';
import { RECEIVER_START, stepReceiver } from './receiver-machine.ts';
import type { ReceiverState } from './receiver-machine.ts';
import { SENDER_START, stepSender } from './sender-machine.ts';
import type { SenderState } from './sender-machine.ts';

const none = new Uint8Array(0);
const window = { maxUnackedPayloads: 2, maxUnackedOctets: 100n };
const allowance = { payloads: 2, octets: 100n };
const request: Request = {
  replicaId: none,
  displayName: '',
  serverUrl: '',
  params: undefined,
  mode: 1,
  cursor: none,
  window,
};
const ack = (throughSequence: bigint): { kind: 'ACK'; message: Ack } => ({
  kind: 'ACK',
  message: { throughSequence, outcomes: [], window: undefined },
});
const payload = (sequence: bigint): { kind: 'PAYLOAD'; message: Payload } => ({
  kind: 'PAYLOAD',
  message: {
    sequence,
    encoding: 1,
    uncompressedOctets: 10,
    batch: none,
    cursor: none,
    padding: none,
  },
});
const complete = (payloads: bigint, patients: bigint): Complete => ({
  payloads,
  entries: [{ resourceType: 'Patient', entries: patients }],
  withheld: [],
  cursor: none,
});
const receipt = (...counts: Receipt['counts']): { kind: 'RECEIPT'; message: Receipt } => ({
  kind: 'RECEIPT',
  message: { counts },
});
const batch = { kind: 'BATCH_READY', payload: { octets: 10n, entries: 1 } } as const;

const sender = (...events: SenderEvent[]): SenderState =>
  events.reduce((state, event) => stepSender(state, event).state, SENDER_START);
const receiver = (...events: ReceiverEvent[]): ReceiverState =>
  events.reduce((state, event) => stepReceiver(state, event).state, RECEIVER_START);

const authenticated: SenderEvent[] = [{ kind: 'ACCEPT' }, { kind: 'CONFIRM' }];
const sending: SenderEvent[] = [
  ...authenticated,
  { kind: 'REQUEST', message: request },
  { kind: 'OFFER_READY' },
];
const deciding: ReceiverEvent[] = [
  { kind: 'INITIATE' },
  { kind: 'CODE_ENTERED' },
  { kind: 'CONFIRM' },
  { kind: 'IDENTITY' },
  { kind: 'REQUEST_READY', allowance },
  { kind: 'OFFER' },
];
const receiving: ReceiverEvent[] = [...deciding, { kind: 'AGREED', allowance }];

describe('the sender', () => {
  it('PSP-HS-13 confirms, turns keys on and says who it is, in this order', () => {
    const { actions } = stepSender(sender({ kind: 'ACCEPT' }), { kind: 'CONFIRM' });
    const kinds = actions.map(({ kind }) => kind);
    expect(kinds).toEqual(['SEND_CONFIRM', 'INSTALL_KEYS', 'SEND_IDENTITY']);
  });

  it('PSP-TIME-3 tells an expired code from any other silence', () => {
    const expired = stepSender(SENDER_START, { kind: 'TIMEOUT' });
    expect(expired.actions[0]).toEqual({ kind: 'SEND_REJECT', code: ErrorCode.CODE_EXPIRED });
    const silent = stepSender(sender({ kind: 'ACCEPT' }), { kind: 'TIMEOUT' });
    expect(silent.actions[0]).toEqual({ kind: 'SEND_REJECT', code: ErrorCode.TIMEOUT });
    expect(silent.state).toMatchObject({ ending: { kind: 'rejected', by: 'us' } });
  });

  it('PSP-REQ-10 refuses a Request without a window', () => {
    const event = { kind: 'REQUEST', message: { ...request, window: undefined } } as const;
    const { state, actions } = stepSender(sender(...authenticated), event);
    expect(state).toMatchObject({ phase: 'CLOSING', ending: { requirement: 'PSP-REQ-10' } });
    expect(actions[0]).toMatchObject({ code: ErrorCode.MALFORMED_MESSAGE });
  });

  it('PSP-PAY-1 numbers Payloads from 1 without gaps', () => {
    const first = stepSender(sender(...sending), batch);
    expect(first.actions).toEqual([{ kind: 'SEND_PAYLOAD', sequence: 1n }]);
    expect(stepSender(first.state, batch).actions).toEqual([
      { kind: 'SEND_PAYLOAD', sequence: 2n },
    ]);
  });

  it('PSP-FLOW-1 is a bug of ours to break', () => {
    expect(() => sender(...sending, batch, batch, batch)).toThrow(UsageError);
  });

  it('PSP-ACK-4 aborts with ACK_INVALID and says what was acknowledged', () => {
    const at = sender(...sending, batch, batch, ack(1n));
    expect(stepSender(at, ack(3n)).actions).toEqual([
      {
        kind: 'SEND_ABORT',
        code: ErrorCode.ACK_INVALID,
        detail: 'Ack of a Payload not sent',
        throughSequence: 1n,
      },
      { kind: 'END_WRITING' },
    ]);
  });

  it('PSP-STATE-2 judges an Ack by its place before its content', () => {
    const { actions } = stepSender(sender(...authenticated), ack(99n));
    expect(actions[0]).toMatchObject({ code: ErrorCode.UNEXPECTED_MESSAGE });
  });

  it('PSP-DONE-6 PSP-DONE-7 completes by a Receipt that counts as Complete did', () => {
    const sent = sender(
      ...sending,
      batch,
      { kind: 'ALL_SENT', complete: complete(1n, 3n) },
      ack(1n),
    );
    expect(sent.phase).toBe('AWAIT_RECEIPT');
    const two = { resourceType: 'Patient', outcome: 1, entries: 2n } as const;
    const one = { resourceType: 'Patient', outcome: 2, entries: 1n } as const;
    const done = stepSender(sent, receipt(two, one));
    expect(done.state).toEqual({ phase: 'CLOSING', ending: { kind: 'complete' } });
    expect(done.actions).toEqual([{ kind: 'NOTE_RECEIPT' }, { kind: 'END_WRITING' }]);
    const other = { resourceType: 'Group', outcome: 1, entries: 1n } as const;
    for (const counts of [[two], [two, one, one], [two, other], [two, one, other], []]) {
      expect(stepSender(sent, receipt(...counts)).state).toMatchObject({
        ending: { kind: 'failed', code: ErrorCode.COUNT_MISMATCH, requirement: 'PSP-DONE-6' },
      });
    }
  });

  it('PSP-DONE-10 refuses a Receipt while a Payload is not acknowledged', () => {
    const sent = sender(...sending, batch, { kind: 'ALL_SENT', complete: complete(1n, 1n) });
    const counts = { resourceType: 'Patient', outcome: 1, entries: 1n } as const;
    expect(stepSender(sent, receipt(counts)).state).toMatchObject({
      ending: { code: ErrorCode.PROTOCOL_VIOLATION, requirement: 'PSP-DONE-10' },
    });
  });

  it('PSP-ABORT-5 PSP-ABORT-6 keeps an unknown code with its retry class', () => {
    const abort = (retry: number): SenderEvent => ({
      kind: 'ABORT',
      message: {
        code: 60 as ErrorCode,
        retry: retry as RetryClass,
        detail: 'new',
        throughSequence: 0n,
      },
    });
    expect(stepSender(sender(...sending), abort(RetryClass.LATER)).state).toMatchObject({
      ending: { kind: 'failed', by: 'peer', code: 60, retry: RetryClass.LATER, detail: 'new' },
    });
    for (const retry of [0, 77, -1]) {
      expect(stepSender(sender(...sending), abort(retry)).state).toMatchObject({
        ending: { retry: RetryClass.NEVER },
      });
    }
  });

  it('S31 tells a cancellation from a failure, on both sides', () => {
    const ours = stepSender(sender(...sending), { kind: 'CANCEL' });
    expect(ours.state).toMatchObject({ ending: { kind: 'cancelled', by: 'us' } });
    expect(ours.actions[0]).toMatchObject({ kind: 'SEND_ABORT', code: ErrorCode.CANCELLED });
    const message = { code: ErrorCode.CANCELLED, versions: [], retry: RetryClass.NOW };
    expect(stepSender(SENDER_START, { kind: 'REJECT', message }).state).toMatchObject({
      ending: { kind: 'cancelled', by: 'peer' },
    });
  });
});

describe('the receiver', () => {
  it('PSP-PAY-2 PSP-FLOW-3 checks Payloads while its user decides', () => {
    const at = receiver(...deciding, payload(1n));
    expect(at.phase).toBe('DECIDING');
    expect(stepReceiver(at, payload(1n)).state).toMatchObject({
      ending: { code: ErrorCode.SEQUENCE_INVALID },
    });
    const full = stepReceiver(at, payload(2n)).state;
    expect(stepReceiver(full, payload(3n)).state).toMatchObject({
      ending: { code: ErrorCode.WINDOW_EXCEEDED },
    });
  });

  it('PSP-ACK-2 acknowledges what is durable and nothing that only arrived', () => {
    const at = receiver(...receiving, payload(1n), payload(2n));
    expect(stepReceiver(at, { kind: 'COMMITTED' }).actions).toEqual([
      { kind: 'SEND_ACK', throughSequence: 1n, allowance },
    ]);
  });

  it('PSP-REQ-8 opens its window when its user agrees', () => {
    const wide = { payloads: 8, octets: 1_000n };
    const { state, actions } = stepReceiver(receiver(...deciding), {
      kind: 'AGREED',
      allowance: wide,
    });
    expect(state).toMatchObject({ phase: 'RECEIVING', window: { allowance: wide } });
    expect(actions[0]).toEqual({ kind: 'OPEN_WINDOW', throughSequence: 0n, allowance: wide });
  });

  it('PSP-OFFER-5 declines by Abort DECLINED', () => {
    const { state, actions } = stepReceiver(receiver(...deciding), { kind: 'DECLINED' });
    expect(actions[0]).toMatchObject({ kind: 'SEND_ABORT', code: ErrorCode.DECLINED });
    expect(state).toMatchObject({ ending: { kind: 'rejected', by: 'us' } });
  });

  it('PSP-DONE-2 refuses a Complete that counts other Payloads than arrived', () => {
    const at = receiver(...receiving, payload(1n));
    for (const payloads of [0n, 2n]) {
      const event = { kind: 'COMPLETE', message: complete(payloads, 1n) } as const;
      expect(stepReceiver(at, event).state).toMatchObject({
        ending: { code: ErrorCode.COUNT_MISMATCH, requirement: 'PSP-DONE-2' },
      });
    }
  });

  it('PSP-DONE-4 cannot send a Receipt before everything is durable', () => {
    const event = { kind: 'COMPLETE', message: complete(1n, 1n) } as const;
    const at = receiver(...receiving, payload(1n), event);
    expect(() => stepReceiver(at, { kind: 'STORED_ALL' })).toThrow(UsageError);
    const stored = stepReceiver(at, { kind: 'COMMITTED' }).state;
    const done = stepReceiver(stored, { kind: 'STORED_ALL' });
    expect(done.actions.map(({ kind }) => kind)).toEqual(['SEND_RECEIPT', 'END_WRITING']);
  });

  it('PSP-DONE-8 does not call complete what it could not tell the sender', () => {
    const event = { kind: 'COMPLETE', message: complete(0n, 0n) } as const;
    const at = receiver(...receiving, event, { kind: 'STORED_ALL' });
    expect(stepReceiver(at, { kind: 'END' }).state).toMatchObject({ ending: { kind: 'complete' } });
    for (const kind of ['END', 'TIMEOUT'] as const) {
      expect(stepReceiver(at, { kind, unsent: true }).state).toMatchObject({
        phase: 'CLOSED',
        ending: { kind: 'interrupted' },
      });
    }
  });

  it('PSP-HS-15 rejects before keys and aborts after', () => {
    const fault = violation(ErrorCode.AUTH_FAILED, 'PSP-HS-15', 'wrong tag');
    const before = receiver({ kind: 'INITIATE' }, { kind: 'CODE_ENTERED' });
    const rejected = stepReceiver(before, { kind: 'VIOLATION', violation: fault });
    expect(rejected.actions[0]).toEqual({ kind: 'SEND_REJECT', code: ErrorCode.AUTH_FAILED });
    const after = stepReceiver(receiver(...receiving, payload(1n), { kind: 'COMMITTED' }), {
      kind: 'FAULT',
      fault: { code: ErrorCode.STORAGE_FAILED, detail: 'disk' },
    });
    expect(after.actions[0]).toMatchObject({ kind: 'SEND_ABORT', throughSequence: 1n });
    expect(after.state).toMatchObject({ ending: { kind: 'failed', by: 'us' } });
  });
});

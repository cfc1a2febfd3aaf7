// The cells that the draft capability `turn` adds, against its page and against version 1.
import { describe, expect, it } from 'vitest';
import turnJson from '../../../spec/draft/states/turn.json' with { type: 'json' };
import type { Abort, Reject } from '../wire/messages.ts';
import { ErrorCode, RetryClass } from '../wire/messages.ts';
import { violation } from '../wire/violation.ts';
import { stepSender } from './sender-machine.ts';
import type { SenderState } from './sender-machine.ts';
import {
  RECEIVER_TURN_TABLE,
  RECEIVER_TURN_TIMERS,
  SENDER_TURN_TABLE,
  SENDER_TURN_TIMERS,
  stepTurningReceiver,
  stepTurningSender,
} from './turn.ts';
import type { TurningSenderEvent, TurningSenderState } from './turn.ts';
import { RECEIVER_TIMERS, SENDER_TIMERS } from './timers.ts';
import { MESSAGE_EVENTS, OWN_EVENTS, PEER_EVENTS, SENDER_OWN_EVENTS } from './vocabulary.ts';
import { openReceiveWindow, openSendWindow } from './window.ts';

const window = openSendWindow({ maxUnackedPayloads: 2, maxUnackedOctets: 100n });
const sent = { payloads: 0n, entries: [], withheld: [], cursor: new Uint8Array(0) };
const awaitingReceipt: SenderState = { phase: 'AWAIT_RECEIPT', window, sent };
const receipt: TurningSenderEvent = { kind: 'RECEIPT', message: { counts: [] } };
const awaitingTurn: TurningSenderState = { phase: 'AWAIT_TURN', window };

const names = [...MESSAGE_EVENTS, ...PEER_EVENTS, ...OWN_EVENTS, ...SENDER_OWN_EVENTS, 'TURN'];

/** An event of a name, with as much data as the state reads. */
function eventNamed(kind: string): TurningSenderEvent {
  const fault = { code: ErrorCode.INTERNAL, detail: '' };
  const broken = violation(ErrorCode.MALFORMED_MESSAGE, 'PSP-MSG-8', '');
  const end = { code: ErrorCode.CANCELLED, retry: RetryClass.NOW, detail: '', versions: [] };
  const message = { ...end, throughSequence: 0n, counts: [] } as unknown as Abort & Reject;
  return { kind, message, violation: broken, fault } as unknown as TurningSenderEvent;
}

describe('the tables of turn', () => {
  it('PSP-STATE-1: are those of the draft', () => {
    expect(turnJson.sender.transitions).toEqual(SENDER_TURN_TABLE);
    expect(turnJson.receiver.transitions).toEqual(RECEIVER_TURN_TABLE);
    const [state] = turnJson.sender.states;
    expect(state?.timer).toEqual(SENDER_TURN_TIMERS.AWAIT_TURN);
    expect(SENDER_TURN_TIMERS.TURNED ?? RECEIVER_TURN_TIMERS.TURNED).toBeUndefined();
    expect(SENDER_TURN_TIMERS).toMatchObject(SENDER_TIMERS);
    expect(RECEIVER_TURN_TIMERS).toMatchObject(RECEIVER_TIMERS);
  });

  it('PSP-STATE-1: AWAIT_TURN has an answer to every event, as its cell says', () => {
    expect(Object.keys(SENDER_TURN_TABLE.AWAIT_TURN).sort()).toEqual([...names].sort());
    for (const name of names) {
      const cell = turnJson.sender.transitions.AWAIT_TURN[name as 'TURN'];
      const { state, actions } = stepTurningSender(awaitingTurn, eventNamed(name), true);
      expect([name, state.phase]).toEqual([name, cell.next]);
      expect(actions.map(({ kind }) => kind)).toEqual(cell.actions);
    }
  });
});

describe('a sender that may be asked to turn', () => {
  it('PSP-TURN-5: waits after the Receipt; without the capability it closes', () => {
    const waiting = stepTurningSender(awaitingReceipt, receipt, true);
    expect(waiting).toEqual({ state: awaitingTurn, actions: [{ kind: 'NOTE_RECEIPT' }] });
    const closing = stepTurningSender(awaitingReceipt, receipt, false);
    expect(closing).toEqual(
      stepSender(awaitingReceipt, { kind: 'RECEIPT', message: { counts: [] } }),
    );
    expect(closing.state.phase).toBe('CLOSING');
  });

  it('PSP-DONE-6: judges the Receipt as ever', () => {
    const counts = [{ resourceType: 'Patient', outcome: 1, entries: 1n }];
    const event = { kind: 'RECEIPT', message: { counts } } as TurningSenderEvent;
    const { state } = stepTurningSender(awaitingReceipt, event, true);
    expect(state).toMatchObject({ phase: 'CLOSING', ending: { code: ErrorCode.COUNT_MISMATCH } });
  });

  it('PSP-TURN-6: takes the end of the stream for a good end', () => {
    const { state } = stepTurningSender(awaitingTurn, { kind: 'END' }, true);
    expect(state).toEqual({ phase: 'CLOSED', ending: { kind: 'complete' } });
  });

  it('PSP-TURN-12: finds a Turn unexpected in every other state', () => {
    const { state, actions } = stepTurningSender(awaitingReceipt, { kind: 'TURN' }, true);
    expect(state).toMatchObject({ ending: { requirement: 'PSP-TURN-12' } });
    expect(actions[0]).toMatchObject({ kind: 'SEND_ABORT', code: ErrorCode.UNEXPECTED_MESSAGE });
  });

  it('PSP-TURN-5: turns after a Receipt only, not where a session has completed before', () => {
    const closing = { phase: 'CLOSING', ending: { kind: 'complete' } } as const;
    const after = stepTurningSender(closing, { kind: 'END' }, true);
    expect(after).toEqual(stepSender(closing, { kind: 'END' }));
    expect(after.state.phase).toBe('CLOSED');
  });

  it('PSP-ABORT-1: says with its Abort why, and what was acknowledged', () => {
    const at: TurningSenderState = { phase: 'AWAIT_TURN', window: { ...window, acknowledged: 7n } };
    const { state, actions } = stepTurningSender(at, { kind: 'CANCEL' }, true);
    expect(actions[0]).toMatchObject({
      kind: 'SEND_ABORT',
      code: ErrorCode.CANCELLED,
      throughSequence: 7n,
    });
    expect(state).toMatchObject({ ending: { kind: 'cancelled', by: 'us' } });
  });

  it('PSP-TURN-7: is left alone once it has turned', () => {
    const turned = stepTurningSender(awaitingTurn, { kind: 'TURN' }, true).state;
    expect(turned).toEqual({ phase: 'TURNED', ending: { kind: 'complete' } });
    for (const name of names) {
      const after = stepTurningSender(turned, eventNamed(name), true);
      expect(after).toEqual({ state: turned, actions: [] });
    }
  });
});

describe('a receiver that may turn', () => {
  const finishing = {
    phase: 'FINISHING',
    window: openReceiveWindow({ payloads: 1, octets: 1n }),
  } as const;

  it('PSP-TURN-4, PSP-TURN-8: turns directly after its Receipt and is left alone', () => {
    const { state, actions } = stepTurningReceiver(finishing, { kind: 'STORED_ALL_TO_TURN' });
    expect(actions.map(({ kind }) => kind)).toEqual(['SEND_RECEIPT', 'SEND_TURN', 'BEGIN_SENDING']);
    expect(stepTurningReceiver(state, { kind: 'CANCEL' })).toEqual({ state, actions: [] });
  });

  it('PSP-TURN-4: closes after its Receipt where it does not want to turn', () => {
    const { state, actions } = stepTurningReceiver(finishing, { kind: 'STORED_ALL' });
    expect(actions.map(({ kind }) => kind)).toEqual(['SEND_RECEIPT', 'END_WRITING']);
    expect(state.phase).toBe('CLOSING');
  });

  it('PSP-STATE-1: does nothing about it where the session has moved on', () => {
    const closing = { phase: 'CLOSING', ending: { kind: 'complete' } } as const;
    const after = stepTurningReceiver(closing, { kind: 'STORED_ALL_TO_TURN' });
    expect(after).toEqual({ state: closing, actions: [] });
  });
});

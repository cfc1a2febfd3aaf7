// Every way for a session to end, in every state where it can: what kind of ending it is, whose,
// and with which code. The tables say that it ends; only the machines say how.
import { describe, expect, it } from 'vitest';
import { ErrorCode, RetryClass } from '../wire/messages.ts';
import { violation } from '../wire/violation.ts';
import type { Ending } from './ending.ts';
import { abortFor, rejectFor } from './events.ts';
import type { CommonEvent } from './events.ts';
import { RECEIVER_START, stepReceiver } from './receiver-machine.ts';
import type { ReceiverState } from './receiver-machine.ts';
import { SENDER_START, stepSender } from './sender-machine.ts';
import type { SenderState } from './sender-machine.ts';

const allowance = { payloads: 2, octets: 100n };
const sendWindow = { allowance, acknowledged: 4n, unacked: [] };
const receiveWindow = { allowance, committed: 4n, held: [] };
const sent = { payloads: 4n, entries: [], withheld: [], cursor: new Uint8Array(0) };

const senders: readonly (readonly [SenderState, 'clear' | 'sealed'])[] = [
  [SENDER_START, 'clear'],
  [{ phase: 'AWAIT_CONFIRM' }, 'clear'],
  [{ phase: 'AWAIT_REQUEST' }, 'sealed'],
  [{ phase: 'PREPARING', window: sendWindow }, 'sealed'],
  [{ phase: 'SENDING', window: sendWindow }, 'sealed'],
  [{ phase: 'AWAIT_RECEIPT', window: sendWindow, sent }, 'sealed'],
];
const receivers: readonly (readonly [ReceiverState, 'clear' | 'sealed'])[] = [
  [RECEIVER_START, 'clear'],
  [{ phase: 'AWAIT_CODE' }, 'clear'],
  [{ phase: 'AWAIT_CONFIRM' }, 'clear'],
  [{ phase: 'AWAIT_IDENTITY' }, 'sealed'],
  [{ phase: 'PREPARING' }, 'sealed'],
  [{ phase: 'AWAIT_OFFER', window: receiveWindow }, 'sealed'],
  [{ phase: 'DECIDING', window: receiveWindow }, 'sealed'],
  [{ phase: 'DECIDING_AT_END', window: receiveWindow }, 'sealed'],
  [{ phase: 'RECEIVING', window: receiveWindow }, 'sealed'],
  [{ phase: 'FINISHING', window: receiveWindow }, 'sealed'],
];

/** A state of either role, and what an event makes of it. */
const places = [
  ...senders.map(([state, scope]) => {
    const step = (event: CommonEvent) => stepSender(state, event);
    return { role: 'sender', phase: state.phase, scope, step };
  }),
  ...receivers.map(([state, scope]) => {
    const step = (event: CommonEvent) => stepReceiver(state, event);
    return { role: 'receiver', phase: state.phase, scope, step };
  }),
];

function endingOf({ step }: (typeof places)[number], event: CommonEvent): Ending {
  const { state } = step(event);
  if (!('ending' in state)) throw new Error(`${event.kind} did not end it`);
  return state.ending;
}

const reject = (code: ErrorCode): CommonEvent => ({
  kind: 'REJECT',
  message: { code, versions: [], retry: RetryClass.LATER },
});
const abort = (code: ErrorCode): CommonEvent => ({
  kind: 'ABORT',
  message: { code, retry: RetryClass.NOW, detail: 'why', throughSequence: 0n },
});

describe.each(places)('an ending of the $role in $phase', (place) => {
  const { phase, scope, step } = place;
  const kind = scope === 'clear' ? 'rejected' : 'failed';

  it('PSP-ABORT-1 PSP-ABORT-2 by us is a rejection before keys and a failure after', () => {
    const fault = violation(ErrorCode.LIMIT_EXCEEDED, 'PSP-FRAME-3', 'too long');
    expect(endingOf(place, { kind: 'VIOLATION', violation: fault })).toEqual({
      kind,
      by: 'us',
      code: ErrorCode.LIMIT_EXCEEDED,
      requirement: 'PSP-FRAME-3',
      detail: 'too long',
    });
    const own = { code: ErrorCode.INTERNAL, detail: 'disk' };
    const failed = step({ kind: 'FAULT', fault: own });
    expect(failed.state).toMatchObject({ ending: { kind, by: 'us', ...own } });
    expect(failed.actions[0]).toMatchObject({
      kind: scope === 'clear' ? 'SEND_REJECT' : 'SEND_ABORT',
      code: ErrorCode.INTERNAL,
    });
  });

  it('PSP-STATE-2 names the sentence and the state where a message is not expected', () => {
    const unexpected = place.role === 'sender' ? 'INITIATE' : 'ACCEPT';
    expect(endingOf(place, { kind: unexpected })).toEqual({
      kind,
      by: 'us',
      code: ErrorCode.UNEXPECTED_MESSAGE,
      requirement: 'PSP-STATE-2',
      detail: `${unexpected} is not expected in ${phase}`,
    });
  });

  it('S31 by our user is a cancellation of ours', () => {
    const { state, actions } = step({ kind: 'CANCEL' });
    const code = ErrorCode.CANCELLED;
    expect(state).toMatchObject({ ending: { kind: 'cancelled', by: 'us', code } });
    expect(actions[0]).toMatchObject({ code });
  });

  it('S6 by the connection is an interruption, nobody’s fault', () => {
    expect(endingOf(place, { kind: 'END' })).toEqual({
      kind: 'interrupted',
      detail: `the connection ended in ${phase}`,
    });
  });
});

describe.each(places.filter(({ scope }) => scope === 'clear'))(
  'a Reject to the $role in $phase',
  (place) => {
    it('PSP-ABORT-7 is a rejection by the peer, or its cancellation', () => {
      const rest = { by: 'peer', retry: RetryClass.LATER, detail: '' };
      for (const [code, kind] of [
        [ErrorCode.AUTH_FAILED, 'rejected'],
        [ErrorCode.DECLINED, 'rejected'],
        [ErrorCode.CANCELLED, 'cancelled'],
      ] as const) {
        expect(endingOf(place, reject(code))).toEqual({ kind, code, ...rest });
      }
    });
  },
);

describe.each(places.filter(({ scope }) => scope === 'sealed'))(
  'after keys, to the $role in $phase',
  (place) => {
    it('PSP-ABORT-7 an Abort fails, cancels or declines by its code, with its detail', () => {
      for (const [code, kind] of [
        [ErrorCode.INTERNAL, 'failed'],
        [ErrorCode.CANCELLED, 'cancelled'],
        [ErrorCode.DECLINED, 'rejected'],
      ] as const) {
        const rest = { by: 'peer', retry: RetryClass.NOW, detail: 'why' };
        expect(endingOf(place, abort(code))).toEqual({ kind, code, ...rest });
      }
    });

    it('PSP-SEAL-4 a broken seal is a failure that nobody is told of', () => {
      const { state, actions } = place.step({ kind: 'SEAL_BROKEN' });
      expect(state).toMatchObject({
        ending: {
          kind: 'failed',
          by: 'us',
          code: ErrorCode.PROTOCOL_VIOLATION,
          requirement: 'PSP-SEAL-4',
        },
      });
      expect(actions.filter(({ kind }) => kind.startsWith('SEND_'))).toEqual([]);
    });
  },
);

describe('an ending that stands', () => {
  const failed: Ending = { kind: 'failed', by: 'us', code: ErrorCode.INTERNAL, detail: 'disk' };

  it('PSP-DONE-8 stays what it is where our last word was not sent, unless it is complete', () => {
    for (const kind of ['END', 'TIMEOUT'] as const) {
      const event = { kind, unsent: true } as const;
      const closing = { phase: 'CLOSING', ending: failed } as const;
      expect(stepReceiver(closing, event).state).toEqual({ phase: 'CLOSED', ending: failed });
      expect(stepSender(closing, event).state).toEqual({ phase: 'CLOSED', ending: failed });
    }
  });

  it('PSP-DONE-7 has no code for the peer where it is complete or interrupted', () => {
    for (const ending of [
      { kind: 'complete' },
      { kind: 'interrupted', detail: 'cut' },
    ] as const satisfies readonly Ending[]) {
      expect(() => rejectFor(ending)).toThrow('nothing to tell the peer');
      expect(() => abortFor(ending, 0n)).toThrow('nothing to tell the peer');
    }
  });
});

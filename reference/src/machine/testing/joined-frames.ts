// The frames that the joined machines exchange, reduced to what a machine looks at.
import type { Complete } from '../../wire/messages.ts';
import type { MessageEvent, SenderEvent } from '../events.ts';
import type { ReceiverAction, ReceiverState } from '../receiver-machine.ts';
import type { SenderAction } from '../sender-machine.ts';
import type { Allowance } from '../window.ts';

/** A frame on its way, or the end of the stream. */
export type Frame = MessageEvent | { readonly kind: 'EOF' };

const empty = new Uint8Array(0);

/** A Complete after so many Payloads of one entry each. */
export function completeOf(payloads: number): Complete {
  const entries = payloads === 0 ? [] : [{ resourceType: 'Patient', entries: BigInt(payloads) }];
  return { payloads: BigInt(payloads), entries, withheld: [], cursor: empty };
}

/** What the actions of a sender's step put on the wire. */
export function framesOfSender(actions: readonly SenderAction[], event: SenderEvent): Frame[] {
  return actions.flatMap((action): Frame[] => {
    switch (action.kind) {
      case 'SEND_CONFIRM':
        return [{ kind: 'CONFIRM' }];
      case 'SEND_IDENTITY':
        return [{ kind: 'IDENTITY' }];
      case 'SEND_OFFER':
        return [{ kind: 'OFFER' }];
      case 'SEND_PAYLOAD':
        return event.kind === 'BATCH_READY'
          ? [payloadOf(action.sequence, event.payload.octets)]
          : [];
      case 'SEND_COMPLETE':
        return event.kind === 'ALL_SENT' ? [{ kind: 'COMPLETE', message: event.complete }] : [];
      default:
        return framesOfEither(action);
    }
  });
}

/** What the actions of a receiver's step put on the wire. */
export function framesOfReceiver(
  actions: readonly ReceiverAction[],
  after: ReceiverState,
  durable: number,
): Frame[] {
  return actions.flatMap((action): Frame[] => {
    switch (action.kind) {
      case 'SEND_ACCEPT':
        return [{ kind: 'ACCEPT' }];
      case 'SEND_CONFIRM':
        return [{ kind: 'CONFIRM' }];
      case 'SEND_REQUEST':
        return 'window' in after ? [requestOf(after.window.allowance)] : [];
      case 'SEND_ACK':
      case 'OPEN_WINDOW': {
        const { throughSequence, allowance } = action;
        const window = windowOf(allowance);
        return [{ kind: 'ACK', message: { throughSequence, outcomes: [], window } }];
      }
      case 'SEND_RECEIPT':
        return [receiptOf(durable)];
      default:
        return framesOfEither(action);
    }
  });
}

function framesOfEither(action: SenderAction | ReceiverAction): Frame[] {
  switch (action.kind) {
    case 'SEND_REJECT':
      return [{ kind: 'REJECT', message: { code: action.code, versions: [], retry: 1 } }];
    case 'SEND_ABORT': {
      const { code, detail, throughSequence } = action;
      return [{ kind: 'ABORT', message: { code, detail, retry: 1, throughSequence } }];
    }
    case 'SEND_KEEP_ALIVE':
      return [{ kind: 'KEEP_ALIVE' }];
    case 'END_WRITING':
    case 'CLOSE':
      return [{ kind: 'EOF' }];
    default:
      return [];
  }
}

function receiptOf(durable: number): Frame {
  const counts = completeOf(durable).entries.map((count) => ({ ...count, outcome: 1 as const }));
  return { kind: 'RECEIPT', message: { counts } };
}

function windowOf({ payloads, octets }: Allowance) {
  return { maxUnackedPayloads: payloads, maxUnackedOctets: octets };
}

function requestOf(allowance: Allowance): Frame {
  const identity = { replicaId: empty, displayName: '', serverUrl: '' };
  const selection = { params: undefined, mode: 1, cursor: empty } as const;
  return {
    kind: 'REQUEST',
    message: { ...identity, ...selection, window: windowOf(allowance) },
  };
}

function payloadOf(sequence: bigint, octets: bigint): Frame {
  const rest = { encoding: 1, batch: empty, cursor: empty, padding: empty } as const;
  return {
    kind: 'PAYLOAD',
    message: { sequence, uncompressedOctets: Number(octets), ...rest },
  };
}

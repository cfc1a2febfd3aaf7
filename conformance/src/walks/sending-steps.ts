// A whole session in which the testee sends, as steps. What is absent in a message is what an
// honest receiver would say; nothing here is wrong.
import type { RunParams } from '../control/values.ts';
import type { Step } from '../peer/script.ts';
import type { SendingSession } from './walk.ts';
import type { WalkWriter } from './walk-writer.ts';

const windowOctets = 65_536;

function requestFields({ mode, isNarrow, cursor, window }: SendingSession): object {
  return {
    mode,
    window: { max_unacked_payloads: window, max_unacked_octets: windowOctets },
    ...(isNarrow ? { params: { types: [{ resource_type: 'Patient' }] } } : {}),
    ...(mode === 'CURSOR' && cursor !== 'none' ? { cursor: { $heard: cursor } } : {}),
  };
}

/** Payloads that come for sure, one by one, each acknowledged. */
function awaitedSteps(session: SendingSession, writer: WalkWriter): Step[] {
  const { mode, cursor, isNarrow, isPiecemeal, awaited } = session;
  // PSP-SEL-6: what came from the kit need not come back.
  const isFresh = mode === 'FULL' || (cursor === 'none' && !writer.hasReceived);
  const held = isFresh && !isNarrow ? writer.held : 0;
  const sure = isPiecemeal ? held : Math.min(1, held);
  return Array.from({ length: Math.min(awaited, sure) }, (_, index): Step[] => {
    const sequence = index + 1;
    return [
      { id: `payload-${sequence}`, do: 'expect', message: 'Payload', where: { sequence } },
      { id: `ack-${sequence}`, do: 'send', message: 'Ack' },
    ];
  }).flat();
}

/** The steps of a session, and what the testee's `run` gets. */
export function sendingSteps(
  session: SendingSession,
  writer: WalkWriter,
): { readonly params: RunParams; readonly steps: readonly Step[] } {
  const { isDeflated, isPiecemeal } = session;
  const accept = {
    ...(isPiecemeal ? { limits: { max_batch_entries: 1 } } : {}),
    ...(isDeflated ? { capabilities: [{ id: 1 }] } : {}),
  };
  return {
    params: isDeflated ? { capabilities: ['deflate'] } : {},
    steps: [
      { id: 'initiate', do: 'expect', message: 'Initiate' },
      { id: 'accept', do: 'send', message: 'Accept', fields: accept },
      { id: 'confirm', do: 'send', message: 'Confirm' },
      { id: 'their-confirm', do: 'expect', message: 'Confirm' },
      { id: 'identity', do: 'expect', message: 'Identity' },
      { id: 'request', do: 'send', message: 'Request', fields: { ...requestFields(session) } },
      { id: 'offer', do: 'expect', message: 'Offer' },
      ...awaitedSteps(session, writer),
      { id: 'complete', do: 'collect' },
      { id: 'receipt', do: 'send', message: 'Receipt' },
      { id: 'closed', do: 'closed' },
      { id: 'close', do: 'close', how: 'fin' },
    ],
  };
}

// A whole session in which the testee receives, as steps. What is absent in a message is what an
// honest sender would say; nothing here is wrong.
import type { RunParams } from '../control/values.ts';
import type { Step } from '../peer/script.ts';
import type { PayloadPick, ReceivingSession } from './walk.ts';
import type { WalkWriter } from './walk-writer.ts';

const deflate = { capabilities: [{ id: 1 }] };

function paramsOf({ mode, strategy, isNarrow, window }: ReceivingSession): RunParams {
  return {
    mode,
    strategy,
    ...(isNarrow ? { types: [{ type: 'Patient' }] } : {}),
    ...(window === 0 ? {} : { window: { payloads: window, octets: 65_536 } }),
  };
}

function payloadSteps(
  { entries, isDeflated, isAwaited, hasCursor }: PayloadPick,
  sequence: number,
  isNarrow: boolean,
  writer: WalkWriter,
): Step[] {
  const fields = hasCursor ? { fields: { cursor: writer.cursor() } } : {};
  const send: Step = {
    id: `payload-${sequence}`,
    do: 'send',
    message: 'Payload',
    entries: writer.entries(entries, isNarrow),
    ...fields,
    ...(isDeflated ? { deflate: true } : {}),
  };
  if (!isAwaited) return [send];
  const where = { through_sequence: sequence };
  return [send, { id: `ack-${sequence}`, do: 'expect', message: 'Ack', where }];
}

/** The steps of a session, and what the testee's `run` gets. */
export function receivingSteps(
  session: ReceivingSession,
  writer: WalkWriter,
): { readonly params: RunParams; readonly steps: readonly Step[] } {
  const { mode, isNarrow, isResumed, payloads } = session;
  const isDeflated = payloads.some((payload) => payload.isDeflated);
  const capable = isDeflated ? { fields: deflate } : {};
  // Whether the testee asks with a cursor is its own affair, unless it has one for sure.
  const resumes = isResumed && mode === 'CURSOR' && writer.hasCursor(isNarrow);
  const offer = resumes ? { fields: { cursor_disposition: 'RESUMED' } } : {};
  const params = paramsOf(session);
  return {
    params: isDeflated ? { ...params, capabilities: ['deflate'] } : params,
    steps: [
      { id: 'initiate', do: 'send', message: 'Initiate', ...capable },
      { id: 'accept', do: 'expect', message: 'Accept' },
      { id: 'their-confirm', do: 'expect', message: 'Confirm' },
      { id: 'confirm', do: 'send', message: 'Confirm' },
      { id: 'identity', do: 'send', message: 'Identity' },
      { id: 'request', do: 'expect', message: 'Request', where: { mode } },
      { id: 'offer', do: 'send', message: 'Offer', ...offer },
      ...payloads.flatMap((pick, index) => payloadSteps(pick, index + 1, isNarrow, writer)),
      { id: 'complete', do: 'send', message: 'Complete', fields: { cursor: writer.cursor() } },
      { id: 'receipt', do: 'expect', message: 'Receipt' },
      { id: 'close', do: 'close', how: 'fin' },
    ],
  };
}

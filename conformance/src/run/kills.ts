// Losses of power as a run counts them: at which moment each came, and whether what was being
// stored then was found afterwards. It judges nothing: a torn Payload is the store model's.
import type { StoreContent } from '../control/values.ts';
import type { PowerLoss, SentPayload } from '../peer/power-loss.ts';
import { octetsFromText } from '../wire/message-text.ts';
import { toHex } from '../wire/octets.ts';
import type { Attempt, PlayedSession } from './attempt.ts';

/** One loss of power. */
export interface Kill extends Pick<PowerLoss, 'step' | 'moment'> {
  /** Of one inside: whether the Payload was there afterwards; absent where nothing tells. */
  readonly isFound?: boolean;
}

/** The next Request asks from where the store ends. */
function foundByRequest(
  { cursor }: SentPayload,
  sessions: readonly PlayedSession[],
): boolean | undefined {
  const spoken = sessions.flatMap(({ connections }) => connections.flatMap((one) => one.spoken));
  const request = spoken.find(({ side, name }) => side === 'testee' && name === 'Request');
  if (request === undefined || cursor === '') return undefined;
  const asked = request.fields['cursor'];
  return typeof asked === 'string' && toHex(octetsFromText(asked)) === cursor;
}

function foundInStore({ cursor, entries }: SentPayload, store: StoreContent): boolean {
  if (store.cursors !== undefined && cursor !== '') {
    return store.cursors.some((kept) => kept.cursor === cursor);
  }
  const there = new Set(store.entries.map(({ type, id }) => `${type}/${id}`));
  return entries.every((key) => there.has(key));
}

function killOf(
  { step, moment, payload }: PowerLoss,
  later: readonly PlayedSession[],
  store: StoreContent | undefined,
): Kill {
  if (moment !== 'inside' || payload === undefined) return { step, moment };
  const asked = foundByRequest(payload, later);
  // A session that came after may have stored it again.
  const dumped = store === undefined || later.length > 0 ? undefined : foundInStore(payload, store);
  const isFound = asked ?? dumped;
  return { step, moment, ...(isFound === undefined ? {} : { isFound }) };
}

/** The losses of power of one play, in order. */
export function killsOf({ sessions, store }: Attempt): Kill[] {
  return sessions.flatMap(({ connections }, index) =>
    connections.flatMap(({ losses = [] }) =>
      losses.map((loss) => killOf(loss, sessions.slice(index + 1), store)),
    ),
  );
}

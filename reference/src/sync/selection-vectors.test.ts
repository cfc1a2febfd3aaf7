// What a sender gives out against the golden vectors, whose expectations were written by hand.
import { describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { entryOf, goldenVectors, titleOf } from '../testing/golden-vectors.ts';
import { SelectionMode, type Request } from '../wire/messages.ts';
import { SyncSender } from './sync-sender.ts';
import { at, device, good, put } from './testing/devices.ts';
import { octets, replica } from './testing/entries.ts';

interface AskedType {
  readonly resource_type: string;
  readonly parameters?: readonly { name: string; value: string }[];
  readonly last_updated?: string;
}

interface Asked {
  readonly mode: 'FULL' | 'CURSOR' | 'LAST_UPDATED';
  readonly types: readonly AskedType[];
  /** One entry of the sender's store. */
  readonly entry: string;
  /** Whether it was written after the receiver's cursor; null: the receiver has none. */
  readonly written_after_cursor: boolean | null;
}

function requestOf({ mode, types }: Asked, cursor: Uint8Array, store: Store): Request {
  return {
    replicaId: replica('r'),
    displayName: '',
    serverUrl: store.settings.serverUrl,
    mode: SelectionMode[mode],
    params: {
      types: types.map(({ resource_type: resourceType, parameters = [], last_updated = '' }) => ({
        resourceType,
        parameters: [...parameters],
        lastUpdated: last_updated,
      })),
    },
    cursor,
    window: undefined,
  };
}

/** Runs an export to its end: what was sent, and the cursor for the next one. */
async function run(
  store: Store,
  request: Request,
): Promise<{ sent: string[]; cursor: Uint8Array }> {
  const out = good(await new SyncSender({ store }).prepare(request, undefined));
  const sent: string[] = [];
  for (;;) {
    const batch = await out.next();
    if (batch === undefined) break;
    sent.push(...batch.entries.map((entry) => `${entry.resourceType}/${entry.resourceId}`));
  }
  return { sent, cursor: out.complete().cursor };
}

const none = new Uint8Array();

async function isSent(asked: Asked): Promise<boolean> {
  const store = device('s');
  await store.create(octets('{"resourceType":"Basic","id":"other"}'), at);
  const payload = entryOf(asked.entry);
  const { written_after_cursor: isAfter } = asked;
  if (isAfter === false) await put(store, payload);
  const first = isAfter === null ? none : (await run(store, requestOf(asked, none, store))).cursor;
  expect(first.length > 0).toBe(isAfter !== null);
  if (isAfter !== false) await put(store, payload);
  const { sent } = await run(store, requestOf(asked, first, store));
  return sent.includes(`${payload.resourceType}/${payload.resourceId}`);
}

describe('vectors: selection', () => {
  for (const { vectors } of goldenVectors<Asked, boolean>('selection', 'select')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', async (_, vector) => {
      expect(await isSent(vector.input)).toBe(vector.expect);
    });
  }
});

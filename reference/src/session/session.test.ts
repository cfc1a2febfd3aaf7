// Whole sessions of both real sides, with real stores, over a connection in memory.
import { describe, expect, it } from 'vitest';
import { compareReports } from '../sync/report-comparison.ts';
import { piecesOf } from '../transport/memory.ts';
import { ErrorCode } from '../wire/index.ts';
import type { ProgressEvent, SessionEvent } from './options.ts';
import type { SyncResult } from './result.ts';
import {
  contentOf,
  emptyStore,
  receiverOptions,
  runPair,
  senderOptions,
  storeOf,
  wrongSecret,
} from './testing/pair.ts';

function completed(result: SyncResult) {
  if (result.kind !== 'complete')
    throw new Error(
      JSON.stringify(result, (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v)),
    );
  return result.report;
}

describe('a session of two real sides', () => {
  it('S30 completes with equal counts on both sides', async () => {
    const [from, to] = [await storeOf(5), emptyStore()];
    const { sent, received } = await runPair(senderOptions(from), receiverOptions(to));
    expect(compareReports(completed(sent), completed(received))).toEqual([]);
    expect(completed(sent).payloads).toBe(3);
    expect(await contentOf(to)).toEqual(await contentOf(from));
  });

  it('PSP-DONE-9 an empty store is a complete session, too', async () => {
    const { sent, received } = await runPair(
      senderOptions(emptyStore()),
      receiverOptions(emptyStore(), { agree: async () => true }),
    );
    expect(compareReports(completed(sent), completed(received))).toEqual([]);
  });

  it('PSP-EXT-2 PSP-EXT-3 grease changes nothing, in many sessions', async () => {
    const from = await storeOf(6);
    for (let i = 0; i < 30; i++) {
      const to = emptyStore();
      const grease = { grease: true };
      const done = await runPair(senderOptions(from, grease), receiverOptions(to, grease));
      expect(compareReports(completed(done.sent), completed(done.received))).toEqual([]);
      expect(await contentOf(to)).toEqual(await contentOf(from));
    }
  });

  it('PSP-FRAME-8 the same over a connection that gives one octet at a time', async () => {
    const [from, to] = [await storeOf(5), emptyStore()];
    const memory = { fragment: piecesOf(1), capacityOctets: 3 };
    const { sent, received } = await runPair(senderOptions(from), receiverOptions(to), memory);
    expect(compareReports(completed(sent), completed(received))).toEqual([]);
    expect(await contentOf(to)).toEqual(await contentOf(from));
  });

  it('PSP-REQ-8 holds the sender until the user agreed, then goes on', async () => {
    const [from, to] = [await storeOf(5), emptyStore()];
    let payloadsBefore = -1;
    const phases: string[] = [];
    const onEvent = (event: SessionEvent): void => {
      if (event.kind === 'phase') phases.push(event.phase);
    };
    const agree: Parameters<typeof receiverOptions>[1] = {
      agree: async ({ offer, sender }) => {
        expect(offer.totals).toMatchObject([{ resourceType: 'Patient', entries: 5n }]);
        expect(sender.displayName).toBe('Tablet');
        for (let i = 0; i < 50; i++) await Promise.resolve();
        payloadsBefore = (await contentOf(to)).length;
        return true;
      },
    };
    const { sent } = await runPair(senderOptions(from, { onEvent }), receiverOptions(to, agree));
    expect(completed(sent).payloads).toBe(3);
    expect(payloadsBefore).toBe(0);
    expect(phases).toEqual([
      'AWAIT_ACCEPT',
      'AWAIT_CONFIRM',
      'AWAIT_REQUEST',
      'PREPARING',
      'SENDING',
      'AWAIT_RECEIPT',
      'CLOSING',
      'CLOSED',
    ]);
  });

  it('reports progress to the last entry on both sides', async () => {
    const seen: { s: ProgressEvent[]; r: ProgressEvent[] } = { s: [], r: [] };
    const note = (list: ProgressEvent[]) => (event: SessionEvent) => {
      if (event.kind === 'progress') list.push(event);
    };
    await runPair(
      senderOptions(await storeOf(5), { onEvent: note(seen.s) }),
      receiverOptions(emptyStore(), { onEvent: note(seen.r) }),
    );
    for (const events of [seen.s, seen.r]) {
      const counts = events.map(({ acknowledged }) => acknowledged);
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
      expect(counts[0]).toBe(0);
      expect(events.at(-1)).toEqual({
        kind: 'progress',
        acknowledged: 5,
        offered: 5,
        byType: new Map([['Patient', { acknowledged: 5, offered: 5 }]]),
      });
    }
  });

  it('PSP-HS-20 a wrong code is told to the receiver, and nothing is stored', async () => {
    const [from, to] = [await storeOf(5), emptyStore()];
    const { sent, received } = await runPair(
      senderOptions(from),
      receiverOptions(to, { askSecret: async () => wrongSecret() }),
    );
    const code = ErrorCode.AUTH_FAILED;
    expect(sent).toMatchObject({ kind: 'rejected', by: 'us', code, requirement: 'PSP-HS-20' });
    expect(received).toMatchObject({ kind: 'rejected', by: 'peer', code, codeName: 'AUTH_FAILED' });
    expect(await contentOf(to)).toEqual([]);
  });
});

// Payloads whose memory is given back as soon as they are stored: nothing that stays may lie in it.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSqliteStore, type Store } from '../store/index.ts';
import { Defer, Ours, Theirs } from '../sync/conflict-resolution.ts';
import { SyncReceiver } from '../sync/sync-receiver.ts';
import { SyncSender } from '../sync/sync-sender.ts';
import { at, contentOf, emptyStore, receiverOptions, runPair } from './testing/pair.ts';
import { senderOptions, serverUrl } from './testing/pair.ts';

const noteOctets = 90_000;

const patient = (id: string, note: string, times = noteOctets): Uint8Array => {
  const text = { status: 'generated', div: note.repeat(times) };
  return new Uint8Array(Buffer.from(JSON.stringify({ resourceType: 'Patient', id, text })));
};

function sqliteStore(): Store {
  const folder = mkdtempSync(join(tmpdir(), 'peersync-large-'));
  const settings = { serverUrl, displayName: 'Tablet' };
  const octets = new Uint8Array(16).fill(9);
  const store = createSqliteStore(join(folder, 'store.db'), settings, () => octets);
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return store;
}

async function handOver(from: Store, to: Store, deflate: boolean, strategy = Theirs) {
  const sender = senderOptions(from, { deflate, sync: new SyncSender({ store: from }) });
  const sync = new SyncReceiver({ store: to, strategy });
  const { sent, received } = await runPair(sender, receiverOptions(to, { sync }));
  expect([sent.kind, received.kind]).toEqual(['complete', 'complete']);
}

async function archiveOf(store: Store): Promise<string[]> {
  const kept = [];
  for await (const { payload, reason } of store.archived()) {
    const insert = payload.changes[0]?.payload.length;
    kept.push(`${reason} ${payload.resource.length} ${insert}`);
  }
  return kept;
}

describe.each([
  ['memory', emptyStore],
  ['SQLite', sqliteStore],
])('PSP-ATOM-1 large Payloads, into a store in %s', (_name, make) => {
  it.each([true, false])('are there octet for octet, compressed: %s', async (deflate) => {
    const from = emptyStore();
    const to = make();
    await from.createAll([patient('a', 'x'), patient('b', 'y'), patient('c', 'z')], at);
    await handOver(from, to, deflate);
    const content = await contentOf(to);
    expect(content.map((text) => text.length > noteOctets)).toEqual([true, true, true]);
    expect(content).toEqual(await contentOf(from));
    for (const id of ['a', 'b', 'c']) {
      const [change] = await to.getLocalChanges('Patient', id);
      expect(Buffer.from(change!.payload).toString()).toBe(content[['a', 'b', 'c'].indexOf(id)]);
    }
    const next = make === emptyStore ? sqliteStore() : emptyStore();
    await handOver(to, next, deflate);
    expect(await contentOf(next)).toEqual(content);
  });

  it.each([
    ['displaced', Theirs],
    ['not-taken', Ours],
    ['deferred', Defer],
  ] as const)('are archived whole in a conflict: %s', async (reason, strategy) => {
    const from = emptyStore();
    const to = make();
    await from.create(patient('a', 'theirs'), at);
    await to.create(patient('a', 'our'), at);
    const [theirs, ours] = [patient('a', 'theirs').length, patient('a', 'our').length];
    await handOver(from, to, true, strategy);
    const [kept, aside] = strategy === Theirs ? [theirs, ours] : [ours, theirs];
    expect(await archiveOf(to)).toEqual([`${reason} ${aside} ${aside}`]);
    expect((await to.get('Patient', 'a'))?.payload.resource).toHaveLength(kept);
  });
});

/** Octets that are given back from here on, until the test ends. */
function givenBack(): () => number {
  let octets = 0;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own this below.
  const transfer = ArrayBuffer.prototype.transfer;
  const spy = vi.spyOn(ArrayBuffer.prototype, 'transfer');
  spy.mockImplementation(function (this: ArrayBuffer, newByteLength) {
    if (newByteLength === 0) octets += this.byteLength;
    return transfer.call(this, newByteLength);
  });
  onTestFinished(() => spy.mockRestore());
  return () => octets;
}

describe('the memory of a Payload', () => {
  it.each([
    // Its Batch and its message at the sender; its frame and its message at the receiver.
    ['not compressed', false, 4],
    // Its Batch on either side; three times its octets when compressed, three quarters of a Batch.
    ['compressed', true, 4.2],
  ] as const)('is given back wherever it lay, %s', async (_name, deflate, times) => {
    const [from, to] = [emptyStore(), emptyStore()];
    const resources = ['a', 'b'].map((id) =>
      patient(id, randomBytes(noteOctets).toString('base64'), 1),
    );
    // A resource that was created here travels twice.
    const batch = 2 * resources.reduce((sum, { length }) => sum + length, 0);
    await from.createAll(resources, at);
    const octets = givenBack();
    await handOver(from, to, deflate);
    expect(octets()).toBeGreaterThan(times * batch);
    expect(octets()).toBeLessThan((times + 0.3) * batch);
    expect(await contentOf(to)).toEqual(await contentOf(from));
  });
});

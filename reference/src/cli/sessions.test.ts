// Two processes, each with its own store in SQLite, over TCP: what a user can do with them.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareReports } from '../sync/report-comparison.ts';
import type { SessionRecord } from './session-record.ts';
import { eventsOf, peersync, ProgramProcess, testFolder } from './testing/program-process.ts';
import { listeningSender, session } from './testing/sessions.ts';
import { entriesIn, makePair, makeStore, patient, withStoreAt } from './testing/stores.ts';

describe('peersync send and receive', () => {
  it('S3, S30: hands over, then only what is new; both sides keep one report', async () => {
    const { a, b } = await makePair(700);
    const first = await session(a, b);
    expect([first.sent.status, first.received.status]).toEqual([0, 0]);
    expect(first.sent.stdout).toContain('complete: 700 records sent');
    expect(first.received.stdout).toContain('complete: 700 records received');
    expect(first.received.stderr).toContain('700 of 700 records stored, 100 %');
    await withStoreAt(a, (store) => store.update(patient('p5', { active: true }), ''));
    const second = await session(a, b);
    expect(second.received.stdout).toContain('complete: 1 record received');
    const [one, two] = await Promise.all(
      [a, b].map((path) => withStoreAt(path, (store) => store.get('Patient', 'p5'))),
    );
    expect(two?.payload).toEqual(one?.payload);
    const records = await Promise.all(
      [a, b].map(async (path) => {
        const { stdout } = await peersync(['report', '--store', path, '--json', '--last', '2']);
        return eventsOf(stdout) as unknown as SessionRecord[];
      }),
    );
    const [sent, received] = records.map((list) => list.map(({ report }) => report));
    expect(sent).toHaveLength(2);
    expect(compareReports(sent![0]!, received![0]!)).toEqual([]);
    expect(compareReports(sent![1]!, received![1]!)).toEqual([]);
  });

  it('either role may dial; the code may come from standard input', async () => {
    const { a, b } = await makePair(3);
    const listen = ['--listen', '127.0.0.1:0', '--code', '-', '--yes'];
    const receiver = new ProgramProcess(['receive', '--store', b, ...listen]);
    const address = await receiver.seen(/Listening on (\S+)/);
    const sender = new ProgramProcess(['send', '--store', a, '--dial', address]);
    receiver.type(await sender.seen(/Code: ([0-9 ]+) \(/));
    expect((await sender.ended()).status).toBe(0);
    expect((await receiver.ended()).status).toBe(0);
    expect(await entriesIn(b)).toBe(3);
  });

  it('--json prints one object a line and nothing else; the QR text is a code, too', async () => {
    const { a, b } = await makePair(40);
    const sender = new ProgramProcess(['send', '--store', a, '--listen', '127.0.0.1:0', '--json']);
    const code = await sender.seen(/"qr":"(FPSP1:[^"]+)"/);
    const port = await sender.seen(/"port":(\d+)/);
    const args = ['--dial', `127.0.0.1:${port}`, '--code', code, '--yes', '--json'];
    const receiver = new ProgramProcess(['receive', '--store', b, ...args]);
    const [sent, received] = await Promise.all([sender.ended(), receiver.ended()]);
    const names = (output: string): string[] => [
      ...new Set(eventsOf(output).map(({ event }) => String(event))),
    ];
    const common = ['connected', 'authenticated'];
    expect(names(sent.stdout)).toEqual(['listening', 'code', ...common, 'progress', 'report']);
    expect(names(received.stdout)).toEqual([...common, 'offer', 'progress', 'report']);
    expect(eventsOf(sent.stdout)).toContainEqual(
      expect.objectContaining({ event: 'code', expiresInSeconds: 120 }),
    );
    expect(eventsOf(received.stdout).at(-1)).toMatchObject({ result: 'complete', exitCode: 0 });
    expect([sent.stderr, received.stderr]).toEqual(['', '']);
  });

  it('PSP-REQ-4, PSP-REQ-5: --only keeps the rest back and both sides see how much', async () => {
    const folder = testFolder();
    const a = await makeStore(folder, 'a', async (store) => {
      await store.create(patient('p1'), '');
      await store.create(Buffer.from('{"resourceType":"Group","id":"g1"}'), '');
    });
    const b = await makeStore(folder, 'b');
    const { sent, received } = await session(a, b, { send: ['--only', 'Patient'] });
    for (const { stdout } of [sent, received]) expect(stdout).toMatch(/Group +- +- +1/);
    expect(await entriesIn(b)).toBe(1);
    const refused = await session(a, b, {
      send: ['--only', 'Patient'],
      receive: ['--types', 'Group'],
    });
    expect([refused.sent.status, refused.received.status]).toEqual([3, 3]);
    expect(refused.received.stderr).toContain('SELECTION_REFUSED');
  });

  it('PSP-SEL-9: --where takes what matches and leaves the rest', async () => {
    const folder = testFolder();
    const a = await makeStore(folder, 'a', async (store) => {
      await store.create(patient('p1', { active: true }), '');
      await store.create(patient('p2', { active: false }), '');
    });
    const b = await makeStore(folder, 'b');
    const { received } = await session(a, b, { receive: ['--where', 'Patient?active=true'] });
    expect(received.status).toBe(0);
    const has = (id: string) => withStoreAt(b, (store) => store.get('Patient', id));
    expect([await has('p1'), await has('p2')]).toEqual([expect.anything(), undefined]);
  });

  it('PSP-CLS-14, PSP-CLS-16: --on-conflict decides, and what gave way can be seen', async () => {
    const folder = testFolder();
    const by = (active: boolean) => (store: Parameters<Parameters<typeof makeStore>[2] & {}>[0]) =>
      store.create(patient('p1', { active }), '');
    const [a, b] = [
      await makeStore(folder, 'a', by(true)),
      await makeStore(folder, 'b', by(false)),
    ];
    const ours = await session(a, b, { receive: ['--on-conflict', 'ours'] });
    expect(ours.sent.stdout).toContain('Patient/p1: conflict:ours');
    const theirs = await session(a, b, { receive: ['--mode', 'full'] });
    expect(theirs.received.stdout).toContain('Patient/p1: conflict:theirs');
    const { stdout } = await peersync(['changes', '--store', b, '--archived']);
    expect(stdout).toContain('Patient/p1: theirs was not taken');
    expect(stdout).toContain('Patient/p1: ours gave way');
    const entry = await withStoreAt(b, (store) => store.get('Patient', 'p1'));
    expect(entry?.payload.resource).toEqual(new Uint8Array(patient('p1', { active: true })));
  });

  it('PSP-SEL-3: --mode last-updated asks type by type', async () => {
    const { a, b } = await makePair(2);
    const mode = ['--mode', 'last-updated'];
    const { address, code, process } = await listeningSender(a);
    const dial = ['receive', '--store', b, '--dial', address, '--code', code, '--yes'];
    const refused = await peersync([...dial, ...mode]);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('--types')]);
    const taken = await peersync([...dial, ...mode, '--types', 'Patient']);
    expect(taken.status).toBe(0);
    expect((await process.ended()).status).toBe(0);
    expect(await entriesIn(b)).toBe(2);
  });

  it('PSP-CODE-9: the code is in no store; nothing is coloured in a pipe', async () => {
    const { a, b } = await makePair(5);
    const { process, address, code } = await listeningSender(a);
    const args = ['receive', '--store', b, '--dial', address, '--code', code, '--yes'];
    const received = await peersync(args);
    const sent = await process.ended();
    for (const path of [a, b]) expect(readFileSync(path).includes(code)).toBe(false);
    for (const { stdout, stderr } of [sent, received]) {
      expect(stdout + stderr).not.toContain('\u001b');
    }
  });
});

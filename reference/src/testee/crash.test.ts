// A testee that is killed at any moment and opened again.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  sharedTestee,
  startTestee,
  type Controlled,
  type Line,
} from './testing/control-process.ts';
import { fromServer, now, patient, replicaA, replicaB, resetTo } from './testing/seeds.ts';

const sender = sharedTestee();
const names = ['p1', 'p2', 'p3', 'p4'];
const oneEach = { maxFrameOctets: 65_536, maxBatchOctets: 65_536, maxBatchEntries: 1 };

function storeFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'testee-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'store.db');
}

async function killed(testee: Controlled): Promise<void> {
  testee.child.kill('SIGKILL');
  await once(testee.child, 'exit');
}

async function receiveFrom(testee: Controlled): Promise<Promise<Line>> {
  const since = sender().events.length;
  const isNew = (event: Line): boolean => sender().events.indexOf(event) >= since;
  const run = { role: 'sender', listen: {}, params: {}, deadlineMs: 20_000, secret: '417204934' };
  void sender().ask('run', run);
  const { port } = await sender().event('listening', isNew);
  const dial = { host: '127.0.0.1', port: Number(port) };
  const receive = { role: 'receiver', dial, secret: '417204934', deadlineMs: 20_000 };
  return testee.ask('run', { ...receive, params: { limits: oneEach } });
}

describe('open', () => {
  it('PSP-CHG-1: takes up the store of a killed process, its counter too', async () => {
    const file = storeFile();
    const first = startTestee('--store', 'sqlite', file);
    expect((await first.do('hello', { control: 1, kit: '1' }))['features']).toContain('open');
    await first.do('reset', resetTo(replicaA, [fromServer('p1')]));
    await first.do('edit', { edits: [{ op: 'create', resource: patient('p2') }] });
    const before = await first.dump();
    await killed(first);
    const second = startTestee('--store', 'sqlite', file);
    expect(await second.ask('dump')).toMatchObject({ error: { kind: 'invalid' } });
    await second.do('open', { case: 'x', now });
    expect(await second.dump()).toEqual(before);
    await second.do('edit', { edits: [{ op: 'create', resource: patient('p3') }] });
    expect(JSON.stringify(await second.dump())).toContain('"counter":2');
    await second.do('reset', resetTo(replicaB, []));
    expect(await second.dump()).toMatchObject({ replica: replicaB, entries: [] });
  });

  it('fails where there is no store', async () => {
    const testee = startTestee('--store', 'sqlite', storeFile());
    const answer = await testee.ask('open', { case: 'x', now });
    expect(answer).toMatchObject({ ok: false, error: { kind: 'failed' } });
  });
});

describe('PSP-ATOM-2: a receiver that is killed', () => {
  it.each([1, 2, 3])(
    'after Payload %i holds so many whole entries, and goes on there',
    async (n) => {
      const file = storeFile();
      await sender().do(
        'reset',
        resetTo(
          replicaA,
          names.map((name) => fromServer(name)),
        ),
      );
      const testee = startTestee('--store', 'sqlite', file);
      await testee.do('reset', resetTo(replicaB, []));
      const ended = receiveFrom(testee).catch(() => undefined);
      await testee.event('stored', ({ throughSequence }) => Number(throughSequence) >= n);
      await killed(testee);
      await ended;
      const again = startTestee('--store', 'sqlite', file);
      await again.do('open', { case: 'x', now });
      const { entries, cursors } = (await again.dump()) as { entries: Line[]; cursors: Line[] };
      // What came between the event and the kill is whole as well.
      const held = entries.map(({ id }) => String(id));
      expect(held.length).toBeGreaterThanOrEqual(n);
      expect(held).toEqual(names.slice(0, held.length));
      expect(cursors).toMatchObject([{ replica: replicaA }]);
      await sender().do(
        'reset',
        resetTo(
          replicaA,
          names.map((name) => fromServer(name)),
        ),
      );
      const rest = await receiveFrom(again);
      expect(rest).toMatchObject({ result: 'completed', report: { payloads: 4 - held.length } });
      expect((await again.dump())['entries']).toHaveLength(4);
    },
  );
});

// What goes wrong between two devices, and what each of them is told: a sentence, what to do next,
// and an exit status. Each fault is made for real.
import { connect, createServer } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { holdingProxy } from './testing/holding-proxy.ts';
import { eventsOf, peersync, ProgramProcess, testFolder } from './testing/program-process.ts';
import { dialling, listeningSender, otherCode, session } from './testing/sessions.ts';
import { entriesIn, makePair, makeStore, patient } from './testing/stores.ts';

const someone = ['--dial', '127.0.0.1:1'];
const receive = (store: string, ...args: string[]): ReturnType<typeof peersync> =>
  peersync(['receive', '--store', store, ...args]);

describe('codes', () => {
  it('PSP-CODE-4: tells a typo at once, without a connection', async () => {
    const { b } = await makePair(0);
    const { status, stderr } = await receive(b, ...someone, '--yes', '--code', '123 456 789');
    expect(status).toBe(2);
    expect(stderr).toContain('One of the digits is wrong');
    expect(stderr).toContain('no attempt was used up');
    expect(stderr).not.toContain('123');
  });

  it('S39, PSP-CODE-8: a wrong code ends 3 on both sides, after three for the sender', async () => {
    const { a, b } = await makePair(3);
    const args = ['send', '--store', a, '--listen', '127.0.0.1:0'];
    const sender = new ProgramProcess(args);
    const address = await sender.seen(/Listening on (\S+)/);
    const seen: string[] = [];
    for (let run = 0; run < 3; run += 1) {
      const last = new RegExp(`(?:Code: [^\\n]+\\n[^]*){${run}}Code: ([0-9 ]+) \\(`);
      const code = (await sender.seen(last)).replaceAll(' ', '');
      seen.push(code);
      const { status, stderr } = await dialling(b, address, otherCode(code)).ended();
      expect([status, stderr]).toEqual([3, expect.stringContaining('AUTH_FAILED')]);
    }
    const { status, stdout, stderr } = await sender.ended();
    expect([status, stderr]).toEqual([3, expect.stringContaining('AUTH_FAILED')]);
    expect(stdout).toContain('attempt 2 of 3');
    expect(stdout.match(/A new code:/g)).toHaveLength(2);
    expect(new Set(seen).size).toBe(3);
    expect(await entriesIn(b)).toBe(0);
  });

  it('PSP-CODE-5: a right code after a wrong one works, with the new code only', async () => {
    const { a, b } = await makePair(3);
    const { process, address, code } = await listeningSender(a);
    await dialling(b, address, otherCode(code)).ended();
    const fresh = (await process.seen(/A new code:\nCode: ([0-9 ]+) \(/)).replaceAll(' ', '');
    expect((await dialling(b, address, code).ended()).status).toBe(3);
    const next = /A new code:[^]*A new code:\nCode: ([0-9 ]+) \(/;
    const third = (await process.seen(next)).replaceAll(' ', '');
    expect(third).not.toBe(fresh);
    expect((await dialling(b, address, third).ended()).status).toBe(0);
    expect((await process.ended()).status).toBe(0);
  });

  it('says that a script has to give the code and its agreement', async () => {
    const { b } = await makePair(0);
    for (const given of [[], ['--yes'], ['--code', '211885985']]) {
      const { status, stderr } = await receive(b, ...someone, ...given);
      expect([status, stderr]).toEqual([2, expect.stringMatching(/--code CODE[^]*--yes/)]);
    }
  });
});

describe('two devices that do not belong together', () => {
  it('S39, PSP-HS-6: other servers: SERVER_MISMATCH on both sides, before any code', async () => {
    const folder = testFolder();
    const fill = async (): Promise<void> => undefined;
    const a = await makeStore(folder, 'a', fill, 'https://one.example.org');
    const b = await makeStore(folder, 'b', fill, 'https://two.example.org');
    const { sent, received } = await session(a, b);
    for (const { status, stderr } of [sent, received]) {
      expect([status, stderr]).toEqual([3, expect.stringContaining('SERVER_MISMATCH')]);
      expect(stderr).toContain('different FHIR servers');
      expect(stderr).not.toContain('example.org');
    }
  });

  it('S41, PSP-ID-2: a store with itself: SAME_REPLICA', async () => {
    const { a } = await makePair(1);
    const { received } = await session(a, a);
    expect([received.status, received.stderr]).toEqual([3, expect.stringContaining('SAME_REPL')]);
  });

  it('PSP-CODE-7: whoever comes second is told that the sender is busy', async () => {
    const { a, b } = await makePair(1);
    const { process, address, code } = await listeningSender(a);
    const first = new ProgramProcess(
      ['receive', '--store', b, '--dial', address, '--code', '-', '--yes'].concat('--json'),
    );
    await first.seen(/"connected"/);
    const other = await makeStore(testFolder(), 'c');
    const second = await dialling(other, address, code).ended();
    expect([second.status, second.stderr]).toEqual([1, expect.stringContaining('BUSY')]);
    first.type(code);
    expect((await first.ended()).status).toBe(0);
    expect((await process.ended()).status).toBe(0);
  });
});

/** Connects, says something that is no frame, and waits until it was shown the door. */
async function stranger(address: string): Promise<void> {
  const [host, port] = address.split(':');
  const socket = connect(Number(port), host ?? '');
  socket.on('error', () => undefined).end('GET / HTTP/1.1\r\n\r\n');
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
}

describe('the network', () => {
  it('PSP-FRAME-3: a stranger at the port ends nothing, at either side', async () => {
    const { a, b } = await makePair(1);
    const sender = await listeningSender(a);
    await stranger(sender.address);
    await sender.process.seen(/A device connected and left. Still waiting/);
    expect((await dialling(b, sender.address, sender.code).ended()).status).toBe(0);
    expect((await sender.process.ended()).status).toBe(0);
    const listen = ['--listen', '127.0.0.1:0', '--code', '-', '--yes'];
    const receiver = new ProgramProcess(['receive', '--store', b, ...listen]);
    const address = await receiver.seen(/Listening on (\S+)/);
    await stranger(address);
    await receiver.seen(/no sender. Still waiting/);
    const dialler = new ProgramProcess(['send', '--store', a, '--dial', address]);
    receiver.type(await dialler.seen(/Code: ([0-9 ]+) \(/));
    expect((await receiver.ended()).status).toBe(0);
    expect((await dialler.ended()).status).toBe(0);
  });

  it('says that nothing listens there', async () => {
    const { a, b } = await makePair(0);
    const received = await receive(b, ...someone, '--code', '211885985', '--yes');
    expect([received.status, received.stderr]).toEqual([1, expect.stringContaining('listen')]);
    const sent = await peersync(['send', '--store', a, ...someone]);
    expect([sent.status, sent.stderr]).toEqual([1, expect.stringContaining('listens at')]);
    expect(sent.stdout).not.toContain('Code:');
  });

  it('says that a port is in use', async () => {
    const { a } = await makePair(0);
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const { status, stderr } = await peersync(['send', '--store', a, '--listen', `${port}`]);
    expect([status, stderr]).toEqual([1, expect.stringContaining(`Port ${port} is in use`)]);
  });

  it('PSP-DONE-9: says interrupted when the other device vanishes, and goes on later', async () => {
    const { a, b } = await makePair(6000);
    const { process, address, code } = await listeningSender(a);
    const proxy = await holdingProxy(address, 300_000);
    const receiver = dialling(b, proxy.address, code);
    await receiver.seen(/records stored/);
    await proxy.held;
    process.signal('SIGKILL');
    proxy.release();
    const { status, stderr } = await receiver.ended();
    expect([status, stderr]).toEqual([1, expect.stringContaining('interrupted')]);
    const before = await entriesIn(b);
    expect(before).toBeLessThan(6000);
    const again = await session(a, b, { receive: ['--json'] });
    expect(again.received.status).toBe(0);
    const report = eventsOf(again.received.stdout).at(-1)?.['report'];
    expect(report).toMatchObject({ cursor: 'RESUMED', types: [{ transferred: 6000 - before }] });
    expect(await entriesIn(b)).toBe(6000);
  });
});

describe('the store', () => {
  const faulty = async (path: string, ...args: string[]): Promise<string> => {
    const { status, stderr } = await peersync(['show', '--store', path, ...args]);
    expect(status).toBe(4);
    expect(stderr).not.toMatch(/\n {4}at /);
    return stderr;
  };

  it('says what is wrong with a store and what to do', async () => {
    const folder = testFolder();
    expect(await faulty(join(folder, 'none.db'))).toContain('peersync init');
    writeFileSync(join(folder, 'text.db'), 'this is no database, but long enough to be read');
    expect(await faulty(join(folder, 'text.db'))).toContain('not a store of this program');
    expect(await faulty(folder)).toContain('cannot be opened');
    const newer = await makeStore(folder, 'newer', (store) => store.create(patient('p'), ''));
    const db = new DatabaseSync(newer);
    db.exec('PRAGMA user_version = 99');
    db.close();
    expect(await faulty(newer)).toContain('newer version');
  });

  it('says that no store is named, and takes PEERSYNC_STORE', async () => {
    const { status, stderr } = await peersync(['show']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('PEERSYNC_STORE')]);
    const { a } = await makePair(1);
    expect((await peersync(['show'], '', { PEERSYNC_STORE: a })).stdout).toContain('1  Patient');
  });

  it('PEERSYNC_DEBUG=1 shows the cause, and nothing else does', async () => {
    const path = join(testFolder(), 'text.db');
    writeFileSync(path, 'this is no database, but long enough to be read');
    const { stderr } = await peersync(['show', '--store', path], '', { PEERSYNC_DEBUG: '1' });
    expect(stderr).toMatch(/StoreError[^]*\n {4}at [^]*caused by/);
  });
});

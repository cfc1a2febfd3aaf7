// What is left when things end: nothing. And testees that dial in.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TesteePort } from './tcp-channel.ts';
import { Testee } from './testee.ts';
import { isAlive } from './testing/alive.ts';

const folder = new URL('./testing/', import.meta.url).pathname;

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('a kit that is ended by %s', (signal) => {
  it('leaves neither testee nor its children, and ends as it would have', async () => {
    const kit = spawn(process.execPath, [`${folder}kit-process.ts`], { stdio: 'pipe' });
    const [line] = (await once(kit.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString().split(' ')[1]);
    expect(isAlive(pid)).toBe(true);
    kit.kill(signal);
    const [, endedBy] = (await once(kit, 'exit')) as [number | null, string];
    expect(endedBy).toBe(signal);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

async function port(): Promise<TesteePort> {
  const found = await TesteePort.listen(0);
  onTestFinished(() => found.close());
  return found;
}

function dialIn(at: TesteePort, mode: string): void {
  const { host, port: number } = at.address;
  const argv = [`${folder}line-testee.ts`, mode, `${host}:${number}`];
  const child = spawn(process.execPath, argv, { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
}

describe('a testee that dials in', () => {
  it('is asked like any other, and goes with quit', async () => {
    const at = await port();
    dialIn(at, 'good');
    const testee = new Testee((await at.accept(8_000))!);
    expect(testee.canKill).toBe(false);
    expect(testee.host).toBe('127.0.0.1');
    expect(await testee.ask('hello', { control: 1, kit: '1' })).toMatchObject({ kind: 'answer' });
    expect(await testee.quit()).toEqual({
      detail: 'the control connection was closed by the testee',
    });
  });

  it('and hangs is cut off', async () => {
    const at = await port();
    dialIn(at, 'hang');
    const testee = new Testee((await at.accept(8_000))!);
    const run = { role: 'receiver', inline: true, params: {}, deadlineMs: 100 } as const;
    expect(await testee.ask('run', run, 100)).toMatchObject({ reason: 'hang' });
    expect(testee.end?.detail).toContain('closed by the kit');
  });

  it('and goes away in the middle is told', async () => {
    const at = await port();
    const socket = connect(at.address.port, at.address.host);
    const testee = new Testee((await at.accept(8_000))!);
    const asked = testee.ask('dump', {});
    await once(socket, 'data');
    socket.end('{"id":1,');
    const fault = await asked;
    expect(fault).toMatchObject({ reason: 'exited' });
    expect(testee.end?.detail).toContain('closed by the testee');
  });

  it('second waits, third is turned away', async () => {
    const at = await port();
    const [first, second, third] = [0, 1, 2].map(() => connect(at.address.port, at.address.host));
    const sockets = [first, second, third].flatMap((socket) => socket ?? []);
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    const closed = Promise.race(sockets.map(async (socket) => once(socket, 'close')));
    expect(await at.accept(8_000)).toBeDefined();
    await closed;
    expect(await at.accept(8_000)).toBeDefined();
    expect(await at.accept(50)).toBeUndefined();
  });

  it('never is no testee', async () => {
    expect(await (await port()).accept(50)).toBeUndefined();
  });
});

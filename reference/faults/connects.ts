// Very many connections that never speak, at a sender and at a receiver that listen: handles and
// memory stay bounded, whoever comes meanwhile is told so, and when they are gone a real device
// gets through.
import { connect, type Socket } from 'node:net';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../src/session/testing/pair.ts';
import { compare, holdingOf } from './comparison.ts';
import { Hang, peakRssKiB } from './device-process.ts';
import { inFolder, makeStore } from './folders.ts';
import { Program } from './program.ts';
import { Tally, type FaultRow } from './tally.ts';

// 16 wait, one is served, one is being turned away at a time, with room for what is being closed.
const handlesMoreMax = 64;
const memoryMoreMaxMiB = 60;
const unusedCode = codeOf('12345678');

/** Tries both roles. */
export async function tryConnects(connections: number, resources: number): Promise<FaultRow> {
  const tally = new Tally(`${connections} connects that never speak`);
  await inFolder(async (folder) => {
    const from = await makeStore(join(folder, 'from.db'), resources);
    const to = await makeStore(join(folder, 'to.db'), 0);
    try {
      await atSender(tally, connections, from, to);
      tally.compared(compare(await holdingOf(from), await holdingOf(to)));
      const other = await makeStore(join(folder, 'other.db'), 0);
      await atReceiver(tally, connections, from, other);
      tally.compared(compare(await holdingOf(from), await holdingOf(other)));
    } catch (error) {
      if (error instanceof Hang) tally.hung(error.message);
      else tally.problem(error instanceof Error ? error.message : String(error));
    }
  });
  return tally.row();
}

function handlesOf(program: Program): number {
  try {
    return readdirSync(`/proc/${program.child.pid}/fd`).length;
  } catch {
    return 0;
  }
}

/** Connects so often, says nothing, and judges what that costs; gives how to leave. */
async function besiege(
  tally: Tally,
  address: string,
  count: number,
  program: Program,
): Promise<() => void> {
  const [host = '', port = ''] = address.split(':');
  const before = { handles: handlesOf(program), kiB: peakRssKiB(program.child.pid) };
  const sockets: Socket[] = [];
  let closed = 0;
  let handles = 0;
  for (let n = 0; n < count; n += 1) {
    const socket = connect({ host, port: Number(port), allowHalfOpen: true });
    sockets.push(socket);
    socket
      .on('error', () => undefined)
      .on('end', () => (closed += 1))
      .resume();
    await new Promise((resolve) => {
      socket.once('connect', resolve).once('close', resolve);
    });
    handles = Math.max(handles, handlesOf(program));
  }
  tally.struck += count;
  tally.most('handles more at most', handles - before.handles);
  tally.check(handles - before.handles <= handlesMoreMax, `${handles} handles`);
  const grownMiB = Math.round((peakRssKiB(program.child.pid) - before.kiB) / 1024);
  tally.most('MiB more at most', grownMiB);
  tally.check(grownMiB <= memoryMoreMaxMiB, `${grownMiB} MiB more`);
  tally.count('silent connections that were closed meanwhile', closed);
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

function dialling(to: string, address: string, code: string): Program {
  return new Program(['receive', '--store', to, '--dial', address, '--code', code, '--yes']);
}

async function atSender(tally: Tally, count: number, from: string, to: string): Promise<void> {
  const sending = new Program(['send', '--store', from, '--listen', '127.0.0.1:0']);
  try {
    const address = await sending.seen(/Listening on (\S+)/);
    await sending.seen(/Code: /);
    const leave = await besiege(tally, address, count, sending);
    // PSP-CODE-7: one run at a time; whoever comes meanwhile is told so and may come again.
    const turnedAway = await dialling(to, address, unusedCode).ended();
    tally.runs += 1;
    tally.check(/BUSY/.test(turnedAway.stderr), `a real receiver meanwhile: ${turnedAway.stderr}`);
    leave();
    await sending.seen(/A device connected and left/);
    const code = (await sending.seen(/.*Code: ([0-9 ]+) \((?![^]*Code: )/)).replaceAll(' ', '');
    const received = await dialling(to, address, code).ended();
    tally.runs += 1;
    tally.check(received.status === 0, `a real receiver afterwards: ${received.stderr}`);
    const sent = await sending.ended();
    tally.peakKiB = Math.max(tally.peakKiB, sent.peakKiB, received.peakKiB);
  } finally {
    sending.kill();
  }
}

async function atReceiver(tally: Tally, count: number, from: string, to: string): Promise<void> {
  const receiving = new Program(
    ['receive', '--store', to, '--listen', '127.0.0.1:0', '--code', '-', '--yes'],
    { input: true },
  );
  try {
    const address = await receiving.seen(/Listening on (\S+)/);
    const leave = await besiege(tally, address, count, receiving);
    leave();
    await receiving.seen(/no sender. Still waiting/);
    const sending = new Program(['send', '--store', from, '--dial', address]);
    const code = await sending.seen(/Code: ([0-9 ]+) \(/);
    receiving.child.stdin?.write(`${code}\n`);
    const [sent, received] = await Promise.all([sending.ended(), receiving.ended()]);
    tally.runs += 1;
    tally.check(received.status === 0, `a real sender afterwards: ${received.stderr}`);
    tally.peakKiB = Math.max(tally.peakKiB, sent.peakKiB, received.peakKiB);
  } finally {
    receiving.kill();
  }
}

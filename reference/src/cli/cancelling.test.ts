// Ctrl-C and SIGTERM at either side: the other side is told, both stores stay whole, and a later
// session completes what was begun.
import { describe, expect, it } from 'vitest';
import { holdingProxy } from './testing/holding-proxy.ts';
import { peersync, ProgramProcess } from './testing/program-process.ts';
import { dialling, listeningSender, session } from './testing/sessions.ts';
import { entriesIn, makePair } from './testing/stores.ts';

const cancelledByPeer = expect.stringContaining('The other device cancelled') as string;

describe('cancelling', () => {
  it('S31: Ctrl-C at the sender, before anybody came', async () => {
    const { a } = await makePair(0);
    const { process } = await listeningSender(a);
    process.signal('SIGINT');
    const { status, stderr } = await process.ended();
    expect([status, stderr]).toEqual([130, expect.stringContaining('Cancelled.')]);
  });

  it('S31: Ctrl-C at the sender while the receiver types its code', async () => {
    const { a, b } = await makePair(3);
    const { process, address } = await listeningSender(a);
    const args = ['--dial', address, '--code', '-', '--yes', '--json'];
    const receiver = new ProgramProcess(['receive', '--store', b, ...args]);
    await receiver.seen(/"connected"/);
    process.signal('SIGTERM');
    const [sent, received] = await Promise.all([process.ended(), receiver.ended()]);
    expect(sent.status).toBe(130);
    expect([received.status, received.stderr]).toEqual([1, cancelledByPeer]);
  });

  it('S31: Ctrl-C at the receiver that asks for the code leaves the sender waiting', async () => {
    const { a, b } = await makePair(3);
    const { process, address, code } = await listeningSender(a);
    const args = ['--dial', address, '--code', '-', '--yes', '--json'];
    const receiver = new ProgramProcess(['receive', '--store', b, ...args]);
    await receiver.seen(/"connected"/);
    receiver.signal('SIGINT');
    expect((await receiver.ended()).status).toBe(130);
    await process.seen(/The other device cancelled. Still waiting/);
    expect((await dialling(b, address, code).ended()).status).toBe(0);
    expect((await process.ended()).status).toBe(0);
  });

  it.each(['sender', 'receiver'] as const)('S31, S27: in the middle, at the %s', async (who) => {
    const { a, b } = await makePair(15_000);
    const { process, address, code } = await listeningSender(a);
    // In the second Payload; with a window of 24 of them the sender can't have sent all 30.
    const proxy = await holdingProxy(address, 300_000);
    const receiver = dialling(b, proxy.address, code);
    await receiver.seen(/records stored/);
    await proxy.held;
    const [one, other] = who === 'sender' ? [process, receiver] : [receiver, process];
    // Twice, as under npm, which hands on what the terminal sends to both.
    one.signal('SIGINT');
    one.signal('SIGINT');
    await one.seen(/Cancelling/);
    // What is held would else meet a closed socket, whose reset may overtake the Abort.
    if (who === 'receiver') await other.ended();
    proxy.release();
    const [ours, theirs] = await Promise.all([one.ended(), other.ended()]);
    expect([ours.status, ours.stderr]).toEqual([130, expect.stringContaining('CANCELLED')]);
    expect([theirs.status, theirs.stderr]).toEqual([1, cancelledByPeer]);
    const stored = await entriesIn(b);
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(15_000);
    const { received } = await session(a, b);
    expect(received.stdout).toContain(`records received`);
    expect(await entriesIn(b)).toBe(15_000);
    const { stdout } = await peersync(['report', '--store', b, '--last', '2']);
    expect(stdout).toContain('cancelled (CANCELLED, by');
  });
});

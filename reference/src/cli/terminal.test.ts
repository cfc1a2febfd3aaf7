// Sender and receiver as people see them: two terminals in one process, everything else real.
import { describe, expect, it } from 'vitest';
import { run } from './program.ts';
import { otherCode } from './testing/sessions.ts';
import { entriesIn, makePair, withStoreAt } from './testing/stores.ts';
import { FakeTerminal } from './testing/terminal.ts';

const enter = '\r';
const controlC = '\u0003';

/** A sender that listens on a terminal. */
async function sending(store: string): Promise<{
  terminal: FakeTerminal;
  ended: Promise<number>;
  address: string;
  code: string;
}> {
  const terminal = new FakeTerminal({ NO_COLOR: '1' });
  const args = ['send', '--store', store, '--listen', '127.0.0.1:0'];
  const ended = run(args, terminal.surroundings);
  const address = await terminal.seen(/Listening on (\S+)/);
  const code = await terminal.seen(/Code: ([0-9 ]+) \(/);
  return { terminal, ended, address, code: code.replaceAll(' ', '') };
}

function receiving(
  store: string,
  address: string,
): { terminal: FakeTerminal; ended: Promise<number> } {
  const terminal = new FakeTerminal({ NO_COLOR: '1' });
  const args = ['receive', '--store', store, '--dial', address];
  return { terminal, ended: run(args, terminal.surroundings) };
}

describe('at a terminal', () => {
  it('PSP-CODE-2, PSP-CODE-4, PSP-PRIV-1: shows a code, forgives a typo, asks first', async () => {
    const { a, b } = await makePair(900);
    const sender = await sending(a);
    expect(sender.terminal.text).toMatch(/Code: \d{3} \d{3} \d{3} \(valid for 120 s\)/);
    expect(sender.terminal.text).toMatch(/█▀|▄█/);
    await sender.terminal.seen(/Valid for 2:00 more; waiting for the other device/);
    const receiver = receiving(b, sender.address);
    await receiver.terminal.seen(/Code on the sender’s screen: /);
    await sender.terminal.seen(/waiting for the code to be typed/);
    receiver.terminal.type(`123 456 789${enter}`);
    await receiver.terminal.seen(/One of the digits is wrong[^]*Code on the sender’s screen: /);
    receiver.terminal.type(sender.code + enter);
    await receiver.terminal.seen(/a offers 900 records: 900 Patient/);
    await receiver.terminal.seen(/Receive 900 records from a\? \[Y\/n\] /);
    expect(await entriesIn(b)).toBe(0);
    receiver.terminal.type(`what?${enter}`);
    await receiver.terminal.seen(/Answer y for yes/);
    receiver.terminal.type(enter);
    expect([await sender.ended, await receiver.ended]).toEqual([0, 0]);
    for (const { text } of [sender.terminal, receiver.terminal]) {
      expect(text).toMatch(/█+░* {2}\d+ of 900 records stored, \d+ %/);
      expect(text).toContain('complete: 900 records');
    }
  });

  it('PSP-OFFER-5: no means no: DECLINED on both sides, nothing stored', async () => {
    const { a, b } = await makePair(2);
    const sender = await sending(a);
    const receiver = receiving(b, sender.address);
    await receiver.terminal.seen(/Code on/);
    receiver.terminal.type(sender.code + enter);
    await receiver.terminal.seen(/\[Y\/n\] /);
    receiver.terminal.type(`n${enter}`);
    expect([await sender.ended, await receiver.ended]).toEqual([3, 3]);
    expect(sender.terminal.text).toContain('DECLINED');
    expect(await entriesIn(b)).toBe(0);
    expect(await withStoreAt(b, (store) => store.reports(5))).toHaveLength(1);
  });

  it('PSP-CODE-5: after a wrong code the receiver is asked for the new one', async () => {
    const { a, b } = await makePair(2);
    const sender = await sending(a);
    const receiver = receiving(b, sender.address);
    await receiver.terminal.seen(/Code on/);
    receiver.terminal.type(otherCode(sender.code) + enter);
    const fresh = await sender.terminal.seen(/attempt 1 of 3[^]*Code: ([0-9 ]+) \(/);
    await receiver.terminal.seen(/The sender shows a new one[^]*Code on/);
    receiver.terminal.type(fresh + enter);
    await receiver.terminal.seen(/\[Y\/n\] /);
    receiver.terminal.type(`y${enter}`);
    expect([await sender.ended, await receiver.ended]).toEqual([0, 0]);
    expect(await entriesIn(b)).toBe(2);
  });

  it('PSP-CODE-5: a sender that dials dials again with a new code', async () => {
    const { a, b } = await makePair(2);
    const receiver = new FakeTerminal({ NO_COLOR: '1' });
    const listen = ['receive', '--store', b, '--listen', '127.0.0.1:0'];
    const received = run(listen, receiver.surroundings);
    const address = await receiver.seen(/Listening on (\S+)/);
    const sender = new FakeTerminal({ NO_COLOR: '1' });
    const sent = run(['send', '--store', a, '--dial', address], sender.surroundings);
    const code = (await sender.seen(/Code: ([0-9 ]+) \(/)).replaceAll(' ', '');
    await receiver.seen(/Code on/);
    receiver.type(otherCode(code) + enter);
    const fresh = await sender.seen(/attempt 1 of 3[^]*Code: ([0-9 ]+) \(/);
    await receiver.seen(/The sender shows a new one[^]*Code on/);
    receiver.type(fresh + enter);
    await receiver.seen(/\[Y\/n\] /);
    receiver.type(enter);
    expect([await sent, await received]).toEqual([0, 0]);
  });

  it('S31: Ctrl-C at the question cancels, and the sender is told', async () => {
    const { a, b } = await makePair(2);
    const sender = await sending(a);
    const receiver = receiving(b, sender.address);
    await receiver.terminal.seen(/Code on/);
    receiver.terminal.type(sender.code + enter);
    await receiver.terminal.seen(/\[Y\/n\] /);
    receiver.terminal.type(controlC);
    expect([await sender.ended, await receiver.ended]).toEqual([1, 130]);
    expect(sender.terminal.text).toContain('The other device cancelled');
    expect(await entriesIn(b)).toBe(0);
  });
});

// The testee's state as the table and what was said tell it.
import { describe, expect, it } from 'vitest';
import type { Step } from '../peer/script.ts';
import { PeerModel } from './peer-model.ts';

const send = (message: string): Step => ({ id: message, do: 'send', message });
const hears = (message: string, through?: number): Step => ({
  id: message,
  do: 'expect',
  message,
  ...(through === undefined ? {} : { where: { through_sequence: through } }),
});

function after(role: 'sender' | 'receiver', ...steps: readonly Step[]): PeerModel {
  const model = new PeerModel(role);
  for (const step of steps) model.play(step);
  return model;
}

const opening = [send('Initiate'), hears('Accept'), hears('Confirm'), send('Confirm')];
const asked = [...opening, send('Identity'), hears('Request')];

describe('the state of a receiver', () => {
  it('PSP-STATE-1: is known where only one course fits what was said', () => {
    expect(after('receiver').states).toEqual(['AWAIT_INITIATE']);
    expect(after('receiver', ...opening).states).toEqual(['AWAIT_IDENTITY']);
    expect(after('receiver', ...asked).states).toEqual(['AWAIT_OFFER']);
    const offered = after('receiver', ...asked, send('Offer'), send('Payload'), hears('Ack', 1));
    expect(offered.states).toEqual(['RECEIVING']);
    expect(offered.cells).toContain('DECIDING/AGREED');
  });

  it('PSP-STATE-1: is one of several where nobody can know', () => {
    const sent = after('receiver', ...opening, send('Identity'));
    expect([...sent.states].sort()).toEqual(['AWAIT_OFFER', 'PREPARING']);
    expect(sent.answerTo('OFFER')).toBeUndefined();
    expect(sent.answerTo('ACK')).toBe('abort');
    expect(sent.cells).not.toContain('PREPARING/REQUEST_READY');
  });

  it('kit: a cell counts only where every course to where it is now goes through it', () => {
    const { cells } = after(
      'receiver',
      ...[...asked, send('Offer'), send('Payload'), send('Complete'), hears('Receipt')],
    );
    expect(cells).toContain('AWAIT_OFFER/OFFER');
    // The user may have agreed before the Payload came, or after.
    expect(cells).not.toContain('DECIDING/PAYLOAD');
    expect(cells).not.toContain('RECEIVING/PAYLOAD');
  });

  it('PSP-STATE-2: tells how an event is answered', () => {
    expect(after('receiver').answerTo('ACK')).toBe('reject');
    expect(after('receiver').answerTo('REJECT')).toBe('close');
    expect(after('receiver').answerTo('IGNORABLE')).toBe('goes-on');
    expect(after('receiver', ...asked).answerTo('OFFER')).toBe('goes-on');
    expect(after('receiver', ...asked).answerTo('PAYLOAD')).toBe('abort');
    const done = after('receiver', ...asked, send('Offer'), send('Complete'), hears('Receipt'));
    expect(done.answerTo('ACK')).toBe('goes-on');
  });
});

describe('the state of a sender', () => {
  const opened = [
    hears('Initiate'),
    send('Accept'),
    send('Confirm'),
    hears('Confirm'),
    hears('Identity'),
  ];

  it('PSP-STATE-1: is known up to what it does by itself', () => {
    expect(after('sender').states).toEqual(['AWAIT_ACCEPT']);
    expect(after('sender', ...opened).states).toEqual(['AWAIT_REQUEST']);
    const offered = after('sender', ...opened, send('Request'), hears('Offer'));
    expect([...offered.states].sort()).toEqual(['AWAIT_RECEIPT', 'SENDING']);
    expect(offered.answerTo('RECEIPT')).toBeUndefined();
    expect(offered.answerTo('PAYLOAD')).toBe('abort');
    offered.play({ id: 'all', do: 'collect' });
    expect(offered.states).toEqual(['AWAIT_RECEIPT']);
    expect(offered.answerTo('RECEIPT')).toBe('goes-on');
  });
});

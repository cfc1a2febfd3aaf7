// The window as section 11.1 counts it.
import { expect, it } from 'vitest';
import { SendWindow } from './send-window.ts';

function opened(payloads: number, octets: number | string): SendWindow {
  const window = new SendWindow();
  window.hear({ window: { max_unacked_payloads: payloads, max_unacked_octets: octets } });
  return window;
}

it('PSP-FLOW-1: forbids nothing before a window was named, and all at zero', () => {
  expect(new SendWindow().admits(1n)).toBe(true);
  expect(opened(0, 100).admits(1n)).toBe(false);
});

it('PSP-FLOW-1: admits as many Payloads as it says, until an Ack covers some', () => {
  const window = opened(2, 1_000);
  window.sent(1, 1n);
  expect(window.admits(1n)).toBe(true);
  window.sent(2, 1n);
  expect(window.admits(1n)).toBe(false);
  window.hear({ through_sequence: 1 });
  expect(window.admits(1n)).toBe(true);
});

it('PSP-FLOW-2: counts octets, but admits one Payload alone whatever its size', () => {
  const window = opened(9, '100');
  expect(window.admits(5_000n)).toBe(true);
  window.sent(1, 60n);
  expect(window.admits(40n)).toBe(true);
  expect(window.admits(41n)).toBe(false);
});

it('PSP-FLOW-1: an Ack without a window leaves it as it is', () => {
  const window = opened(1, 100);
  window.sent(1, 1n);
  window.hear({});
  expect(window.admits(1n)).toBe(false);
});

// Sessions that break one rule each, of frames and seals.
import { after, breaking, raw, receiver, sender, type Breaking } from './breaking.ts';
import { handover, upTo, changed } from './session-maker.ts';

/** Each with the rule that it breaks. */
export const frames: readonly Breaking[] = [
  breaking('PSP-FRAME-1', 'a shorter length than the body', [
    ...upTo(handover, 'Identity', { tamper: { kind: 'length', octets: 40 } }),
    sender('fin'),
  ]),
  breaking('PSP-FRAME-1', 'a shorter length before keys', [
    ...upTo(handover, 'Accept', { tamper: { kind: 'length', octets: 30 } }),
  ]),
  // Inside a nonce, after it, inside a share, and beyond the end.
  ...[20, 37, 60, 90].map((octets) =>
    breaking('PSP-FRAME-1', `a length of ${octets} where the next frame follows`, [
      ...upTo(handover, 'Accept', { tamper: { kind: 'length', octets } }),
      receiver('Confirm'),
    ]),
  ),
  breaking('PSP-FRAME-1', 'the end inside a frame', [
    ...upTo(handover, 'Offer', { tamper: { kind: 'cut', octets: 9, how: 'fin' } }),
    sender('fin'),
  ]),
  breaking(
    'PSP-FRAME-9',
    'a length of 0 before keys',
    upTo(handover, 'Accept', { tamper: { kind: 'length', octets: 0 } }),
  ),
  breaking(
    'PSP-SEAL-1',
    'a length of 0 after keys',
    upTo(handover, 'Identity', { tamper: { kind: 'length', octets: 0 } }),
  ),
  breaking(
    'PSP-FRAME-6',
    'a frame of 8193 octets before keys',
    upTo(handover, 'Initiate', { tamper: { kind: 'fill', octets: 8_193 } }),
  ),
  breaking(
    'PSP-FRAME-6',
    'a declared length beyond the announced limit',
    upTo(
      changed(handover, 'Accept', { fields: { limits: { max_frame_octets: 65_536 } } }),
      'second',
      { tamper: { kind: 'length', octets: 65_537 } },
    ),
  ),
  breaking('PSP-FRAME-12', 'a private-use type', upTo(handover, 'Offer', { tamper: raw('70') })),
  breaking('PSP-FRAME-12', 'an ignorable private-use type', [
    ...after('Offer', sender('KeepAlive', { tamper: raw('f0') })),
    ...handover.slice(7),
  ]),
  breaking('PSP-FRAME-13', 'type 0', upTo(handover, 'Offer', { tamper: raw('00') })),
  breaking('PSP-FRAME-13', 'type 255', [
    ...after('Offer', sender('KeepAlive', { tamper: raw('ff') })),
    ...handover.slice(7),
  ]),
  breaking('PSP-FRAME-14', 'type 23', upTo(handover, 'Request', { tamper: raw('170801') })),
  breaking('PSP-FRAME-14', 'type 5 in clear', upTo(handover, 'Accept', { tamper: raw('05') })),
  breaking(
    'PSP-SEAL-1',
    'a flipped tag',
    upTo(handover, 'first', { tamper: { kind: 'seal', how: 'flip-tag' } }),
  ),
  breaking(
    'PSP-SEAL-1',
    'a flipped text',
    upTo(handover, 'Request', { tamper: { kind: 'seal', how: 'flip-text' } }),
  ),
  breaking(
    'PSP-SEAL-1',
    'another length under the seal',
    upTo(handover, 'Offer', { tamper: { kind: 'seal', how: 'other-length' } }),
  ),
  breaking(
    'PSP-SEAL-1',
    'a body shorter than a tag',
    upTo(handover, 'Offer', { tamper: { kind: 'seal', how: 'short' } }),
  ),
  breaking(
    'PSP-SEAL-2',
    'the seal of the other direction',
    upTo(handover, 'Offer', { tamper: { kind: 'seal', how: 'other-direction' } }),
  ),
  breaking(
    'PSP-SEAL-5',
    'Identity in clear',
    upTo(handover, 'Identity', { tamper: { kind: 'seal', how: 'clear' } }),
  ),
  breaking(
    'PSP-SEAL-5',
    'a Payload in clear',
    upTo(handover, 'first', { tamper: { kind: 'seal', how: 'clear' } }),
  ),
  breaking(
    'PSP-SEAL-9',
    'a Request in clear',
    upTo(handover, 'Request', { tamper: { kind: 'seal', how: 'clear' } }),
  ),
  breaking(
    'PSP-SEAL-1',
    'nothing under a seal',
    upTo(handover, 'Offer', { tamper: { kind: 'seal', how: 'empty' } }),
  ),
  breaking(
    'PSP-SEAL-7',
    'a skipped counter',
    upTo(handover, 'Identity', { tamper: { kind: 'seal', how: 'skip' } }),
  ),
  breaking(
    'PSP-SEAL-7',
    'a frame once more',
    upTo(handover, 'Offer', { tamper: { kind: 'seal', how: 'repeat' } }),
  ),
];

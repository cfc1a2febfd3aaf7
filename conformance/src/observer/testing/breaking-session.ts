// Sessions that break one rule each, of the session.
import {
  after,
  breaking,
  instead,
  raw,
  receiver,
  sender,
  set,
  zeros,
  type Breaking,
} from './breaking.ts';
import { handover, patient, upTo, changed } from './session-maker.ts';

/** Each with the rule that it breaks. */
export const session: readonly Breaking[] = [
  breaking('PSP-STATE-1', 'Identity before Accept', after('Initiate', sender('Identity'))),
  breaking('PSP-STATE-1', 'a second Initiate', after('Initiate', sender('Initiate'))),
  breaking('PSP-STATE-1', 'a second Identity', after('Request', sender('Identity'))),
  breaking('PSP-STATE-1', 'an Ack before the Offer', after('Request', receiver('Ack'))),
  breaking('PSP-STATE-1', 'a message of the other role', after('Offer', sender('Ack'))),
  breaking(
    'PSP-FRAME-14',
    'an unknown critical type',
    upTo(handover, 'Offer', { tamper: raw('2000') }),
  ),
  breaking('PSP-STATE-1', 'a KeepAlive in clear', after('Initiate', sender('KeepAlive'))),
  breaking('PSP-STATE-1', 'a second Complete', after('Complete', sender('Complete'))),
  breaking('PSP-ID-1', 'a replica id of 15 octets', set('Identity')({ replica_id: zeros(15) })),
  breaking(
    'PSP-REQ-1',
    'a type twice',
    set('Request')({
      params: { types: [{ resource_type: 'Patient' }, { resource_type: 'Patient' }] },
    }),
  ),
  breaking('PSP-REQ-7', 'no window', set('Request')({ window: null })),
  breaking('PSP-OFFER-1', 'a second Offer', after('Offer', sender('Offer'))),
  breaking('PSP-OFFER-1', 'a Payload without an Offer', instead('Offer', sender('Payload'))),
  breaking('PSP-OFFER-1', 'Complete without an Offer', instead('Offer', sender('Complete'))),
  breaking(
    'PSP-OFFER-2',
    'resumed without a cursor',
    set('Offer')({ cursor_disposition: 'RESUMED' }),
  ),
  breaking(
    'PSP-OFFER-3',
    'totals and indeterminate',
    set('Offer')({ totals: [{ resource_type: 'Patient', entries: 3 }] }),
  ),
  breaking(
    'PSP-OFFER-3',
    'neither totals nor indeterminate',
    changed(handover, 'Offer', { fields: { indeterminate: null } }),
  ),
  breaking('PSP-PAY-1', 'a Payload left out', set('first')({ sequence: 2 })),
  breaking('PSP-PAY-3', 'a length that lies', set('first')({ uncompressed_octets: 7 })),
  breaking(
    'PSP-PAY-3',
    'a compressed length that lies beyond every limit',
    set('second')({ uncompressed_octets: 4_194_305 }),
  ),
  breaking(
    'PSP-PAY-9',
    'an encoding that was not negotiated',
    upTo(changed(handover, 'Accept', { fields: {} }), 'first', { deflate: true }),
  ),
  breaking('PSP-PAY-9', 'an unknown encoding', set('first')({ encoding: 3 })),
  breaking(
    'PSP-PAY-14',
    'two entries where one is the limit',
    upTo(changed(handover, 'Accept', { fields: { limits: { max_batch_entries: 1 } } }), 'first'),
  ),
  breaking(
    'PSP-PAY-14',
    'a batch beyond the limit',
    upTo(
      changed(handover, 'Accept', { fields: { limits: { max_batch_octets: 65_536 } } }),
      'first',
      { entries: [patient('p1', `,"x":"${'x'.repeat(65_536)}"`)] },
    ),
  ),
  breaking('PSP-DEF-1', 'a stream without end', set('second')({ batch: 'hex:000000ffff' })),
  breaking(
    'PSP-DEF-1',
    'octets after the stream',
    set('second')({ batch: 'hex:030000', uncompressed_octets: 0 }),
  ),
  breaking(
    'PSP-DEF-3',
    'too large a ratio',
    upTo(handover, 'second', { entries: [patient('p3', `,"x":"${'x'.repeat(200_000)}"`)] }),
  ),
  breaking('PSP-FLOW-1', 'more Payloads than the window', [
    ...upTo(
      changed(handover, 'Request', { fields: { window: { max_unacked_payloads: 1 } } }),
      'first',
    ),
    sender('Payload'),
  ]),
  breaking('PSP-FLOW-2', 'more octets than the window', [
    ...upTo(
      changed(handover, 'Request', { fields: { window: { max_unacked_octets: 10 } } }),
      'first',
    ),
    sender('Payload', { entries: [patient('p9')] }),
  ]),
  breaking(
    'PSP-SEL-28',
    'a type that was not asked for',
    upTo(
      changed(handover, 'Request', {
        fields: { params: { types: [{ resource_type: 'Observation' }] } },
      }),
      'first',
      { entries: [patient('p1')] },
    ),
  ),
  breaking('PSP-RESUME-4', 'a cursor of 257 octets', set('Complete')({ cursor: zeros(257) })),
  breaking(
    'PSP-RESUME-11',
    'a cursor in mode LAST_UPDATED',
    upTo(changed(handover, 'Request', { fields: { mode: 'LAST_UPDATED' } }), 'first', {
      fields: { cursor: 'hex:01' },
    }),
  ),
  breaking('PSP-ACK-1', 'an Ack of what was not sent', set('ack-first')({ through_sequence: 2 })),
  breaking('PSP-ACK-2', 'an Ack that goes back', set('ack-second')({ through_sequence: 0 })),
  breaking(
    'PSP-ACK-3',
    'an outcome of no entry',
    set('ack-first')({ outcomes: [{ sequence: 1, entry_index: 2, outcome: 'DUPLICATE' }] }),
  ),
  breaking(
    'PSP-ACK-3',
    'two outcomes of one entry',
    set('ack-first')({
      outcomes: [1, 1].map((entry_index) => ({ sequence: 1, entry_index, outcome: 'DUPLICATE' })),
    }),
  ),
  breaking(
    'PSP-ACK-3',
    'a refusal without an entry code',
    set('ack-first')({ outcomes: [{ sequence: 1, outcome: 'REFUSED', code: 'INTERNAL' }] }),
  ),
  breaking(
    'PSP-ACK-5',
    'a smaller window',
    set('ack-first')({ window: { max_unacked_payloads: 7 } }),
  ),
  breaking('PSP-DONE-1', 'Payloads miscounted', set('Complete')({ payloads: 3 })),
  breaking(
    'PSP-DONE-1',
    'entries miscounted',
    set('Complete')({ entries: [{ resource_type: 'Patient', entries: 2 }] }),
  ),
  breaking('PSP-DONE-1', 'a Payload after Complete', after('Complete', sender('Payload'))),
  breaking('PSP-DONE-4', 'a Receipt before Complete', after('ack-second', receiver('Receipt'))),
  breaking('PSP-DONE-4', 'a Receipt before the last Ack', [
    ...upTo(handover, 'second'),
    sender('Complete'),
    receiver('Receipt'),
  ]),
  breaking(
    'PSP-DONE-5',
    'a Receipt of fewer entries',
    set('Receipt')({
      counts: [{ resource_type: 'Patient', outcome: 'STORED', entries: 2 }],
    }),
  ),
  breaking(
    'PSP-DONE-5',
    'a Receipt of other outcomes',
    set('Receipt')({ counts: [{ resource_type: 'Patient', outcome: 'STALE', entries: 3 }] }),
  ),
];

// Sessions that break one rule each, of encodings and bounds.
import { fromHex } from '../../wire/octets.ts';
import { after, breaking, raw, receiver, set, zeros, type Breaking } from './breaking.ts';
import { changed, handover, upTo } from './session-maker.ts';

/** Each with the rule that it breaks. */
export const messages: readonly Breaking[] = [
  breaking('PSP-CONV-3', 'no suite', set('Initiate')({ pake_suite: 0 })),
  breaking('PSP-CONV-3', 'no mode', set('Request')({ mode: 0 })),
  breaking('PSP-CONV-3', 'no encoding', set('first')({ encoding: 0 })),
  breaking('PSP-MSG-22', 'field number 0', upTo(handover, 'Offer', { tamper: raw('120001') })),
  breaking(
    'PSP-MSG-23',
    'a string that is no UTF-8',
    upTo(handover, 'Identity', { tamper: raw('101201ff') }),
  ),
  breaking(
    'PSP-MSG-10',
    'a group',
    upTo(handover, 'Offer', { tamper: { kind: 'append', octets: fromHex('fb01fc01') } }),
  ),
  breaking(
    'PSP-MSG-22',
    'a tag of 6 octets',
    upTo(handover, 'Offer', {
      tamper: { kind: 'append', octets: fromHex('888080808000 00') },
    }),
  ),
  breaking(
    'PSP-MSG-17',
    'a name of 129 octets',
    set('Identity')({ display_name: 'x'.repeat(129) }),
  ),
  breaking(
    'PSP-MSG-17',
    'a detail of 257 octets',
    after('Offer', receiver('Abort', { fields: { detail: 'x'.repeat(257) } })),
  ),
  breaking(
    'PSP-MSG-17',
    'five shares',
    set('Initiate')({
      pake_shares: [1, 2, 3, 4, 5].map((kind) => ({ secret_kind: kind, share: zeros(32) })),
    }),
  ),
  breaking(
    'PSP-MSG-17',
    'a type twice in totals',
    set('Offer')({
      indeterminate: false,
      totals: [{ resource_type: 'A' }, { resource_type: 'A' }],
    }),
  ),
  breaking(
    'PSP-MSG-24',
    'very many elements',
    upTo(handover, 'Offer', {
      tamper: {
        kind: 'append',
        octets: new Uint8Array(2 * 65_537).map((_, i) => (i % 2 === 0 ? 0x0a : 0)),
      },
    }),
  ),
  breaking('PSP-MSG-25', 'a cursor in mode FULL', [
    ...set('Request')({ mode: 'FULL', cursor: 'hex:01' }),
    ...handover.slice(6),
  ]),
  breaking('PSP-MSG-25', 'an instant in mode FULL', [
    ...set('Request')({
      mode: 'FULL',
      params: { types: [{ resource_type: 'Patient', last_updated: '2026-01-01T00:00:00Z' }] },
    }),
    ...handover.slice(6),
  ]),
  breaking(
    'PSP-MSG-25',
    'an Abort without a code',
    after('Offer', receiver('Abort', { fields: { code: 0 } })),
  ),
  breaking(
    'PSP-MSG-25',
    'versions in a Reject about something else',
    after('Initiate', receiver('Reject', { fields: { versions: [1] } })),
  ),
  breaking(
    'PSP-MSG-25',
    'an outcome without a value',
    set('ack-first')({ outcomes: [{ sequence: 1, entry_index: 0 }] }),
  ),
  breaking(
    'PSP-MSG-25',
    'REFUSED without a code',
    set('ack-first')({ outcomes: [{ sequence: 1, entry_index: 0, outcome: 'REFUSED' }] }),
  ),
  breaking(
    'PSP-EXT-1',
    'a critical grease capability',
    set('Initiate')({ capabilities: [{ id: 58, critical: true }] }),
  ),
  breaking('PSP-EXT-1', 'a grease capability that is taken', [
    ...upTo(
      changed(handover, 'Initiate', { fields: { capabilities: [{ id: 1 }, { id: 27 }] } }),
      'Accept',
      {
        fields: { capabilities: [{ id: 1 }, { id: 27 }] },
      },
    ),
    ...handover.slice(2),
  ]),
  breaking(
    'PSP-LIM-1',
    'a limit below the least',
    set('Accept')({ limits: { max_frame_octets: 65_535 } }),
  ),
  breaking(
    'PSP-LIM-1',
    'a limit above the greatest',
    set('Initiate')({ limits: { max_batch_entries: 1_001 } }),
  ),
  breaking(
    'PSP-CAP-1',
    'a capability twice',
    set('Initiate')({ capabilities: [{ id: 1 }, { id: 1 }] }),
  ),
];

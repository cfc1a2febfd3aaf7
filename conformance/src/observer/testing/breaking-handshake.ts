// Sessions that break one rule each, before keys, and of the server URL.
import { frameOf } from '../../wire/frame.ts';
import { fromHex, toHex, utf8 } from '../../wire/octets.ts';
import {
  after,
  breaking,
  hex,
  instead,
  qr,
  receiver,
  sender,
  set,
  zeros,
  type Breaking,
} from './breaking.ts';
import { handover, serverUrl, upTo, changed } from './session-maker.ts';

/** Each with the rule that it breaks. */
export const handshake: readonly Breaking[] = [
  breaking('PSP-VER-1', 'no version', set('Initiate')({ versions: [] })),
  breaking('PSP-VER-1', 'a version twice', set('Initiate')({ versions: [1, 1] })),
  breaking(
    'PSP-VER-1',
    '17 versions',
    set('Initiate')({ versions: Array.from({ length: 17 }, (_, i) => i + 1) }),
  ),
  breaking('PSP-VER-2', 'a version that was not offered', set('Accept')({ version: 2 })),
  breaking(
    'PSP-VER-3',
    'VERSION_UNSUPPORTED without versions',
    instead(
      'Accept',
      receiver('Reject', { fields: { code: 'VERSION_UNSUPPORTED', retry: 'AFTER_UPGRADE' } }),
    ),
  ),
  breaking(
    'PSP-VER-3',
    'VERSION_UNSUPPORTED with a version that both speak',
    instead(
      'Accept',
      receiver('Reject', {
        fields: { code: 'VERSION_UNSUPPORTED', retry: 'AFTER_UPGRADE', versions: [1, 3] },
      }),
    ),
  ),
  breaking(
    'PSP-CAP-4',
    'a capability that was not offered',
    set('Accept')({ capabilities: [{ id: 1 }, { id: 2 }] }),
  ),
  breaking('PSP-CODE-9', 'the code in a name', set('Identity')({ display_name: 'code 417204934' })),
  breaking('PSP-CODE-9', 'the QR text in a name', set('Identity')({ display_name: qr }), {
    secrets: [qr],
  }),
  breaking(
    'PSP-CODE-12',
    'one share for two kinds',
    set('Initiate')({
      pake_shares: ['DIGITS', 'QR'].map((secret_kind) => ({
        secret_kind,
        share: 'hex:e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76',
      })),
    }),
    { secrets: ['417204934', qr], only: 'sender' },
  ),
  breaking('PSP-HS-1', 'Confirm as the first frame', [sender('Confirm')]),
  breaking('PSP-HS-1', 'an ignorable frame first', [
    sender('KeepAlive', { octets: frameOf(fromHex('8b00')) }),
    ...handover,
  ]),
  breaking('PSP-HS-2', 'a nonce of 15 octets', set('Initiate')({ session_nonce: zeros(15) })),
  breaking(
    'PSP-HS-6',
    'a server that differs from the digest it took',
    set('Request')({ server_url: 'https://other.example' }),
    { only: 'sender' },
  ),
  breaking(
    'PSP-HS-8',
    'a kind of secret that was not offered',
    set('Accept')({ secret_kind: 'QR' }),
  ),
  breaking('PSP-HS-11', 'Confirm without Accept', instead('Accept', receiver('Confirm'))),
  breaking('PSP-HS-11', 'Accept twice', instead('Tb', receiver('Accept'))),
  breaking('PSP-HS-11', 'an ignorable frame after Accept', [
    ...after('Accept', receiver('KeepAlive', { octets: frameOf(fromHex('80')) })),
    ...handover.slice(2),
  ]),
  breaking(
    'PSP-HS-13',
    'Confirm before that of the receiver',
    after('Initiate', sender('Confirm')),
  ),
  breaking('PSP-HS-13', 'Offer after Confirm', instead('Identity', sender('Offer'))),
  breaking(
    'PSP-HS-17',
    'the server in clear',
    changed(handover, 'Accept', {
      tamper: {
        kind: 'append',
        octets: fromHex(`fabe07${serverUrl.length.toString(16)}${toHex(utf8(serverUrl))}`),
      },
    }),
  ),
  breaking(
    'PSP-HS-19',
    'a kind of secret twice',
    set('Initiate')({
      pake_shares: ['DIGITS', 'DIGITS'].map((secret_kind) => ({ secret_kind, share: zeros(32) })),
    }),
  ),
  breaking('PSP-HS-21', 'a nonce of 17 octets', set('Accept')({ session_nonce: zeros(17) })),
  breaking(
    'PSP-KEY-1',
    'a share that is no element',
    set('Accept')({ pake_share: hex(new Uint8Array(32).fill(255)) }),
  ),
  breaking(
    'PSP-KEY-1',
    'the identity as a share',
    set('Initiate')({ pake_shares: [{ secret_kind: 'DIGITS', share: zeros(32) }] }),
  ),
  breaking(
    'PSP-KEY-2',
    'a wrong Ta',
    upTo(handover, 'Ta', { tamper: { kind: 'flip', field: 'tag' } }),
  ),
  breaking(
    'PSP-KEY-2',
    'a wrong Tb',
    upTo(handover, 'Tb', { tamper: { kind: 'flip', field: 'tag' } }),
  ),
  breaking('PSP-KEY-2', 'a tag of 32 octets', set('Ta')({ tag: zeros(32) })),
  breaking(
    'PSP-SRV-1',
    'another digest',
    upTo(handover, 'Initiate', { tamper: { kind: 'flip', field: 'server_digest' } }),
  ),
  breaking(
    'PSP-SRV-1',
    'another server than that of the digest',
    set('Identity')({ server_url: 'https://other.example' }),
    { only: 'receiver' },
  ),
  breaking(
    'PSP-SRV-2',
    'a URL that is not canonical',
    set('Identity')({ server_url: 'HTTPS://fhir.example.org/r4' }),
  ),
  breaking(
    'PSP-SRV-3',
    'a URL with a query',
    set('Request')({ server_url: 'https://x.example/?a' }),
  ),
  breaking(
    'PSP-SRV-7',
    'a URL with a broken port',
    set('Request')({ server_url: 'https://x.example:0/' }),
  ),
  breaking(
    'PSP-SRV-4',
    'a URL of an endpoint without a server',
    set('Request')({ server_url: 'https://x.example' }),
    {
      context: { serverUrl: '' },
      only: 'receiver',
    },
  ),
];

// Sessions that break one rule each, of endings.
import { after, breaking, receiver, sender, type Breaking } from './breaking.ts';

/** Each with the rule that it breaks. */
export const endings: readonly Breaking[] = [
  breaking(
    'PSP-ABORT-1',
    'octets after an Abort',
    after('Offer', sender('Abort'), sender('KeepAlive')),
  ),
  breaking('PSP-ABORT-1', 'a Reject after keys', after('Offer', sender('Reject'))),
  breaking(
    'PSP-ABORT-2',
    'octets after a Reject',
    after('Initiate', receiver('Reject'), receiver('Reject')),
  ),
  breaking('PSP-ABORT-2', 'an Abort before keys', after('Initiate', receiver('Abort'))),
  breaking(
    'PSP-ABORT-4',
    'another retry class',
    after('Offer', receiver('Abort', { fields: { retry: 'LATER' } })),
  ),
  breaking(
    'PSP-ABORT-4',
    'no retry class',
    after('Initiate', receiver('Reject', { fields: { retry: 0 } })),
  ),
  breaking(
    'PSP-ABORT-7',
    'an Abort in answer to one',
    after('Offer', receiver('Abort'), sender('Abort')),
  ),
  breaking('PSP-CLOSE-1', 'octets after the Receipt', after('Receipt', receiver('KeepAlive'))),
  breaking('PSP-CLOSE-1', 'a reset after the last frame', after('Receipt', receiver('rst')), {
    only: 'receiver',
  }),
  breaking(
    'PSP-ERR-1',
    'an entry code in an Abort',
    after('Offer', receiver('Abort', { fields: { code: 'ENTRY_INVALID', retry: 'NEVER' } })),
  ),
];

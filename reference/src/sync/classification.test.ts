import { describe, expect, it } from 'vitest';
import { classify, orderOfBases } from './classification.ts';
import { shown } from './testing/classified.ts';
import { entry, stored, type EntryForm } from './testing/entries.ts';

type Row = [title: string, ours: EntryForm, theirs: EntryForm, expected: string];

const copied = 'conflict: copied-store';

const sameBase: Row[] = [
  ['S5 echo', { changes: '+a1' }, { changes: '+a1' }, 'DUPLICATE, ours, by PSP-CLS-3'],
  ['pristine', { base: 'v1' }, { base: 'v1' }, 'DUPLICATE, ours, by PSP-CLS-3'],
  ['no instant, one version', { base: 'v1!' }, { base: 'v1' }, 'DUPLICATE, ours, by PSP-CLS-3'],
  [
    'S3 edited on',
    { changes: '+a1' },
    { changes: '+a1 a2' },
    'FAST_FORWARDED, theirs, by PSP-CLS-5',
  ],
  [
    'S18 pristine here',
    { base: 'v1' },
    { base: 'v1', changes: 'a1' },
    'FAST_FORWARDED, theirs, by PSP-CLS-5',
  ],
  [
    'S12 deleted after it was shared',
    { changes: '+a1' },
    { changes: '+a1 -a2' },
    'FAST_FORWARDED, theirs, by PSP-CLS-5',
  ],
  ['S2 edited here', { changes: '+a1 b1' }, { changes: '+a1' }, 'STALE, ours, by PSP-CLS-6'],
  ['edited here', { base: 'v1', changes: 'b1' }, { base: 'v1' }, 'STALE, ours, by PSP-CLS-6'],
  [
    'S7 edited on both',
    { base: 'v1', changes: 'a1' },
    { base: 'v1', changes: 'b1' },
    'conflict: concurrent-changes',
  ],
  [
    'forked after a shared part',
    { changes: '+a1 b1' },
    { changes: '+a1 c1' },
    'conflict: concurrent-changes',
  ],
  ['S9 two INSERTs of one id', { changes: '+a1' }, { changes: '+b1' }, 'conflict: two-creations'],
  ['S41 one id, two patches', { changes: '+a1 a2' }, { changes: '+a1 a2=x' }, copied],
  ['S41 one id, two creations', { changes: '+a1' }, { changes: '+a1=x' }, copied],
  ['S41 one id, two types', { base: 'v1', changes: 'a1' }, { base: 'v1', changes: '-a1' }, copied],
  ['S41 one id, two positions', { changes: '+a1 a2 a3' }, { changes: '+a1 b1 a3=x' }, copied],
  [
    'S41 one id, and theirs goes on',
    { base: 'v1', changes: 'a1' },
    { base: 'v1', changes: 'a1=x a2' },
    copied,
  ],
  [
    'S41 one id, and ours goes on',
    { base: 'v1', changes: 'a1=x a2' },
    { base: 'v1', changes: 'a1' },
    copied,
  ],
  [
    'S11 delete against edit',
    { base: 'v1', changes: '-a1' },
    { base: 'v1', changes: 'b1' },
    'conflict: delete-against-edit',
  ],
];

const theirsNewer: Row[] = [
  [
    'S17 pristine but older',
    { base: 'v1' },
    { base: 'v2' },
    'FAST_FORWARDED, theirs, by PSP-CLS-7',
  ],
  [
    'pristine but older, edited there',
    { base: 'v1' },
    { base: 'v2', changes: 'a1' },
    'FAST_FORWARDED, theirs, by PSP-CLS-5',
  ],
  [
    'same changes on a newer version',
    { base: 'v1', changes: 'a1' },
    { base: 'v2', changes: 'a1' },
    'FAST_FORWARDED, theirs, by PSP-CLS-4',
  ],
  [
    'S4 uploaded there',
    { changes: '+a1 a2' },
    { base: 'v1', absorbed: 'a1 a2' },
    'FAST_FORWARDED, theirs, by PSP-CLS-8',
  ],
  [
    'uploaded there in part, the rest on top',
    { changes: '+a1 a2' },
    { base: 'v1', absorbed: 'a1', changes: 'a2 a3' },
    'FAST_FORWARDED, theirs, by PSP-CLS-8',
  ],
  [
    'S41 one id twice on a newer version',
    { base: 'v1', changes: 'a1' },
    { base: 'v2', changes: 'a1=x' },
    copied,
  ],
  [
    'S41 uploaded there in part, the rest is another',
    { changes: '+a1 a2' },
    { base: 'v1', absorbed: 'a1', changes: 'a2=x' },
    copied,
  ],
  [
    'S41 one id twice, but their version has it: absorbed sets know ids only',
    { base: 'v1', changes: 'a1=x' },
    { base: 'v2', absorbed: 'a1', family: 'a1' },
    'FAST_FORWARDED, theirs, by PSP-CLS-8',
  ],
  [
    'a change that they list although their version has it',
    { changes: '+a1 a2' },
    { base: 'v1', absorbed: 'a1 a2', changes: 'a2 a3' },
    'FAST_FORWARDED, theirs, by PSP-CLS-8',
  ],
  [
    'S13 deleted and uploaded there',
    { base: 'v1', changes: '-a1' },
    { base: 'v2', absorbed: 'a1', gone: true },
    'FAST_FORWARDED, theirs, by PSP-CLS-8',
  ],
  [
    'S13 tombstone',
    { base: 'v1' },
    { base: 'v2', gone: true },
    'FAST_FORWARDED, theirs, by PSP-CLS-7',
  ],
  [
    'S14 created again',
    { base: 'v2', gone: true },
    { base: 'v3' },
    'FAST_FORWARDED, theirs, by PSP-CLS-7',
  ],
  [
    'S11 deleted on the server, edited here',
    { base: 'v1', changes: 'b1' },
    { base: 'v2', gone: true },
    'conflict: delete-against-edit',
  ],
  [
    'absorbed, but not from the start',
    { base: 'v1', changes: 'b1 a1' },
    { base: 'v2', absorbed: 'a1' },
    'conflict: server-moved',
  ],
  ['created on the server too', { changes: '+a1' }, { base: 'v1' }, 'conflict: two-creations'],
];

const oursNewer: Row[] = [
  ['S16 pristine and newer', { base: 'v2' }, { base: 'v1' }, 'STALE, ours, by PSP-CLS-7'],
  [
    'same changes on an older version',
    { base: 'v2', changes: 'a1' },
    { base: 'v1', changes: 'a1' },
    'STALE, ours, by PSP-CLS-4',
  ],
  [
    'edited here, older there',
    { base: 'v2', changes: 'a1' },
    { base: 'v1' },
    'STALE, ours, by PSP-CLS-6',
  ],
  [
    'S42 a carrier that missed the upload',
    { base: 'v1', absorbed: 'a1 a2' },
    { changes: '+a1 a2' },
    'STALE, ours, by PSP-CLS-9',
  ],
  [
    'the absorbed part and a beginning of ours',
    { base: 'v1', absorbed: 'a1', changes: 'a2 a3' },
    { changes: '+a1 a2' },
    'STALE, ours, by PSP-CLS-9',
  ],
  [
    'S16 an edit of an older version',
    { base: 'v2' },
    { base: 'v1', changes: 'a1' },
    'conflict: server-moved',
  ],
  [
    'S42 a carrier that edited on',
    { base: 'v1', absorbed: 'a1' },
    { changes: '+a1 c1' },
    'REBASED, both, by PSP-CLS-25',
  ],
  [
    'S42 a carrier that edited on, but others wrote there',
    { base: 'v1', absorbed: 'a1', family: 'other' },
    { changes: '+a1 c1' },
    'conflict: server-moved',
  ],
  [
    'S41 ours absorbed the first, the rest is another',
    { base: 'v1', absorbed: 'a1', changes: 'a2' },
    { changes: '+a1 a2=x' },
    copied,
  ],
];

const orderUnknown: Row[] = [
  ['S23 no instant', { base: 'v1' }, { base: 'v2!' }, 'conflict: order-unknown'],
  [
    'same changes',
    { base: 'v1', changes: 'a1' },
    { base: 'v2!', changes: 'a1' },
    'conflict: order-unknown',
  ],
  ['S41 one id twice', { base: 'v1!', changes: 'a1' }, { base: 'v2', changes: 'a1=x' }, copied],
  ['a longer list', { base: 'v1!' }, { base: 'v2', changes: 'a1' }, 'conflict: order-unknown'],
  ['one side deleted', { base: 'v1!' }, { base: 'v2', changes: '-a1' }, 'conflict: order-unknown'],
];

describe('classification, row by row', () => {
  it('PSP-CLS-2: nothing here yet', () => {
    const found = classify(undefined, entry({ changes: '+a1' }));
    expect(shown(found)).toBe('STORED, theirs, by PSP-CLS-2');
  });

  const groups = { 'same base': sameBase, 'theirs newer': theirsNewer, 'ours newer': oursNewer };
  for (const [group, rows] of Object.entries({ ...groups, 'order unknown': orderUnknown })) {
    it.each(rows)(`PSP-CLS-1 ${group}: %s`, (_title, ours, theirs, expected) => {
      expect(shown(classify(stored(ours), entry(theirs)))).toBe(expected);
    });
  }

  it('PSP-DATA-11 S20: two versions of one instant have no order, whatever their offset', () => {
    const early = { versionId: 'x', lastUpdated: '2024-01-01T12:00:00.000Z' };
    const same = { versionId: 'y', lastUpdated: '2024-01-01T14:00:00+02:00' };
    const later = { versionId: 'z', lastUpdated: '2024-01-01T12:00:00.0000001Z' };
    expect(orderOfBases(early, same)).toBe('unknown');
    expect(orderOfBases(early, later)).toBe('theirs-newer');
    expect(orderOfBases(later, same)).toBe('ours-newer');
  });

  it('PSP-DATA-10: a version id says nothing about order', () => {
    const nine = { versionId: '9', lastUpdated: '2024-01-02T00:00:00Z' };
    const ten = { versionId: '10', lastUpdated: '2024-01-01T00:00:00Z' };
    expect(orderOfBases(nine, ten)).toBe('ours-newer');
  });
});

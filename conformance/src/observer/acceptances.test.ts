// What looks odd and breaks nothing, and where the observer holds its tongue: a side is not blamed
// for what the other one did first, nor for what nobody can know.
import { beforeAll, describe, expect, it } from 'vitest';
import type { SessionContext } from '../run/judging.ts';
import { ready } from '../security/cpace.ts';
import { frameOf } from '../wire/frame.ts';
import { fromHex } from '../wire/octets.ts';
import { observation, type Observation } from './observe.ts';
import { after, breaking, instead, raw, receiver, sender, set, zeros } from './testing/breaking.ts';
import {
  changed,
  contextOf,
  handover,
  patient,
  SessionMaker,
  upTo,
  views,
  type Move,
} from './testing/session-maker.ts';

beforeAll(async () => {
  await ready();
});

function seen(
  testee: 'sender' | 'receiver',
  moves: readonly Move[],
  context: Partial<SessionContext> = {},
): Observation {
  return observation(new SessionMaker(testee).play(moves), contextOf(context));
}

const told = ({ findings }: Observation): string[] =>
  findings.map(({ side, requirement, detail }) => `${side} ${requirement} ${detail}`);

const window = (payloads: number, octets = 100): Readonly<Record<string, unknown>> => ({
  window: { max_unacked_payloads: payloads, max_unacked_octets: octets },
});
const held = changed(handover, 'Request', { fields: window(0, 0) });
const opened = receiver('Ack', { fields: { through_sequence: 0, ...window(1, 10) } });
const grease = (by: 'sender' | 'receiver'): Move => ({
  by,
  send: 'KeepAlive',
  tamper: raw('8b00ff'),
});

const fine = [
  breaking('PSP-REQ-8', 'a window of 0, opened by an Ack of 0', [...upTo(held, 'Offer'), opened]),
  breaking('PSP-FLOW-2', 'one Payload larger than the window goes alone', [
    ...upTo(held, 'Offer'),
    opened,
    sender('Payload', { entries: [patient('p1')] }),
  ]),
  breaking(
    'PSP-ACK-2',
    'an Ack of the same Payload once more',
    after('ack-first', receiver('Ack')),
  ),
  breaking('PSP-DONE-1', 'nothing to send, behind a window of 0', [
    ...upTo(held, 'Offer'),
    sender('Complete'),
    receiver('Receipt'),
  ]),
  breaking('PSP-ALIVE-1', 'KeepAlives and grease before the first message of a side', [
    ...upTo(handover, 'Ta'),
    sender('KeepAlive'),
    grease('sender'),
    receiver('KeepAlive'),
    grease('receiver'),
    ...handover.slice(4),
  ]),
  breaking('PSP-HS-13', 'a KeepAlive and grease between Confirm and Identity', [
    ...upTo(handover, 'Ta'),
    sender('KeepAlive'),
    grease('sender'),
    ...handover.slice(4),
  ]),
  breaking('PSP-CODE-13', 'a sender that is busy', [
    sender('Reject', { fields: { code: 'BUSY', retry: 'LATER' } }),
  ]),
  breaking('PSP-ABORT-5', 'a code that nobody knows, with any retry class', [
    ...after('Offer', receiver('Abort', { fields: { code: 20_000, retry: 'LATER' } })),
  ]),
  breaking(
    'PSP-ABORT-2',
    'giving up between Accept and Confirm',
    after('Accept', receiver('Reject')),
  ),
  breaking('PSP-FRAME-6', 'a frame of exactly the limit before keys', [
    ...upTo(handover, 'Initiate', { tamper: { kind: 'fill', octets: 8_192 } }),
  ]),
  breaking('PSP-HS-4', 'a suite that nobody knows yet', set('Initiate')({ pake_suite: 99 })),
  breaking('PSP-OFFER-2', 'a cursor that was taken up', [
    ...upTo(
      changed(handover, 'Request', { fields: { mode: 'CURSOR', cursor: 'hex:01' } }),
      'Offer',
      { fields: { cursor_disposition: 'RESUMED' } },
    ),
  ]),
];

describe.each(fine)('$rule $title', ({ moves }) => {
  it.each(views)('breaks nothing, testee %s', (testee) => {
    expect(told(seen(testee, moves))).toEqual([]);
  });
});

describe('a side is not blamed', () => {
  it('PSP-ABORT-7 for giving up at an Abort that is malformed', () => {
    const bad = receiver('Abort', { fields: { detail: 'x'.repeat(257) } });
    const moves = after('Offer', bad, sender('Abort'));
    expect(told(seen('sender', moves))).toEqual([expect.stringMatching(/^kit PSP-MSG-17/)]);
  });

  it('PSP-SEAL-9 for a Reject in clear when Ta was wrong', () => {
    const wrong = upTo(handover, 'Ta', { tamper: { kind: 'flip', field: 'tag' } });
    const fields = { code: 'AUTH_FAILED', retry: 'NOW' };
    const reject = receiver('Reject', { octets: frameOf(fromHex('03080d1801')), fields });
    expect(told(seen('receiver', [...wrong, reject]))).toEqual([
      expect.stringMatching(/^kit PSP-KEY-2/),
    ]);
  });

  it('PSP-KEY-2 for the tag of a secret that it was told wrongly', () => {
    const wrong = upTo(handover, 'Tb', { tamper: { kind: 'flip', field: 'tag' } });
    expect(told(seen('receiver', wrong, { isSecretWrong: true }))).toEqual([]);
    expect(told(seen('sender', wrong, { isSecretWrong: true }))).toHaveLength(1);
  });

  it('PSP-FRAME-1 for an end inside a frame when it was killed, or the kit had ended', () => {
    const cut = upTo(handover, 'Request', { tamper: { kind: 'cut', octets: 9, how: 'fin' } });
    const end = receiver('fin');
    expect(told(seen('receiver', [...cut, end]))).toHaveLength(1);
    expect(told(seen('receiver', [...cut, end], { wasTesteeKilled: true }))).toEqual([]);
    expect(told(seen('receiver', [...cut, sender('fin'), end]))).toEqual([]);
  });

  it('PSP-CLOSE-1 for a reset that the kit may have caused', () => {
    const over = [...upTo(handover, 'Receipt'), sender('KeepAlive'), receiver('rst')];
    expect(told(seen('receiver', over))).toEqual([]);
  });

  it('PSP-STATE-1 for anything after the kit has broken a rule', () => {
    const broken = [
      ...instead('Identity', sender('Offer')),
      receiver('Ack'),
      receiver('Abort', { fields: { code: 'UNEXPECTED_MESSAGE', retry: 'AFTER_UPGRADE' } }),
    ];
    expect(told(seen('receiver', broken))).toEqual([expect.stringMatching(/^kit PSP-HS-13/)]);
    const late = [...broken, receiver('KeepAlive')];
    expect(told(seen('receiver', late))).toEqual([
      expect.stringMatching(/^kit PSP-HS-13/),
      expect.stringMatching(/^testee PSP-ABORT-1/),
    ]);
  });

  it('PSP-INV-6 for what an Initiate of another version says', () => {
    const reject = { code: 'VERSION_UNSUPPORTED', retry: 'AFTER_UPGRADE', versions: [1] };
    const moves = [
      ...set('Initiate')({ versions: [2, 9], session_nonce: zeros(3) }),
      receiver('Reject', { fields: reject }),
    ];
    const { findings, done } = seen('receiver', moves);
    expect(findings).toEqual([]);
    expect(done.kit?.why).toBe('another version than 1');
  });
});

describe('what is only found with more than the octets of one frame', () => {
  it('PSP-ACK-3 an outcome of a Payload that an Ack before has covered', () => {
    const outcomes = [{ sequence: 1, entry_index: 0, outcome: 'DUPLICATE' }];
    const moves = upTo(handover, 'ack-second', { fields: { outcomes } });
    expect(told(seen('receiver', moves))).toEqual([expect.stringMatching(/^testee PSP-ACK-3/)]);
  });

  it('PSP-KEY-1 a share of the kit that does not follow from its scalar', () => {
    const transcript = new SessionMaker('receiver').play(handover.slice(0, 1));
    const scalar = new Uint8Array(32).fill(3);
    const secrets = { ...transcript.secrets, scalar };
    const { findings } = observation({ ...transcript, secrets }, contextOf());
    expect(findings.map(({ requirement }) => requirement)).toEqual(['PSP-KEY-1']);
  });

  it('PSP-ID-1 another replica id than the store of the testee has', () => {
    const context = { testeeReplica: '00'.repeat(16) };
    expect(told(seen('receiver', handover, context))).toEqual([
      expect.stringMatching(/^testee PSP-ID-1/),
    ]);
  });
});

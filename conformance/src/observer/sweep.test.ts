// Every message of an honest session spoiled in every way that the kit knows: one finding each, at
// that message, by the rule that belongs to the way.
import { beforeAll, describe, expect, it } from 'vitest';
import type { SealFault, Tampering } from '../peer/script.ts';
import { ready } from '../security/cpace.ts';
import { wildNames } from '../wire/wild-encodings.ts';
import { fromHex } from '../wire/octets.ts';
import { observation } from './observe.ts';
import {
  contextOf,
  handover,
  SessionMaker,
  upTo,
  views,
  type Move,
} from './testing/session-maker.ts';

beforeAll(async () => {
  await ready();
});

const messages = handover.filter(({ send }) => send !== 'fin');
const idOf = ({ id, send }: Move): string => id ?? send;
const clear = ['Initiate', 'Accept', 'Tb', 'Ta'];
const sealed = messages.filter((move) => !clear.includes(idOf(move)));

const seals: Readonly<Record<SealFault, (move: Move) => string>> = {
  'flip-tag': () => 'PSP-SEAL-1',
  'flip-text': () => 'PSP-SEAL-1',
  'other-length': () => 'PSP-SEAL-1',
  skip: () => 'PSP-SEAL-7',
  repeat: () => 'PSP-SEAL-7',
  'other-direction': () => 'PSP-SEAL-2',
  clear: ({ by }) => (by === 'sender' ? 'PSP-SEAL-5' : 'PSP-SEAL-9'),
  short: () => 'PSP-SEAL-1',
  empty: () => 'PSP-SEAL-1',
};

const byBody: readonly (readonly [string, Tampering, string, string])[] = [
  ['length 0', { kind: 'length', octets: 0 }, 'PSP-SEAL-1', 'PSP-FRAME-9'],
  [
    'a length beyond all limits',
    { kind: 'length', octets: 67_108_865 },
    'PSP-FRAME-6',
    'PSP-FRAME-6',
  ],
  ['a cut field', { kind: 'append', octets: fromHex('7a05') }, 'PSP-MSG-22', 'PSP-MSG-22'],
  ['field number 0', { kind: 'append', octets: fromHex('0000') }, 'PSP-MSG-22', 'PSP-MSG-22'],
  ['a group', { kind: 'append', octets: fromHex('fbaa07fcaa07') }, 'PSP-MSG-10', 'PSP-MSG-10'],
];

function found(moves: readonly Move[], testee: 'sender' | 'receiver'): string[] {
  const transcript = new SessionMaker(testee).play([
    ...moves,
    { by: 'sender', send: 'fin' },
    { by: 'receiver', send: 'fin' },
  ]);
  const { findings } = observation(transcript, contextOf());
  const last = transcript.entries.findLast(({ kind }) => kind === 'octets');
  return findings.map(({ requirement, where, detail }) =>
    where.entry === last?.at ? requirement : `${requirement} elsewhere: ${detail}`,
  );
}

describe.each(views)('testee %s', (testee) => {
  it.each(sealed.map((move) => [idOf(move), move] as const))(
    'PSP-SEAL-1 %s, every seal',
    (id, move) => {
      const isFirst = id === 'Identity' || id === 'Request';
      const told = Object.entries(seals).flatMap(([how, rule]) => {
        if (how === 'repeat' && isFirst) return [];
        const tamper: Tampering = { kind: 'seal', how: how as SealFault };
        const findings = found(upTo(handover, id, { tamper }), testee);
        const isRight = findings.length === 1 && findings[0] === rule(move);
        return isRight ? [] : [`${how}: ${findings.join(', ')}`];
      });
      expect(told).toEqual([]);
    },
  );

  it.each(byBody)('PSP-MSG-22 %s in every message', (_, tamper, rule, inClear) => {
    const told = messages.flatMap((move) => {
      const findings = found(upTo(handover, idOf(move), { tamper }), testee);
      const expected = clear.includes(idOf(move)) ? inClear : rule;
      return findings.length === 1 && findings[0] === expected
        ? []
        : [`${idOf(move)}: ${findings.join(', ')}`];
    });
    expect(told).toEqual([]);
  });

  it.each(wildNames)('PSP-MSG-1 nothing is broken by the encoding %s', (encoding) => {
    const told = messages.flatMap((move) =>
      found(
        upTo(handover, idOf(move), { tamper: { kind: 'wild', encoding, isBlind: true } }),
        testee,
      ),
    );
    expect(told).toEqual([]);
  });

  it('PSP-FRAME-8 finds the same however the octets come', () => {
    const moves = upTo(handover, 'second', { tamper: { kind: 'seal', how: 'flip-tag' } });
    const transcript = new SessionMaker(testee).play(moves);
    const single = transcript.entries.flatMap(({ octets = new Uint8Array(), ...entry }) =>
      [...octets].map((octet) => ({ ...entry, octets: Uint8Array.of(octet) })),
    );
    const entries = single.map((entry, at) => ({ ...entry, at }));
    const octetwise = observation({ ...transcript, entries }, contextOf()).findings;
    const whole = observation(transcript, contextOf()).findings;
    const bare = (list: typeof whole): unknown =>
      list.map(({ where: { octets, frame }, ...finding }) => ({ ...finding, octets, frame }));
    expect(bare(octetwise)).toEqual(bare(whole));
    expect(whole).toHaveLength(1);
  });
});

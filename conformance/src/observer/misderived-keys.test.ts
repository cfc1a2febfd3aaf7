// Frames of a testee that made its keys, nonces or lengths in another way: the finding names the
// step. The wrong keys are made here by Node's HKDF, and not as the observer makes them.
import { createHash, hkdfSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { isFault } from '../fault.ts';
import type { Role } from '../peer/transcript.ts';
import { iskOf, ready, sharedValue } from '../security/cpace.ts';
import { sealAt, type DirectionKeys } from '../security/record.ts';
import type { MessageValue } from '../wire/message-codec.ts';
import { decodeBody } from '../wire/message-text.ts';
import { concat, u64 } from '../wire/octets.ts';
import { messagesIn, octetsIn } from './message-reading.ts';
import { observe } from './observe.ts';
import { contextOf, handover, SessionMaker, upTo, views } from './testing/session-maker.ts';

beforeAll(async () => {
  await ready();
});

function read(body: Uint8Array): MessageValue {
  const message = decodeBody(body);
  if (message === undefined || isFault(message)) throw new Error('no message');
  return message;
}

/** Both frames of the maker's handshake, which are the same each time, and its ISK. */
function handshake(testee: Role): { isk: Uint8Array; frames: readonly [Uint8Array, Uint8Array] } {
  const { entries, secrets } = new SessionMaker(testee).play(upTo(handover, 'Accept'));
  const [first = new Uint8Array(), second = new Uint8Array()] = entries.map(
    ({ octets }) => octets ?? new Uint8Array(),
  );
  const [ada, adb] = [first.subarray(4), second.subarray(4)];
  const [share] = messagesIn(read(ada), 'pake_shares');
  if (share === undefined || secrets.scalar === undefined) throw new Error('no share');
  const [ya, yb] = [octetsIn(share, 'share'), octetsIn(read(adb), 'pake_share')];
  const k = sharedValue(secrets.scalar, testee === 'sender' ? ya : yb);
  if (isFault(k)) throw new Error(k.detail);
  const sid = octetsIn(read(ada), 'session_nonce');
  return { isk: iskOf({ sid, ya, ada, yb, adb, k }), frames: [first, second] };
}

/** The findings where the testee's first sealed frame is made by these keys. */
function findings(testee: Role, seal: (body: Uint8Array) => Uint8Array): string[] {
  const id = testee === 'sender' ? 'Identity' : 'Request';
  const body = Uint8Array.of(testee === 'sender' ? 0x10 : 0x11, 0x12, 0x01, 0x41);
  const moves = upTo(handover, id, { octets: seal(body) });
  return observe(new SessionMaker(testee).play(moves), contextOf()).map(
    ({ side, requirement, detail }) => `${side} ${requirement} ${detail}`,
  );
}

interface Mistake {
  readonly rule: string;
  readonly says: string;
  readonly salt: (first: Uint8Array, second: Uint8Array) => Uint8Array;
  readonly info: (label: string) => string;
}

const sha512 = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(
    createHash('sha512')
      .update(concat(...parts))
      .digest(),
  );
const right = {
  salt: (first: Uint8Array, second: Uint8Array): Uint8Array => sha512(first, second),
  info: (label: string): string => `fhir-peer-sync/1 ${label}`,
};

const mistakes: readonly Mistake[] = [
  {
    ...right,
    rule: 'PSP-KEY-3',
    says: 'without the length octets',
    salt: (first, second) => sha512(first.subarray(4), second.subarray(4)),
  },
  { ...right, rule: 'PSP-KEY-3', says: 'Initiate alone', salt: (first) => sha512(first) },
  {
    ...right,
    rule: 'PSP-KEY-3',
    says: 'Accept before Initiate',
    salt: (first, second) => sha512(second, first),
  },
  { ...right, rule: 'PSP-KEY-3', says: 'without th', salt: () => new Uint8Array() },
  { ...right, rule: 'PSP-KEY-4', says: 'no prefix', info: (label) => label },
  { ...right, rule: 'PSP-KEY-4', says: 'no space', info: (label) => `fhir-peer-sync/1${label}` },
  {
    ...right,
    rule: 'PSP-KEY-4',
    says: 'one label',
    info: (label) => right.info(label.replace('iv', 'key')),
  },
  { ...right, rule: 'PSP-SEAL-1', says: 'does not open', info: (label) => `something ${label}` },
];

function keysWith(testee: Role, { salt, info }: Pick<Mistake, 'salt' | 'info'>): DirectionKeys {
  const { isk, frames } = handshake(testee);
  const direction = testee === 'sender' ? 's2r' : 'r2s';
  const expand = (label: string, octets: number): Uint8Array =>
    new Uint8Array(hkdfSync('sha512', isk, salt(...frames), info(`${direction} ${label}`), octets));
  return { key: expand('key', 32), iv: expand('iv', 12) };
}

describe.each(views)('testee %s', (testee) => {
  it.each(mistakes)('$rule names the step: $says', ({ rule, says, ...mistake }) => {
    const keys = keysWith(testee, mistake);
    expect(findings(testee, (body) => sealAt(keys, 0, body))).toEqual([
      expect.stringMatching(new RegExp(`^testee ${rule} .*${says}`)),
    ]);
  });

  it('PSP-KEY-4 the right keys break nothing of it', () => {
    const keys = keysWith(testee, right);
    const found = findings(testee, (body) => sealAt(keys, 0, body));
    expect(found.filter((line) => /PSP-(KEY|SEAL)/.test(line))).toEqual([]);
  });

  it('PSP-SEAL-2 names the octets of the counter that are the other way round', () => {
    const keys = keysWith(testee, right);
    const mask = concat(new Uint8Array(4), u64(1n).toReversed());
    const iv = keys.iv.map((octet, i) => octet ^ (mask[i] ?? 0));
    const id = testee === 'sender' ? 'Offer' : 'ack-first';
    const body = testee === 'sender' ? Uint8Array.of(0x12, 0x20, 0x01) : Uint8Array.of(0x14);
    const moves = upTo(handover, id, { octets: sealAt({ ...keys, iv }, 0, body) });
    const found = observe(new SessionMaker(testee).play(moves), contextOf());
    expect(found).toMatchObject([{ side: 'testee', requirement: 'PSP-SEAL-2' }]);
    expect(found[0]?.detail).toContain('way round');
  });

  it('PSP-CONV-1 names a length whose octets are the other way round', () => {
    const { frames } = handshake(testee);
    const frame = frames[testee === 'sender' ? 0 : 1];
    const octets = concat(frame.slice(0, 4).toReversed(), frame.subarray(4));
    const moves = upTo(handover, testee === 'sender' ? 'Initiate' : 'Accept', { octets });
    expect(observe(new SessionMaker(testee).play(moves), contextOf())).toMatchObject([
      { side: 'testee', requirement: 'PSP-CONV-1' },
    ]);
  });
});

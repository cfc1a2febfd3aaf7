// Each rule of the observer's table: sessions that break it and nothing else, told by the octets.
// The acceptance is the session without the change, which has no finding.
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../security/cpace.ts';
import { observe } from './observe.ts';
import { rules } from './rules.ts';
import { endings } from './testing/breaking-endings.ts';
import { frames } from './testing/breaking-frames.ts';
import { handshake } from './testing/breaking-handshake.ts';
import { messages } from './testing/breaking-messages.ts';
import { session } from './testing/breaking-session.ts';
import { contextOf, SessionMaker, sideOf, views } from './testing/session-maker.ts';

beforeAll(async () => {
  await ready();
});

const all = [...frames, ...messages, ...handshake, ...session, ...endings];

describe.each(all)('$rule $title', ({ rule, moves, only, secrets, context }) => {
  it.each(only === undefined ? views : [only])('is the one finding, testee %s', (testee) => {
    const transcript = new SessionMaker(testee, secrets, context?.serverUrl).play(moves);
    const findings = observe(transcript, contextOf(context));
    expect(findings.map(({ requirement, detail }) => `${requirement} ${detail}`)).toEqual([
      expect.stringMatching(new RegExp(`^${rule} `)),
    ]);
    const [finding] = findings;
    const culprit = transcript.entries[finding?.where.entry ?? -1];
    expect(culprit?.side).toBe(finding?.side);
    // Unless the session goes on, the culprit is whoever made the last move.
    const lastMove = moves.findLast(({ send }) => send !== 'fin');
    if (moves.at(-1)?.send !== 'fin' || moves.length < 8) {
      expect(finding?.side).toBe(sideOf(lastMove?.by ?? 'sender', testee));
    }
  });
});

/** Shown in misderived-keys.test.ts, for their octets take a finished handshake to make. */
const elsewhere = new Set(['PSP-CONV-1', 'PSP-KEY-3', 'PSP-KEY-4']);

describe('the table of rules', () => {
  it('has a breach here, or in entry-rules.test.ts, for each', () => {
    const shown = new Set(all.map(({ rule }) => rule));
    const missing = Object.entries(rules).filter(
      ([id, { looksAt }]) =>
        !shown.has(id) && !elsewhere.has(id) && !looksAt.startsWith('an entry of a Payload'),
    );
    expect(missing.map(([id]) => id)).toEqual([]);
  });
});

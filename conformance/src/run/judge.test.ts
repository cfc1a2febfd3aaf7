// Verdicts on what testees may choose, leave out and have to refuse, from attempts as they went.
import { describe, expect, it } from 'vitest';
import type { Expectation } from '../cases/case.ts';
import type { Refusal } from '../control/reply.ts';
import type { Ending } from '../peer/script.ts';
import type { Attempt } from './attempt.ts';
import { judge } from './judge.ts';
import type { Finding } from './judging.ts';
import type { Standard } from './standard.ts';

const script: Standard['script'] = {
  flow: 'short',
  role: 'sender',
  store: { entries: [] },
  params: {},
  secret: null,
  shown: [],
  serverUrl: '',
  listen: false,
  steps: [],
};
const standard = (expectation: Expectation): Standard => ({
  requirements: ['PSP-MSG-14'],
  level: 'MUST',
  breaks: [],
  expectation,
  results: expectation.kind === 'continues' ? ['completed'] : [],
  store: { kind: 'model' },
  script,
  changedStep: 'request',
});
const recommended: Standard = { ...standard({ kind: 'continues' }), level: 'SHOULD' };
const judged = (
  expectation: Expectation,
  played: Partial<Attempt>,
  findings: readonly Finding[] = [],
): ReturnType<typeof judge> =>
  judge(
    standard(expectation),
    { sessions: [], deeds: [], ...played },
    { observe: () => findings, checkStore: () => [] },
  );
const ended = (result: 'completed' | 'failed', reason?: string): Attempt['sessions'][number] => ({
  connections: [],
  reply: {
    kind: 'answer',
    answer: reason === undefined ? { result } : { result, reason },
  },
});

describe('what a testee may do or leave', () => {
  const either: Expectation = {
    kind: 'continues-or-ends',
    endings: [{ kind: 'abort', codes: ['MALFORMED_MESSAGE'] }],
  };
  const left = (code: string, retry: string): Pick<Attempt, 'departure' | 'ending'> => {
    const ending: Ending = { kind: 'abort', code, retry };
    return {
      departure: { step: 'offer', detail: 'Offer was awaited', ending, session: 0 },
      ending,
    };
  };

  it('PSP-MSG-14: passes where it goes on and where it ends as it may', () => {
    expect(judged(either, { sessions: [ended('completed')] }).verdict).toBe('pass');
    const sessions = [ended('failed', 'MALFORMED_MESSAGE')];
    const played = { sessions, ...left('MALFORMED_MESSAGE', 'AFTER_UPGRADE') };
    expect(judged(either, played)).toMatchObject({ verdict: 'pass', problems: [] });
  });

  it('PSP-MSG-14: fails with another code, another retry class or no word', () => {
    const sessions = [ended('failed')];
    const other = judged(either, { sessions, ...left('COUNT_MISMATCH', 'LATER') });
    expect(other).toMatchObject({ verdict: 'fail', problems: [{ part: 'script' }] });
    const retry = judged(either, { sessions, ...left('MALFORMED_MESSAGE', 'NOW') });
    expect(retry.problems).toMatchObject([{ requirement: 'PSP-ABORT-4' }]);
    const silent = { step: 'offer', detail: 'nothing came', session: 0 };
    expect(judged(either, { sessions, departure: silent }).verdict).toBe('fail');
  });

  it('PSP-DONE-9: fails where it tells its user something else than it did', () => {
    expect(judged(either, { sessions: [ended('failed')] }).verdict).toBe('fail');
    const sessions = [ended('completed')];
    const played = { sessions, ...left('MALFORMED_MESSAGE', 'AFTER_UPGRADE') };
    expect(judged(either, played).problems).toMatchObject([{ requirement: 'PSP-DONE-9' }]);
  });
});

describe('what a testee should do and need not', () => {
  const none = { observe: () => [], checkStore: () => [] };
  const left = { step: 'asked', detail: 'The event asked did not come.', session: 0 };
  const played = { sessions: [ended('failed')], deeds: [] };

  it('kit: is a warning where the session goes on as it has to', () => {
    const departure = { ...left, goesOn: true } as const;
    expect(judge(recommended, { ...played, departure }, none).verdict).toBe('warn');
  });

  it('kit: is no excuse for having no session', () => {
    expect(judge(recommended, { ...played, departure: left }, none)).toMatchObject({
      verdict: 'fail',
      problems: [{ level: 'MUST', requirement: 'PSP-MSG-14' }],
    });
  });
});

describe('what a testee need not send', () => {
  const departure = { step: 'complete', detail: '', lacks: 'Complete.cursor', session: 0 };

  it('PSP-RESUME-4: makes the case one for others', () => {
    const found = judged({ kind: 'continues' }, { departure, sessions: [ended('completed')] });
    expect(found).toMatchObject({ verdict: 'not-applicable', problems: [] });
    expect(found.why).toBe('the testee sends no Complete.cursor, and need not');
  });

  it('kit: excuses nothing that it did wrongly before', () => {
    const finding: Finding = {
      side: 'testee',
      requirement: 'PSP-PAY-1',
      level: 'MUST',
      where: { entry: 0 },
      detail: 'out of sequence',
    };
    const session = ended('completed');
    const connection = { transcript: { role: 'sender', entries: [] }, hasClosed: true, spoken: [] };
    const connections = [connection] as unknown as typeof session.connections;
    const sessions = [{ ...session, connections }];
    const found = judged({ kind: 'continues' }, { departure, sessions }, [finding]);
    expect(found).toMatchObject({ verdict: 'fail', problems: [{ requirement: 'PSP-PAY-1' }] });
  });
});

describe('a reset that has to be refused', () => {
  const refuses: Expectation = { kind: 'refuses', field: 'serverUrl' };
  const refusal = (more: Partial<Refusal>): Attempt['trouble'] => ({
    kind: 'refused',
    why: 'invalid',
    message: 'no URL',
    ...more,
  });

  it('PSP-SRV-3: passes where it is invalid because of the member', () => {
    const trouble = refusal({ field: 'serverUrl' });
    expect(judged(refuses, { trouble: trouble! }).verdict).toBe('pass');
  });

  it('PSP-SRV-3: fails for another reason, none, or where it was taken', () => {
    const reasons = [{}, { field: 'seed' }, { why: 'failed', field: 'serverUrl' } as const];
    const found = reasons.map((more) => judged(refuses, { trouble: refusal(more)! }));
    expect(found.map(({ verdict }) => verdict)).toEqual(['fail', 'fail', 'fail']);
    expect(found[1]!.problems[0]).toMatchObject({ part: 'control', requirement: 'PSP-MSG-14' });
    const departure = { step: 'reset', detail: 'it took x for the URL of a server', session: 0 };
    expect(judged(refuses, { departure }).verdict).toBe('fail');
  });
});

// A verdict from what came of a script: the script's own expectations, the testee's word, its store
// and its octets. It plays nothing and knows no file.
import type { Refusal, TesteeFault } from '../control/reply.ts';
import type { Case, ExpectedEnding } from '../cases/case.ts';
import type { Ending } from '../peer/script.ts';
import { errorRegistry, isAcceptableCode } from '../wire/error-registry.ts';
import type { Attempt } from './attempt.ts';
import { ofCarried } from './judge-carried.ts';
import { ofSecrecy } from './judge-secrecy.ts';
import { answerOf, named, type RunAnswer, type Standard } from './standard.ts';
import type { Finding, Judges } from './judging.ts';
import type { Problem, SessionResult, Verdict } from './verdict.ts';

/** What was found. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly problems: readonly Problem[];
  readonly sessions: readonly SessionResult[];
  /** Of `unsupported`: what the testee said. */
  readonly why?: string;
}

/** What the twin of a case has to do: everything, and nothing is broken. */
export function twinStandard(found: Case): Standard | undefined {
  const { requirements, level, store, twin, patienceMs } = found;
  if (twin === undefined) return undefined;
  const expectation = { kind: 'continues' } as const;
  const waits = patienceMs === undefined ? {} : { patienceMs };
  const base = { requirements, level, breaks: [], expectation, store, script: twin, ...waits };
  return { ...base, results: ['completed'] };
}

/** Judges what came of a script. */
export function judge(standard: Standard, played: Attempt, judges: Judges): Judgement {
  const { trouble, departure } = played;
  const { expectation } = standard;
  if (expectation.kind === 'refuses' && trouble?.kind === 'refused') {
    return ofRefusal(standard, expectation.field, trouble);
  }
  if (trouble?.kind === 'refused' && trouble.why === 'unsupported' && mayLack(trouble)) {
    const field = trouble.field === undefined ? '' : ` (${trouble.field})`;
    const why = `${trouble.message}${field}`;
    return { verdict: 'unsupported', problems: [], sessions: [], why };
  }
  const sessions = observed(played, judges);
  if (departure?.lacks !== undefined) return ofLack(departure.lacks, played, sessions);
  const problems = [
    ...ofControl(played),
    ...ofScript(standard, played),
    ...ofResult(standard, played),
    ...ofCarried(standard, played),
    ...ofSecrecy(standard, played),
    ...ofClosing(played),
    ...ofOctets(sessions),
    ...ofKit(standard, played, sessions),
    ...ofStore(standard, played, judges),
  ];
  return { verdict: verdictOf(problems, played), problems, sessions };
}

/** What the testee may leave out is not there: what it did so far is all that can be judged. */
function ofLack(lacks: string, played: Attempt, sessions: readonly SessionResult[]): Judgement {
  const problems = [...ofControl(played), ...ofClosing(played), ...ofOctets(sessions)];
  if (problems.length > 0) return { verdict: verdictOf(problems, played), problems, sessions };
  const why = `the testee sends no ${lacks}, and need not`;
  return { verdict: 'not-applicable', problems, sessions: [], why };
}

/** A refused reset has to be one of what was configured, not of the command. */
function ofRefusal(
  standard: Standard,
  wanted: string,
  { why, field, message }: Refusal,
): Judgement {
  if (why === 'invalid' && field === wanted) {
    return { verdict: 'pass', problems: [], sessions: [] };
  }
  const said = `it was refused as ${why} because of ${field ?? 'no member'}: ${message}`;
  const detail = `reset has to be refused as invalid because of ${wanted}; ${said}`;
  return {
    verdict: standard.level === 'MUST' ? 'fail' : 'warn',
    problems: [{ part: 'control', ...named(standard), detail }],
    sessions: [],
  };
}

/** Members whose single values hello can't declare; what it did declare has to be there. */
const undeclared = ['params.limits', 'params.window', 'params.types', 'params.policy'];

function mayLack({ field = '' }: Refusal): boolean {
  return undeclared.some((name) => field === name || field.startsWith(`${name}.`));
}

function verdictOf(problems: readonly Problem[], played: Attempt): Verdict {
  if (hasHung(played)) return 'hang';
  const others = problems.filter(({ part }) => part !== 'kit');
  // What a testee does wrongly may give the kit's own octets another meaning than they had.
  if (others.some(({ level }) => level === 'MUST')) return 'fail';
  if (others.length < problems.length) return 'kit-error';
  return problems.length > 0 ? 'warn' : 'pass';
}

function hasHung({ trouble, sessions }: Attempt): boolean {
  const replies = [trouble, ...sessions.map(({ reply }) => reply)];
  return replies.some((reply) => reply?.kind === 'testee-fault' && reply.reason === 'hang');
}

function ofControl({ trouble, sessions }: Attempt): Problem[] {
  const replies = sessions.map(({ reply }) => reply);
  const bad = [...new Set([trouble, ...replies])].filter(
    (reply): reply is TesteeFault | Refusal => reply !== undefined && reply.kind !== 'answer',
  );
  return bad.map((reply) => {
    const detail =
      reply.kind === 'refused' ? `it answered ${reply.why}: ${reply.message}` : reply.detail;
    return { part: 'control', level: 'MUST', detail };
  });
}

function ofScript(standard: Standard, played: Attempt): Problem[] {
  const { expectation, changedStep } = standard;
  const { departure, ending, trouble } = played;
  if (trouble !== undefined) return [];
  if (hasEndedAsItMay(standard, played) && ending !== undefined) return ofRetry(ending);
  const isTooEarly = departure !== undefined && changedStep !== undefined;
  if (expectation.kind !== 'ends' || isTooEarly) {
    if (departure === undefined) return [];
    const { step, detail, session, goesOn } = departure;
    // What is merely recommended is judged where the session goes right; not to have one is worse.
    const level = goesOn === true ? {} : { level: 'MUST' as const };
    return [{ part: 'script', ...named(standard), ...level, detail, step, session }];
  }
  const at = changedStep === undefined ? {} : { step: changedStep };
  if (ending === undefined) {
    const detail = departure?.detail ?? 'it went on to the end';
    return [{ part: 'ending', ...named(standard), detail, ...at }];
  }
  const problems: Problem[] = [];
  if (!expectation.endings.some((expected) => isAsExpected(expected, ending))) {
    const wanted = expectation.endings.map(wordsOfExpected).join(' or ');
    const detail = `it has to end with ${wanted}; it ${wordsOf(ending)}`;
    problems.push({ part: 'ending', ...named(standard), detail, ...at });
  }
  return [...problems, ...ofRetry(ending)];
}

/** Whether it took the other side of a MAY and ended the session. */
function hasEndedAsItMay({ expectation }: Standard, { departure }: Attempt): boolean {
  const ending = departure?.ending;
  return (
    expectation.kind === 'continues-or-ends' &&
    ending !== undefined &&
    expectation.endings.some((expected) => isAsExpected(expected, ending))
  );
}

function isAsExpected(expected: ExpectedEnding, ending: Ending): boolean {
  if (expected.kind === 'close') return ending.kind === 'close';
  return (
    ending.kind === expected.kind &&
    // PSP-ERR-2: the generic code of the scope will do.
    expected.codes.some((code) => isAcceptableCode(ending.code, code))
  );
}

function wordsOfExpected(expected: ExpectedEnding): string {
  return expected.kind === 'close'
    ? 'a close without a word'
    : `${expected.kind} ${expected.codes.join(' or ')}`;
}

function wordsOf(ending: Ending): string {
  switch (ending.kind) {
    case 'open':
      return 'neither spoke nor closed';
    case 'close':
      return 'closed without a word';
    case 'abort':
    case 'reject':
      return `sent ${ending.kind} ${ending.code}`;
  }
}

function ofRetry(ending: Ending): Problem[] {
  if (ending.kind !== 'abort' && ending.kind !== 'reject') return [];
  const retry = errorRegistry[ending.code]?.retry;
  if (retry === undefined || retry === ending.retry) return [];
  const detail = `retry of ${ending.code} is ${retry}, ${ending.retry} came`;
  return [{ part: 'ending', requirement: 'PSP-ABORT-4', level: 'MUST', detail }];
}

function ofResult(standard: Standard, played: Attempt): Problem[] {
  const { sessions, ending, departure } = played;
  const last = sessions.at(-1);
  const answer = answerOf(last);
  // Where it left the script, that is what is wrong; a step may have looked at the result already.
  if (answer === undefined || last?.awaited !== undefined) return [];
  const { expectation } = standard;
  const hasChosen = hasEndedAsItMay(standard, played);
  const endsAsItHasTo = (expectation.kind === 'ends' || hasChosen) && ending !== undefined;
  const goesOn = expectation.kind === 'continues-or-ends' && !hasChosen;
  const results = goesOn ? ['completed'] : standard.results;
  if (departure !== undefined && !endsAsItHasTo) return [];
  const part = 'result' as const;
  const problems: Problem[] = [];
  const isWrong = results.length === 0 ? answer.result === 'completed' : !wants(results, answer);
  if (isWrong) {
    const wanted = results.length === 0 ? 'anything but completed' : results.join(' or ');
    const detail = `its user has to be told ${wanted}, was told ${answer.result}`;
    problems.push({ part, requirement: 'PSP-DONE-9', level: 'MUST', detail });
  }
  const code = endsAsItHasTo && 'code' in ending ? ending.code : undefined;
  if (code !== undefined && answer.reason !== undefined && answer.reason !== code) {
    const detail = `it sent ${code} and told its user ${answer.reason}`;
    problems.push({ part, level: 'MUST', detail });
  }
  return problems;
}

const wants = (results: readonly string[], { result }: RunAnswer): boolean =>
  results.includes(result);

function ofClosing({ sessions }: Attempt): Problem[] {
  return sessions.flatMap(({ connections, reply }, session) =>
    reply === undefined || connections.every(({ hasClosed }) => hasClosed)
      ? []
      : [
          {
            part: 'close' as const,
            requirement: 'PSP-CLOSE-1',
            level: 'MUST' as const,
            detail: 'it did not close the connection after the kit had ended its side',
            session,
          },
        ],
  );
}

function observed({ sessions }: Attempt, judges: Judges): SessionResult[] {
  return sessions.flatMap((session) =>
    session.connections.map(({ transcript, context }) => {
      const end = answerOf(session);
      const findings = judges.observe(transcript, context);
      return { transcript, findings, ...(end === undefined ? {} : { end }) };
    }),
  );
}

function ofOctets(sessions: readonly SessionResult[]): Problem[] {
  return sessions.flatMap(({ findings }, session) =>
    findings
      .filter(({ side }) => side === 'testee')
      .map(({ requirement, level, detail, where: { entry } }) => {
        return { part: 'octets' as const, requirement, level, detail, session, entry };
      }),
  );
}

/** The kit breaks what the case says and nothing else; else no verdict about the testee counts. */
function ofKit(
  { breaks, script }: Standard,
  { departure, trouble }: Attempt,
  sessions: readonly SessionResult[],
): Problem[] {
  const found = sessions.flatMap(({ findings }, session) =>
    findings.filter(({ side }) => side === 'kit').map((finding) => ({ session, ...finding })),
  );
  const extra = found.filter(({ requirement }) => !breaks.includes(requirement));
  const isWhole = departure === undefined && trouble === undefined && script.steps.length > 0;
  const missing = isWhole ? breaks.filter((id) => !isBroken(id, found)) : [];
  return [
    ...extra.map(({ requirement, detail, session, where: { entry } }) => {
      const text = `the kit's octets break ${requirement} as well: ${detail}`;
      return { part: 'kit', requirement, level: 'MUST', detail: text, session, entry } as const;
    }),
    ...missing.map((requirement) => {
      const detail = `the kit's octets should break ${requirement} and do not`;
      return { part: 'kit', requirement, level: 'MUST', detail } as const;
    }),
  ];
}

const isBroken = (id: string, findings: readonly Finding[]): boolean =>
  findings.some(({ requirement }) => requirement === id);

function ofStore(
  standard: Standard,
  { deeds, store, trouble }: Attempt,
  judges: Judges,
): Problem[] {
  const { script } = standard;
  if (standard.store.kind === 'any' || store === undefined || trouble !== undefined) return [];
  const question = { role: script.role, before: script.store, deeds, after: store };
  return judges.checkStore(question).map((finding) => ({ part: 'store', ...finding }));
}

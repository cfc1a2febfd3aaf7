// Brings what the runner found into the form that every report is made from. Pure: what is random
// stays out of everything but the transcripts, and the date of the run is an argument.
import type { Feature, Hello, RunEnd } from '../control/values.ts';
import type { Transcript } from '../peer/transcript.ts';
import type {
  CaseResult as SuiteCase,
  Problem,
  SessionResult,
  SuiteResult,
} from '../run/verdict.ts';
import { toHex } from '../wire/octets.ts';
import { crashCount } from './crash-count.ts';
import { applyKnown, strayPatterns, type KnownFailure } from './known-failing.ts';
import type { CaseResult, ResultFinding, Results, ResultTranscript } from './results.ts';
import { exitCodeOf, isFailing, summaryOf } from './summary.ts';

/** What a run of the suite does not know of itself. */
export interface RunFacts {
  /** Version of the kit. */
  readonly kit: string;
  /** Version of the specification. */
  readonly specification: string;
  readonly filters: readonly string[];
  readonly jobs: number;
  /** FHIR instant; its day decides about known failures. */
  readonly startedAt: string;
  readonly known: readonly KnownFailure[];
  /** Whether a pattern of the known failures matches any case there is, played or not. */
  readonly isNamed: (pattern: string) => boolean;
  readonly interrupted: boolean;
}

const nobody: Results['testee'] = {
  impl: { name: 'unknown', version: 'unknown', language: 'unknown' },
  roles: [],
  features: [],
  versions: [],
  capabilities: [],
};

function testeeOf(hello: Hello | undefined): Results['testee'] {
  if (hello === undefined) return nobody;
  const { impl, roles, features, versions, capabilities } = hello;
  return { impl, roles, features, versions, capabilities };
}

/** A transcript in the form of files. */
export function transcriptOf(transcript: Transcript): ResultTranscript {
  const { role, secrets, entries } = transcript;
  const { kind, octets } = secrets.secret;
  return {
    role,
    secret: { kind, hex: toHex(octets) },
    ...(secrets.scalar === undefined ? {} : { scalar: toHex(secrets.scalar) }),
    entries: entries.map((entry) => ({
      side: entry.side,
      kind: entry.kind,
      ...(entry.octets === undefined ? {} : { hex: toHex(entry.octets) }),
      ...(entry.step === undefined ? {} : { step: entry.step }),
    })),
  };
}

function findingsOf({ findings }: SessionResult, session: number): ResultFinding[] {
  return findings.map(({ side, requirement, level, where, detail }) => ({
    side,
    requirement,
    level,
    session,
    ...(where.frame === undefined ? {} : { frame: where.frame }),
    ...(where.octets === undefined ? {} : { octets: where.octets }),
    detail,
  }));
}

function expectedOf({ case: { expectation, results } }: SuiteCase): string {
  if (expectation.kind === 'continues') {
    const end = results.length === 0 ? '' : ` and reports ${results.join(' or ')}`;
    return `The session goes on to its end${end}.`;
  }
  if (expectation.kind === 'refuses') {
    return `The testee refuses reset as invalid because of ${expectation.field}.`;
  }
  const endings = expectation.endings.map((ending) =>
    ending.kind === 'close'
      ? 'closes the connection'
      : `sends ${ending.kind === 'abort' ? 'Abort' : 'Reject'} ${ending.codes.join(' or ')}`,
  );
  const goesOn = expectation.kind === 'continues-or-ends' ? 'The session goes on, or the' : 'The';
  return `${goesOn} testee ${endings.join(', or ')}.`;
}

function reportedOf(end: RunEnd | undefined): string | undefined {
  if (end === undefined) return undefined;
  return [end.result, end.reason].filter((part) => part !== undefined).join(' ');
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

const signatureMax = 600;

function signatureOf({ verdict, problems, why }: SuiteCase): string | undefined {
  if (verdict === 'pass') return undefined;
  const parts = problems.map(({ part, requirement, step, detail }) => {
    const where = [part, requirement, step].filter((text) => text !== undefined);
    return `${where.join(' ')}: ${detail}`;
  });
  const all = parts.length === 0 ? (why ?? '') : parts.join(' | ');
  return `${verdict}: ${all}`.slice(0, signatureMax);
}

function brokenBy(problems: readonly Problem[]): string[] {
  const named = problems.flatMap(({ requirement, part }) =>
    requirement === undefined || part === 'kit' ? [] : [requirement],
  );
  return [...new Set(named)];
}

function caseOf(result: SuiteCase): CaseResult {
  const { case: played, delivery, verdict, problems, why, sessions, noise } = result;
  const { id, title, family, role, level, requirements } = played;
  const others = problems.filter(({ part }) => part !== 'store');
  const observed = [...(why === undefined ? [] : [why]), ...others.map(({ detail }) => detail)];
  const store = problems.filter(({ part }) => part === 'store').map(({ detail }) => detail);
  const reported = reportedOf(sessions.at(-1)?.end);
  const step = problems.find((problem) => problem.step !== undefined)?.step;
  const findings = sessions.flatMap(findingsOf);
  const transcripts = sessions.flatMap(({ transcript = [] }) => transcript);
  const signature = signatureOf(result);
  const broken = brokenBy(problems);
  // A failure that names no sentence is one of the sentence that the case proves.
  const blamed = broken.length === 0 && isFailing(verdict) ? requirements.slice(0, 1) : broken;
  return {
    id,
    title,
    family,
    role,
    level,
    requirements,
    delivery,
    verdict,
    expected: expectedOf(result),
    ...(observed.length === 0 ? {} : { observed: observed.map(sentence).join(' ') }),
    ...(reported === undefined ? {} : { reported }),
    ...(step === undefined ? {} : { step }),
    ...(blamed.length === 0 ? {} : { broken: blamed }),
    ...(findings.length === 0 ? {} : { findings }),
    ...(store.length === 0 ? {} : { store }),
    ...(noise.length === 0 ? {} : { noise }),
    ...(transcripts.length === 0 ? {} : { transcripts: transcripts.map(transcriptOf) }),
    ...(signature === undefined ? {} : { signature }),
    durationMs: Math.round(result.durationMs),
  };
}

/** Features that unplayed cases need, in alphabetical order. */
function undeclaredOf({ results, hello }: SuiteResult): Feature[] {
  const unsupported = results.filter(({ verdict }) => verdict === 'unsupported');
  const needed = new Set(unsupported.flatMap(({ case: { needs } }) => needs));
  return [...needed].filter((feature) => !hello?.features.includes(feature)).sort();
}

const byIdThenDelivery = (left: CaseResult, right: CaseResult): number => {
  if (left.id === right.id) return 0;
  return left.id < right.id ? -1 : 1;
};

/** The results of a run of the suite, its exit code included. */
export function resultsOf(suite: SuiteResult, facts: RunFacts): Results {
  const { filters, jobs, startedAt, interrupted, kit, specification } = facts;
  // A sort that is stable leaves the deliveries of a case in their order.
  const found = suite.results.map(caseOf).sort(byIdThenDelivery);
  // What takes long is not in `core`, and an entry about it stands all the same.
  const isFull = suite.profile === 'full' && filters.length === 0;
  const isWhole = isFull && !interrupted && suite.unusable === undefined;
  const applied = applyKnown(found, facts.known, startedAt.slice(0, 10));
  const unmatched = strayPatterns(applied.unmatched, isWhole, facts.isNamed);
  const summary = summaryOf(applied.cases, unmatched);
  const kills = suite.results.flatMap((result) => result.kills ?? []);
  const crash = crashCount(kills, suite.seed);
  return {
    format: 'peersync-results/1',
    kit,
    specification,
    testee: testeeOf(suite.hello),
    undeclared: undeclaredOf(suite),
    run: {
      seed: suite.seed,
      profile: suite.profile,
      filters,
      jobs,
      startedAt,
      durationMs: Math.round(suite.durationMs),
      ...(interrupted ? { interrupted: true } : {}),
    },
    ...(suite.unusable === undefined ? {} : { unusable: suite.unusable }),
    ...(unmatched.length === 0 ? {} : { unmatched }),
    summary,
    ...(crash === undefined ? {} : { crash }),
    exitCode: exitCodeOf(applied.cases, summary, suite.unusable),
    cases: applied.cases,
  };
}

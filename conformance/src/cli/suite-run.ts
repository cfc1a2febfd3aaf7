// Runs the suite for a command and brings what came of it into the form of results. It prints only
// progress; what is done with the results is for the commands.
import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Case } from '../cases/case.ts';
import { deliveries, type Delivery } from '../peer/delivery.ts';
import type { TranscriptChoice } from '../report/html.ts';
import { isKnownFileFault, readKnownFile, type KnownFailure } from '../report/known-failing.ts';
import { resultsOf } from '../report/results-of.ts';
import type { Results } from '../report/results.ts';
import { runSuite } from '../run/suite.ts';
import { kitVersion } from '../run/surroundings.ts';
import type { Profile, SuiteResult, TesteeSource, Verdict } from '../run/verdict.ts';
import { isCaseNamed } from './case-choice.ts';
import { misuse } from './failure.ts';
import { ProgressDisplay } from './progress-display.ts';
import type { Screen } from './screen.ts';
import type { WalkDrawer } from './walk-drawer.ts';

/** Version of the specification that the cases are written for. */
export const specificationVersion = '1.0.0-draft.1';

/** Options of a run. */
export interface SuiteRunOptions {
  readonly only?: readonly string[];
  readonly draft?: string;
  readonly profile?: string;
  readonly delivery?: readonly string[];
  readonly seed?: string;
  readonly jobs?: string;
  readonly stream?: string;
  readonly known?: string;
  readonly patience?: string;
  readonly deadline?: string;
}

/**
 * The known-failing file.
 *
 * @throws CommandFailure where it cannot be read.
 */
export function knownFailures(path: string | undefined): readonly KnownFailure[] {
  if (path === undefined) return [];
  const read = readKnownFile(readFileSync(path, 'utf8'));
  if (isKnownFileFault(read)) throw misuse(`${path}: ${read.detail}.`);
  return read;
}

function profileOf(text = 'core'): Profile {
  if (text === 'core' || text === 'full') return text;
  throw misuse(
    `There is no profile ${text}.`,
    'Use core (what is quick, once) or full (all, in each delivery).',
  );
}

function deliveriesOf(texts: readonly string[] | undefined): readonly Delivery[] | undefined {
  return texts?.map((text) => {
    const found = deliveries.find((delivery) => delivery === text);
    if (found !== undefined) return found;
    throw misuse(`There is no delivery ${text}.`, `Use ${deliveries.join(', ')}.`);
  });
}

/**
 * A whole number above 0.
 *
 * @throws CommandFailure for anything else.
 */
export function countOf(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw misuse(`${option} ${text} is no whole number above 0.`);
}

function streamOf(text = 'tcp'): 'tcp' | 'inline' {
  if (text === 'tcp' || text === 'inline') return text;
  throw misuse(`There is no stream ${text}.`, 'Use tcp, or inline for a stack without sockets.');
}

/** What a command wants run, options checked. */
export interface SuitePlan {
  readonly cases: readonly Case[];
  readonly profile: Profile;
  readonly deliveries: readonly Delivery[] | undefined;
  readonly seed: string;
  readonly jobs: number;
  readonly stream: 'tcp' | 'inline';
  readonly known: readonly KnownFailure[];
  readonly filters: readonly string[];
  readonly times: { readonly patienceMs?: number; readonly deadlineMs?: number };
  /** Walks after the cases. */
  readonly walks?: WalkDrawer;
}

// What states do with events is in other cases as well, where it matters most; the whole grid of
// both tables takes a quarter of the time.
const isQuick = ({ profile, cell }: Case): boolean => profile !== 'full' && cell === undefined;

/**
 * Checks options before anything is started.
 *
 * @throws CommandFailure where one of them is not right.
 */
export function planOf(options: SuiteRunOptions, cases: readonly Case[]): SuitePlan {
  const { patience, deadline, only = [], delivery = [], jobs } = options;
  const profile = profileOf(options.profile);
  // What is asked for by name is played, however long it takes.
  const isShort = profile === 'core' && only.length === 0;
  return {
    cases: isShort ? cases.filter(isQuick) : cases,
    profile,
    deliveries: deliveriesOf(options.delivery),
    seed: options.seed ?? randomBytes(4).toString('hex'),
    jobs: jobs === undefined ? Math.min(4, availableParallelism()) : countOf('--jobs', jobs),
    stream: streamOf(options.stream),
    known: knownFailures(options.known),
    filters: [...only, ...delivery],
    times: {
      ...(patience === undefined ? {} : { patienceMs: countOf('--patience', patience) }),
      ...(deadline === undefined ? {} : { deadlineMs: countOf('--deadline', deadline) }),
    },
  };
}

function keeps(choice: TranscriptChoice, verdict: Verdict): boolean {
  return choice === 'all' || (choice === 'failing' && verdict !== 'pass');
}

/** Plays what a plan holds on one testee, with progress. */
export async function playPlan(
  screen: Screen,
  plan: SuitePlan,
  source: TesteeSource,
  { transcripts, signal }: Pick<Telling, 'transcripts' | 'signal'>,
): Promise<SuiteResult> {
  const progress = new ProgressDisplay(screen);
  const { cases, profile, seed, jobs, stream, times, walks } = plan;
  return runSuite({
    cases,
    testee: source,
    seed,
    profile,
    jobs,
    stream,
    ...times,
    ...(plan.deliveries === undefined ? {} : { deliveries: plan.deliveries }),
    ...(walks === undefined ? {} : { more: (hello) => walks.cases(hello) }),
    keepsTranscripts: (verdict) => keeps(transcripts, verdict),
    onProgress: progress.add,
    signal,
  }).finally(() => progress.clear());
}

/** How a plan's results are told. */
export interface Telling {
  readonly transcripts: TranscriptChoice;
  readonly signal: AbortSignal;
  /** When the run began, as an FHIR instant. */
  readonly startedAt: string;
}

/** What was played, in the form of results. */
export function resultsOfPlan(plan: SuitePlan, suite: SuiteResult, telling: Telling): Results {
  const { jobs, known, filters } = plan;
  return resultsOf(suite, {
    kit: kitVersion,
    specification: specificationVersion,
    filters,
    jobs,
    startedAt: telling.startedAt,
    known,
    isNamed: isCaseNamed,
    interrupted: telling.signal.aborted,
  });
}

/** Runs a plan against one testee. */
export async function runPlan(
  screen: Screen,
  plan: SuitePlan,
  source: TesteeSource,
  more: { readonly transcripts: TranscriptChoice; readonly signal: AbortSignal },
): Promise<Results> {
  const startedAt = new Date().toISOString();
  const suite = await playPlan(screen, plan, source, more);
  return resultsOfPlan(plan, suite, { ...more, startedAt });
}

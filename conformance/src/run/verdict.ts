// What a run of the suite tells: verdicts, the problems behind them, and what goes in. Types alone;
// the reports are made from these.
import type { TesteeCommand } from '../control/child-channel.ts';
import type { Testee } from '../control/testee.ts';
import type { Hello, RunEnd, StoreContent } from '../control/values.ts';
import type { Case } from '../cases/case.ts';
import type { Delivery } from '../peer/delivery.ts';
import type { Transcript } from '../peer/transcript.ts';
import type { Finding, Judges } from './judging.ts';
import type { Kill } from './kills.ts';

/** Every verdict. */
export const verdicts = [
  'pass',
  'fail',
  'warn',
  'hang',
  'blocked',
  'unsupported',
  'not-applicable',
  'untestable',
  'kit-error',
] as const;

/**
 * `pass`: it did what the specification says. `fail`: it did not, and a MUST says so. `warn`: the
 * same for a SHOULD. `hang`: it did not answer a control command in time and was killed. `blocked`:
 * the valid twin of the case did not pass, so the case proves nothing. `unsupported`: it needs what
 * the testee says it lacks. `not-applicable`: the testee does not have the role. `untestable`:
 * nobody can play it. `kit-error`: the kit is wrong.
 */
export type Verdict = (typeof verdicts)[number];

/** What a problem is about. */
export type ProblemPart =
  /** It left the script: another message, or none. */
  | 'script'
  /** It did not end the session, or in another way than it has to. */
  | 'ending'
  /** It did not close the connection. */
  | 'close'
  /** What it told its user. */
  | 'result'
  /** What its store holds. */
  | 'store'
  /** Its octets break a rule. */
  | 'octets'
  /** It broke the control protocol, ended, or hung. */
  | 'control'
  /** The kit's octets break another rule than the case says, or the kit failed. */
  | 'kit';

/** One thing that is wrong. Texts hold nothing random: the same seed gives the same text. */
export interface Problem {
  readonly part: ProblemPart;
  /** The sentence of the specification that it contradicts; absent where none is about it. */
  readonly requirement?: string;
  /** A SHOULD warns, all else fails. */
  readonly level: 'MUST' | 'SHOULD';
  /** For a person: what was awaited and what came. */
  readonly detail: string;
  /** Step of the script. */
  readonly step?: string;
  /** Position among the case's sessions, from 0. */
  readonly session?: number;
  /** Entry of that session's transcript, from 0. */
  readonly entry?: number;
}

/** One session of a case as it went. */
export interface SessionResult {
  /** Absent where the run did not want to keep it. */
  readonly transcript?: Transcript;
  /** What the testee told its user; absent where it was killed before. */
  readonly end?: RunEnd;
  readonly findings: readonly Finding[];
}

/** One case with one delivery. */
export interface CaseResult {
  readonly case: Case;
  readonly delivery: Delivery;
  readonly verdict: Verdict;
  /** Empty with `pass`. */
  readonly problems: readonly Problem[];
  /** Of `unsupported`, `not-applicable`, `untestable` and `blocked`: the reason. */
  readonly why?: string;
  /** Empty where nothing was played. */
  readonly sessions: readonly SessionResult[];
  /** What the testee's store held afterwards, where it was looked at. */
  readonly store?: StoreContent;
  /** Losses of power, those of every try; when they come is up to the machine, not the seed. */
  readonly kills?: readonly Kill[];
  /** The last 20 lines that the testee wrote beside the protocol; none with `pass`. */
  readonly noise: readonly string[];
  readonly durationMs: number;
}

/**
 * `core`: once each, whole, but for the cells of the state tables and what takes long; it is for
 * the seconds between two changes. `full`: all, in every delivery; it is for who says "conforms".
 */
export type Profile = 'core' | 'full';

/** Where testees come from: a command, or a function that makes one connection at a time. */
export type TesteeSource =
  | {
      readonly kind: 'command';
      /** `{slot}` in an argument is replaced by the number of the job, from 0. */
      readonly command: TesteeCommand;
    }
  | {
      readonly kind: 'connection';
      /** The next testee that dials in; undefined where none comes. */
      readonly connect: () => Promise<Testee | undefined>;
      /** Where it meets the kit: the address to listen on, and the one it dials. */
      readonly meet?: { readonly bind: string; readonly host: string };
    };

/** What a run of the suite goes by. */
export interface SuiteOptions {
  readonly cases: readonly Case[];
  /** More cases, after the others: made for what the testee says that it can do. */
  readonly more?: (hello: Hello) => readonly Case[];
  readonly testee: TesteeSource;
  /** Everything that the kit draws follows from it. */
  readonly seed: string;
  readonly profile: Profile;
  /** Deliveries to keep; default all. A case that names none of them is not run. */
  readonly deliveries?: readonly Delivery[];
  /** Testees at a time; 1 for a connection, and for a command without `{slot}` that has `open`. */
  readonly jobs?: number;
  /** `inline`: connections run through control lines (feature `inline`); default `tcp`. */
  readonly stream?: 'tcp' | 'inline';
  /** How long the kit waits for what a testee owes it, in milliseconds; default 5 000. */
  readonly patienceMs?: number;
  /** What each `run` may take, in milliseconds; default 10 000. */
  readonly deadlineMs?: number;
  /**
   * Which results keep their transcripts; default: all. Those of a whole run fill most of a
   * gigabyte, and nobody looks at one that shows nothing.
   */
  readonly keepsTranscripts?: (verdict: Verdict) => boolean;
  /** Called for each result, in the order in which they come. */
  readonly onProgress?: (result: CaseResult, done: number, total: number) => void;
  /** Stops at once: testees are killed, and what was under way has no result. */
  readonly signal?: AbortSignal;
  /** For tests of the kit itself; default: the observer and the store model. */
  readonly judges?: Judges;
}

/** A run of the suite. */
export interface SuiteResult {
  readonly seed: string;
  readonly profile: Profile;
  /** What the testee said of itself; absent where it did not get so far. */
  readonly hello?: Hello;
  /** Why no case could be run (exit code 3). */
  readonly unusable?: string;
  /** In the order of the cases, and of the deliveries of each. */
  readonly results: readonly CaseResult[];
  readonly durationMs: number;
}

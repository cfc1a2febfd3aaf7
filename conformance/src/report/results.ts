// What a run of the kit found, as `results.json` holds it: every report is made from this alone.
// Types; no verdict is reached here.
import type { Feature, Hello, Role } from '../control/values.ts';
import type { Delivery } from '../peer/delivery.ts';
import type { CrashCount } from './crash-count.ts';

/** Verdicts of one case in one delivery. */
export const verdicts = [
  /** Did what the specification asks for. */
  'pass',
  /** Broke a MUST. */
  'fail',
  /** Broke a SHOULD. */
  'warn',
  /** Neither answered nor ended in time, and was killed. */
  'hang',
  /** The valid twin failed, so that the case itself would prove nothing. */
  'blocked',
  /** Needs a role or feature that the testee declares not to have. */
  'unsupported',
  /** Says nothing about this testee. */
  'not-applicable',
  /** Nobody can play it; the reason is named. */
  'untestable',
  /** The kit is wrong, not the testee. */
  'kit-error',
] as const;

/** One of {@link verdicts}. */
export type Verdict = (typeof verdicts)[number];

/** A requirement that octets broke, with the place where it shows. */
export interface ResultFinding {
  readonly side: 'kit' | 'testee';
  readonly requirement: string;
  readonly level: 'MUST' | 'SHOULD';
  /** Connection of the case, counted from 0. */
  readonly session: number;
  /** Frame of that side, counted from 0. */
  readonly frame?: number;
  /** Octets of that side's stream, from and up to but without. */
  readonly octets?: readonly [number, number];
  readonly detail: string;
}

/** One thing on the connection; the form of a transcript in files. */
export interface ResultTranscriptEntry {
  readonly side: 'kit' | 'testee';
  readonly kind: 'octets' | 'fin' | 'rst' | 'note';
  /** Lower-case hex. */
  readonly hex?: string;
  /** The step of the script, or the text of a note. */
  readonly step?: string;
}

/** The octets of one connection with what opens their seals. */
export interface ResultTranscript {
  readonly role: Role;
  readonly secret: { readonly kind: 'DIGITS' | 'QR'; readonly hex: string };
  readonly scalar?: string;
  readonly entries: readonly ResultTranscriptEntry[];
}

/** One case in one delivery. */
export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly family: string;
  readonly role: Role;
  readonly level: 'MUST' | 'SHOULD';
  /** The first is the one that the case proves. */
  readonly requirements: readonly string[];
  readonly delivery: Delivery;
  readonly verdict: Verdict;
  /** One sentence: what was expected. */
  readonly expected: string;
  /** One sentence: what came; why it is blocked, unsupported or untestable. */
  readonly observed?: string;
  /** What the testee reported about itself: result and reason. */
  readonly reported?: string;
  /** Step of the script at which it showed. */
  readonly step?: string;
  /** Ids of the sentences that the testee broke, each once; empty or absent where none is named. */
  readonly broken?: readonly string[];
  readonly findings?: readonly ResultFinding[];
  /** Differences between the store and what it should hold; one sentence each. */
  readonly store?: readonly string[];
  /** What the testee printed beside the control protocol, shortened. */
  readonly noise?: readonly string[];
  /**
   * One for each connection. Not in `results.json`, which the same seed gives again: they lie
   * beside it, in `transcripts/`.
   */
  readonly transcripts?: readonly ResultTranscript[];
  /** Stable text of what went wrong, for known-failing files; without octets and times. */
  readonly signature?: string;
  /** The entry of the known-failing file that covers it, and whether it still holds. */
  readonly known?: {
    readonly pattern: string;
    readonly state: 'expected' | 'passes' | 'changed' | 'expired';
  };
  readonly durationMs: number;
}

/** Counts with their denominators. */
export interface Summary {
  /** MUST cases that apply to what the testee declares, over all deliveries. */
  readonly required: { readonly proven: number; readonly total: number };
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly knownFailing: number;
  /** Entries of the known-failing file that passed, changed or expired. */
  readonly stale: number;
}

/** A whole run. */
export interface Results {
  readonly format: 'peersync-results/1';
  readonly kit: string;
  readonly specification: string;
  readonly testee: Pick<Hello, 'impl' | 'roles' | 'features' | 'versions' | 'capabilities'>;
  /** Features that cases need and the testee does not declare. */
  readonly undeclared: readonly Feature[];
  readonly run: {
    readonly seed: string;
    readonly profile: 'core' | 'full';
    readonly filters: readonly string[];
    readonly jobs: number;
    /** FHIR instant. */
    readonly startedAt: string;
    readonly durationMs: number;
    /** Stopped by whoever started it: cases are missing. */
    readonly interrupted?: true;
  };
  /** Why no case, or no further one, could be run (exit code 3). */
  readonly unusable?: string;
  /** Patterns of the known-failing file that no case matches; stale. */
  readonly unmatched?: readonly string[];
  readonly summary: Summary;
  /** Losses of power; not in `results.json`, since when they came is up to the machine. */
  readonly crash?: CrashCount;
  /** 0 conforms, 1 failure or stale entry, 3 testee unusable, 4 kit bug, 5 nothing proven. */
  readonly exitCode: 0 | 1 | 3 | 4 | 5;
  /** By id, then by delivery. */
  readonly cases: readonly CaseResult[];
}

// The seam between the runner and those who judge what was played: the observer, which reads the
// octets of both sides, and the store model, which says what a store has to hold. Neither knows a
// case; the runner knows neither's rules.
import type { Edit, RunEnd, RunParams, StoreContent } from '../control/values.ts';
import type { Transcript } from '../peer/transcript.ts';

/** What a judge is told about a session beside its transcript. */
export interface SessionContext {
  /** What the testee was told for this run. */
  readonly params: RunParams;
  /** Replica ids, 32 hex digits each. */
  readonly testeeReplica: string;
  readonly kitReplica: string;
  /** As a person configured it at both ends, not canonical; empty: none. */
  readonly serverUrl: string;
  /** What the testee announces when nothing else is said, as `hello` has it. */
  readonly capabilities: readonly string[];
  /**
   * Whether the testee's timers stood still: then pauses say nothing about KeepAlive and time-outs.
   */
  readonly isClockVirtual: boolean;
  /** True where the testee was told another secret than the kit has: its tag can't be right. */
  readonly isSecretWrong?: boolean;
  /** True where the testee was killed in this session: its stream may end anywhere. */
  readonly wasTesteeKilled?: boolean;
}

/** A rule that octets of one side break. */
export interface Finding {
  readonly side: 'kit' | 'testee';
  /** Id of the sentence. */
  readonly requirement: string;
  readonly level: 'MUST' | 'SHOULD';
  readonly where: {
    /** Position in the transcript of the entry with the last octet of the frame, or of the end. */
    readonly entry: number;
    /** Number of the frame among those of its side, from 0; absent for what is no frame. */
    readonly frame?: number;
    /** Octets of that side's stream, counted from 0: first, and one after the last. */
    readonly octets?: readonly [number, number];
  };
  /** One sentence without anything random, so that the same seed gives the same text. */
  readonly detail: string;
}

/** Which rules the octets of both sides break. */
export type Observe = (transcript: Transcript, context: SessionContext) => readonly Finding[];

/** What happened to a store since its seed, in order. */
export type StoreDeed =
  /** One session; without `end` the testee was killed in it. */
  | {
      readonly kind: 'session';
      readonly transcript: Transcript;
      readonly context: SessionContext;
      readonly end?: RunEnd;
    }
  /** Local edits between sessions, or in the middle of the one before. */
  | { readonly kind: 'edits'; readonly edits: readonly Edit[]; readonly now: string };

/** What the store model is asked. */
export interface StoreQuestion {
  readonly role: 'sender' | 'receiver';
  /** The seed, as `reset` had it. */
  readonly before: StoreContent;
  readonly deeds: readonly StoreDeed[];
  /** The dump. */
  readonly after: StoreContent;
}

/** Something that the dump should not or should hold. */
export interface StoreFinding {
  readonly requirement: string;
  readonly level: 'MUST' | 'SHOULD';
  /** One sentence that names the entry, what was awaited and what is there. */
  readonly detail: string;
}

/**
 * What a dump contradicts. Payloads that were acknowledged are stored; one that was sent and not
 * acknowledged may be there or not, as a whole.
 */
export type CheckStore = (question: StoreQuestion) => readonly StoreFinding[];

/** Everyone who judges. */
export interface Judges {
  readonly observe: Observe;
  readonly checkStore: CheckStore;
}

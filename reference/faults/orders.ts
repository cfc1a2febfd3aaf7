// What a device process is told and what it answers, as JSON over its channel. Types only.

/** What is done to the clock on the wall while a session runs. */
export interface ClockSteps {
  /** Milliseconds between two steps; 0: one step, before the session. */
  readonly everyMs: number;
  /** Steps in milliseconds, forwards or backwards, used in turn. */
  readonly stepsMs: readonly number[];
}

/** Orders; each is answered by one answer, `send` by two. */
export type Order =
  | { readonly kind: 'open'; readonly path: string; readonly lockWaitMs?: number }
  | { readonly kind: 'close' }
  | {
      readonly kind: 'send';
      readonly code: string;
      readonly entriesMax: number;
      /** While the session runs, the user edits one of so many resources after the other. */
      readonly editing?: { readonly resources: number; readonly edits: number };
      readonly clock?: ClockSteps;
    }
  | {
      readonly kind: 'receive';
      readonly port: number;
      readonly code: string;
      readonly clock?: ClockSteps;
    };

/** How a session ended, without what can't travel. */
export interface SessionEnd {
  readonly result: string;
  readonly codeName: string | undefined;
  readonly by: string | undefined;
  /** Messages of the error of the device and of its causes. */
  readonly causes: readonly string[];
  readonly acknowledged: number;
  readonly transferred: number;
}

/** Answers. */
export type Answer =
  | { readonly kind: 'opened' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'ended'; readonly end: SessionEnd }
  | { readonly kind: 'failed'; readonly text: string };

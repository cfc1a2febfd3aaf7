// What a transaction of the store in memory keeps until it commits. Knows nothing of the store's
// rows in force, nor of how they are found.
import type { ArchivedEntry, ArchiveReason, RecordedOutcome } from './store.ts';
import type { Row } from './tables.ts';

/** The store's own values. */
export interface State {
  replicaId: Uint8Array;
  changeCounter: bigint;
  sequence: bigint;
  archivePosition: number;
  outcomePosition: number;
}

/** What a transaction has written so far; nothing of it is seen from outside until it commits. */
export interface Draft {
  readonly state: State;
  readonly rows: Map<string, Row>;
  /** Resource types of `rows`. */
  readonly types: Set<string>;
  cursorsKept: boolean;
  readonly cursors: Map<string, Uint8Array>;
  readonly archive: ArchivedEntry[];
  readonly archiveReasons: Map<number, ArchiveReason>;
  readonly outcomes: Map<string, RecordedOutcome | undefined>;
  readonly reports: string[];
}

/** A draft with nothing written yet. */
export function draftOver(state: State): Draft {
  return {
    state: { ...state },
    rows: new Map(),
    types: new Set(),
    cursorsKept: true,
    cursors: new Map(),
    archive: [],
    archiveReasons: new Map(),
    outcomes: new Map(),
    reports: [],
  };
}

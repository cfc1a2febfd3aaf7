// What one write transaction is going to write, until it goes to the server in one piece. Knows
// which rows it holds and what is written for them; asks the server nothing.
import { createHash } from 'node:crypto';
import type { ErrorCode, Outcome } from '../wire/messages.ts';
import { encodeColumns, type Element, type ElementType } from './postgres-arrays.ts';
import type { Columns, Statement } from './postgres-messages.ts';
import { changeRow, octetsIn, octetsOf, resourceRow } from './postgres-rows.ts';
import { written, type PostgresStatements } from './postgres-statements.ts';
import type { ArchiveReason } from './store.ts';
import type { EntryState, OutcomeKey } from './tables.ts';

/** The store's own row, as a transaction sees and changes it. */
export interface DraftState {
  replicaId: Uint8Array;
  sequence: bigint;
  changeCounter: bigint;
  archived: bigint;
  outcomes: bigint;
  reports: bigint;
  /** True: some outcome is recorded. */
  mayHaveOutcomes: boolean;
}

/** An entry that is going to be written. */
export interface DraftEntry {
  readonly key: bigint;
  readonly sequence: bigint;
  readonly next: EntryState;
  /** So many rows of changes are there and stay. */
  readonly kept: number;
  /** So many rows of changes are there. */
  readonly present: number;
}

interface DraftOutcome {
  readonly key: OutcomeKey;
  /** Undefined: it is taken away. */
  readonly recorded:
    | { readonly position: bigint; readonly outcome: Outcome; readonly code: ErrorCode | undefined }
    | undefined;
}

/** Octets in a few: SHA-256. */
export function digestOf(octets: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(octets).digest());
}

/** A key for a map; no type has U+0000 in it where an id follows. */
export function nameOf(resourceType: string, resourceId: string): string {
  return `${resourceType}\u0000${resourceId}`;
}

/** Everything that a transaction writes. */
export class PostgresDraft {
  readonly entries = new Map<string, DraftEntry>();
  readonly types = new Set<string>();
  readonly cursors = new Map<string, readonly Element[]>();
  readonly archive: { readonly row: readonly Element[]; readonly octets: Uint8Array }[] = [];
  readonly archiveReasons = new Map<bigint, ArchiveReason>();
  readonly outcomes = new Map<string, DraftOutcome>();
  readonly reports: (readonly Element[])[] = [];
  deletesCursors = false;
  /** Where the store is from now on. */
  place: string | undefined;
  stateChanged = false;

  /** Nothing of a cursor's own is ever compared, so the last one of a scope stands. */
  putCursor(peer: Uint8Array, scope: string, cursor: Uint8Array): void {
    const text = octetsOf(scope);
    const row = [peer.slice(), digestOf(text), text, cursor.slice()];
    this.cursors.set(`${Buffer.from(peer).toString('hex')}${scope}`, row);
  }

  /** Records an outcome, or takes it away. */
  putOutcome(key: OutcomeKey, recorded: DraftOutcome['recorded']): void {
    const { peer, resourceType, resourceId } = key;
    const name = `${Buffer.from(peer).toString('hex')}${nameOf(resourceType, resourceId)}`;
    this.outcomes.set(name, { key: { ...key, peer: peer.slice() }, recorded });
  }

  /** What is to be sent; empty where the transaction wrote nothing. */
  statements(texts: PostgresStatements, state: DraftState | undefined): Statement[] {
    return [
      ...this.#entryStatements(texts),
      ...(this.place === undefined ? [] : [{ text: texts.putPlace, values: [this.place] }]),
      ...(this.deletesCursors ? [{ text: texts.deleteCursors }] : []),
      ...rowsIn(texts.cursors, written.cursors, [...this.cursors.values()]),
      ...this.#outcomeStatements(texts),
      ...rowsIn(
        texts.archive,
        written.archive,
        this.archive.map(({ row }) => row),
      ),
      ...rowsIn(texts.archiveReasons, written.archiveReasons, [...this.archiveReasons]),
      ...rowsIn(texts.reports, written.reports, this.reports),
      ...(this.stateChanged && state !== undefined ? [putState(texts, state)] : []),
    ];
  }

  #entryStatements(texts: PostgresStatements): Statement[] {
    const entries = [...this.entries.values()];
    const shortened = entries.filter(({ present, kept }) => present > kept);
    const changes = entries.flatMap(({ key, kept, next }) =>
      next.payload.changes.slice(kept).map((change, index) => changeRow(key, kept + index, change)),
    );
    return [
      ...rowsIn(
        texts.types,
        written.types,
        [...this.types].map((name) => [name]),
      ),
      ...rowsIn(
        texts.resources,
        written.resources,
        entries.map(({ key, sequence, next }) => resourceRow(key, sequence, next)),
      ),
      ...rowsIn(
        texts.changesKept,
        written.changesKept,
        shortened.map(({ key, kept }) => [key, kept]),
      ),
      ...rowsIn(texts.changes, written.changes, changes),
    ];
  }

  #outcomeStatements(texts: PostgresStatements): Statement[] {
    const all = [...this.outcomes.values()];
    const names = all.map(({ key }) => [
      key.peer,
      octetsOf(key.resourceType),
      octetsOf(key.resourceId),
    ]);
    const rows = all.flatMap(({ recorded }, index) => {
      if (recorded === undefined) return [];
      const { position, outcome, code = null } = recorded;
      return [[position, ...(names[index] ?? []), outcome, code]];
    });
    return [
      ...rowsIn(texts.outcomeNames, written.outcomeNames, names),
      ...rowsIn(texts.outcomes, written.outcomes, rows),
    ];
  }
}

/** The store's own row. */
export function stateFrom(columns: Columns): DraftState {
  const number = (at: number): bigint => BigInt(String(columns[at]));
  return {
    replicaId: octetsIn(columns[0]),
    sequence: number(1),
    changeCounter: BigInt.asUintN(64, number(2)),
    archived: number(3),
    outcomes: number(4),
    reports: number(5),
    mayHaveOutcomes: true,
  };
}

function putState(texts: PostgresStatements, state: DraftState): Statement {
  const { replicaId, sequence, changeCounter, archived, outcomes, reports } = state;
  const numbers = [sequence, BigInt.asIntN(64, changeCounter), archived, outcomes, reports];
  return { text: texts.putState, values: [replicaId, ...numbers.map(String)] };
}

function rowsIn(
  text: string,
  types: readonly ElementType[],
  rows: readonly (readonly Element[])[],
): Statement[] {
  return rows.length === 0 ? [] : [{ text, values: encodeColumns(types, rows) }];
}

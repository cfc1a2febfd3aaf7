// Checks the store's own row, and those that sessions leave in a store file: cursors, outcomes,
// archived states, reports. Knows how each is written; repairs nothing.
import type { DatabaseSync } from 'node:sqlite';
import { checkResource } from '../fhir/entry-check.ts';
import { CURSOR_OCTETS } from '../wire/limits.ts';
import { SyncPayload } from '../wire/messages.ts';
import { archivedFrom, archivedName } from './sqlite-archive.ts';
import type { Findings } from './sqlite-check.ts';
import { cursorChecksum, stateChecksum } from './sqlite-checksum.ts';
import type { InternedValues } from './sqlite-interned.ts';
import type { ArchiveColumns, CommonStatements } from './sqlite-statements.ts';
import type { ArchiveReason } from './store.ts';

const reasons: Readonly<Record<ArchiveReason, true>> = {
  displaced: true,
  'not-taken': true,
  deferred: true,
  merged: true,
  taken: true,
};

/** Adds what is wrong to the findings. */
export function checkSessionRows(
  db: DatabaseSync,
  statements: CommonStatements,
  interned: InternedValues,
  findings: Findings,
  mayLackChecksums: boolean,
): void {
  findings.guard("the store's own row", () => {
    checkState(statements, mayLackChecksums);
  });
  findings.guard('the cursors', () => {
    for (const [peer, scope, cursor, checksum] of statements.cursors.all()) {
      if (cursor.length > CURSOR_OCTETS) findings.add(undefined, 'a cursor is too long');
      if (checksum === null && mayLackChecksums) continue;
      if (cursorChecksum(interned.replicaId(peer), scope, cursor) === checksum) continue;
      findings.add(undefined, 'a cursor is not what was written: its next session starts over');
    }
  });
  findings.guard('the outcomes', () => {
    for (const _row of statements.outcomes.iterate(0, -1)) void _row;
  });
  findings.guard('the states that were put aside', () => {
    for (const row of statements.archived.iterate(0, -1)) {
      const lacks = row[4] === null && mayLackChecksums;
      const fault = archivedFault(row) ?? (lacks ? undefined : damageOf(row, interned));
      if (fault !== undefined) findings.add(undefined, `${archivedName(row)}: ${fault}`);
    }
  });
  findings.guard('the reports', () => {
    for (const { text } of db.prepare('SELECT text FROM report').iterate()) {
      JSON.parse(String(text));
    }
  });
}

function checkState({ state, settings }: CommonStatements, mayLackChecksum: boolean): void {
  const [row, texts] = [state.get(), settings.get()];
  if (row === undefined || texts === undefined) throw new Error('it is not there');
  const [replicaId, sequence, counter, checksum] = row;
  if (checksum === null && mayLackChecksum) return;
  const [serverUrl, displayName] = texts.map(String) as [string, string];
  const sum = stateChecksum(replicaId, sequence, counter, { serverUrl, displayName });
  if (checksum === null || Number(checksum) !== sum) {
    throw new Error('what is there is not what was written; look at its server and its name');
  }
}

function damageOf(row: ArchiveColumns, interned: InternedValues): string | undefined {
  const entry = archivedFrom(row, interned.replicaId(row[1]));
  return entry === undefined ? 'what is there is not what was written' : undefined;
}

function archivedFault([, , reason, octets]: ArchiveColumns): string | undefined {
  if (!(reason in reasons)) return 'its reason is unknown';
  try {
    const payload = SyncPayload.decode(octets);
    // A deletion has no content; everything else names itself.
    return payload.resource.length === 0
      ? undefined
      : checkResource(payload.resource, payload)?.detail;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

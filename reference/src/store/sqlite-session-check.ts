// Checks the rows that sessions leave in a store file: cursors, outcomes, archived states, reports.
// Knows how each is written; repairs nothing.
import type { DatabaseSync } from 'node:sqlite';
import { checkResource } from '../fhir/entry-check.ts';
import { CURSOR_OCTETS } from '../wire/limits.ts';
import { SyncPayload } from '../wire/messages.ts';
import type { Findings } from './sqlite-check.ts';
import type { Statements } from './sqlite-statements.ts';
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
  statements: Statements,
  findings: Findings,
): void {
  findings.guard('the cursors', () => {
    for (const [, , cursor] of statements.cursors.all()) {
      if (cursor.length > CURSOR_OCTETS) findings.add(undefined, 'a cursor is too long');
    }
  });
  findings.guard('the outcomes', () => {
    for (const _row of statements.outcomes.iterate(0, -1)) void _row;
  });
  findings.guard('the states that were put aside', () => {
    for (const [position, , reason, octets] of statements.archived.iterate(0, -1)) {
      const fault = archivedFault(reason, octets);
      if (fault !== undefined) {
        findings.add(undefined, `what was put aside at position ${position}: ${fault}`);
      }
    }
  });
  findings.guard('the reports', () => {
    for (const { text } of db.prepare('SELECT text FROM report').iterate()) {
      JSON.parse(String(text));
    }
  });
}

function archivedFault(reason: string, octets: Uint8Array): string | undefined {
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

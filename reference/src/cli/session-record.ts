// What is kept of a session in the store: how it ended, when, and its report. JSON from end to end,
// so that `peersync report` shows tomorrow what the session showed today.
import type { SyncReport } from '../sync/report.ts';
import type { UploadReport } from '../upload/upload-report.ts';

/** How a session ended, in the words of the session layer. */
export type SessionEnd = 'complete' | 'rejected' | 'failed' | 'interrupted' | 'cancelled';

/** One session of this device. */
export interface SessionRecord {
  readonly role: 'sender' | 'receiver';
  /** When it ended: a FHIR instant. */
  readonly endedAt: string;
  readonly durationMs: number;
  readonly result: SessionEnd;
  /** Whose decision ended it; absent where it is complete. */
  readonly by?: 'us' | 'peer' | 'transport';
  /** The name of the error code. */
  readonly code?: string;
  /** In words, without personal data. */
  readonly detail?: string;
  /** Absent where the session ended before anything was offered. */
  readonly report?: SyncReport;
}

/** One upload of this device. */
export interface UploadRecord {
  readonly role: 'upload';
  /** When it ended: a FHIR instant. */
  readonly endedAt: string;
  readonly durationMs: number;
  /** `stopped`: before everything had its turn; the report says why. */
  readonly result: 'complete' | 'stopped';
  readonly upload: UploadReport;
}

/** Reads a record that a version of this program wrote; undefined for anything else. */
export function readRecord(text: string): SessionRecord | UploadRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isRecord =
      typeof value === 'object' &&
      value !== null &&
      'role' in value &&
      'result' in value &&
      'endedAt' in value;
    return isRecord ? (value as SessionRecord | UploadRecord) : undefined;
  } catch {
    return undefined;
  }
}

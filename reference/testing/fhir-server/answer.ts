// What an interaction answers, before anyone thinks of sockets: status, headers and octets. Errors
// are OperationOutcomes, thrown so that a transaction can be undone where they are caught.
import { stringifyLossless } from '../../src/fhir/json-text.ts';
import type { Version } from './resource-versions.ts';

/** One answer of the server. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** The version that the answer is about, for ETag, Location and a Bundle's entries. */
  readonly version?: Version;
}

/** A refusal: the status and the diagnostics of its OperationOutcome. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly issue: string;

  constructor(status: number, issue: string, diagnostics: string) {
    super(diagnostics);
    this.status = status;
    this.issue = issue;
  }
}

const encoder = new TextEncoder();

/** Writes plain data as JSON octets. */
export function jsonOctets(plain: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(plain));
}

/** An OperationOutcome with one issue. */
export function outcomeOf(issue: string, diagnostics: string): object {
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: issue, diagnostics }],
  };
}

/** The answer that tells a refusal. */
export function refused({ status, issue, message }: Refusal): Answer {
  return { status, headers: {}, body: jsonOctets(outcomeOf(issue, message)) };
}

/** The octets of a version's content; undefined where it is a deletion. */
export function octetsOf({ content }: Version): Uint8Array | undefined {
  return content === undefined ? undefined : stringifyLossless(content);
}

/** Joins texts and octets, so that what stands in a Bundle is what stands alone. */
export function joined(parts: readonly (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : part)),
  );
}

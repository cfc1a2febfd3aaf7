// Reads the golden vectors of vectors/v1 for tests. Knows their layout, not what they mean.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeBatch } from '../wire/batch.ts';
import type { SyncPayload } from '../wire/messages.ts';
import { isViolation } from '../wire/violation.ts';

/** One vector; `input` and `expect` have the shape that the group's kind says. */
export interface Vector<Input, Expect> {
  readonly id: string;
  readonly title: string;
  readonly requirements: readonly string[];
  readonly flags: readonly string[];
  readonly input: Input;
  readonly result: 'valid' | 'invalid';
  /** Of valid vectors. */
  readonly expect: Expect;
  /** Of valid messages: what writing the fields gives. */
  readonly encode?: 'exact' | 'semantic';
  /** Of invalid vectors: the error's name. */
  readonly error: string;
}

/** Vectors of one kind with what they share. */
export interface VectorGroup<Input, Expect, Parameters = Record<string, never>> {
  readonly kind: string;
  readonly parameters: Parameters;
  readonly vectors: readonly (Vector<Input, Expect> & Readonly<Record<string, unknown>>)[];
}

const folder = join(import.meta.dirname, '..', '..', '..', 'vectors', 'v1');

/** The groups of `vectors/v1/<area>.json` of one kind; complains when there are none. */
export function goldenVectors<Input, Expect, Parameters = Record<string, never>>(
  area: string,
  kind: string,
): readonly VectorGroup<Input, Expect, Parameters>[] {
  const text = readFileSync(join(folder, `${area}.json`), 'utf8');
  const { groups } = JSON.parse(text) as { groups: VectorGroup<Input, Expect, Parameters>[] };
  const chosen = groups.filter((group) => group.kind === kind);
  if (chosen.length === 0) throw new Error(`vectors/v1/${area}.json has no group ${kind}`);
  return chosen;
}

/** The title of a vector's test: its first requirement, then what it is. */
export function titleOf(vector: Vector<unknown, unknown>): string {
  return `${vector.requirements[0] ?? ''}: ${vector.id} ${vector.title}`;
}

/** Octets of a hexadecimal text. */
export function octetsOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** Hexadecimal text of octets. */
export function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

/** Decodes one entry as a receiver does: inside a Batch. */
export function entryOf(hex: string): SyncPayload {
  const octets = octetsOf(hex);
  const length: number[] = [];
  for (let rest = octets.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  const entries = decodeBatch(Uint8Array.from([0x0a, ...length, ...octets]), 1);
  if (isViolation(entries)) throw new Error(entries.detail);
  const [entry] = entries;
  if (entry === undefined) throw new Error('the vector holds no entry');
  return entry;
}

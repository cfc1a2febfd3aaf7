// Vector files as data: their layout, how hex and text stand in them, what a judge is. It judges
// nothing.
import { KitError } from '../fault.ts';
import type { Fault } from '../fault.ts';

/** One vector of a file in `vectors/v1`. */
export interface Vector {
  readonly id: string;
  readonly title: string;
  readonly requirements: readonly string[];
  readonly flags: readonly string[];
  readonly input: unknown;
  readonly result: 'valid' | 'invalid';
  /** With a valid one. */
  readonly expect?: unknown;
  /** With a valid message: what writing its fields gives. */
  readonly encode?: 'exact' | 'semantic';
  /** With an invalid one. */
  readonly error?: string;
  /** With an invalid stream: what comes before the error. */
  readonly bodies?: readonly string[];
}

/** Vectors of one kind with what they share. */
export interface VectorGroup {
  readonly kind: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly vectors: readonly Vector[];
}

/** One file. */
export interface VectorFile {
  readonly area: string;
  readonly title: string;
  readonly groups: readonly VectorGroup[];
}

/**
 * What the kit makes of a vector's input: undefined where that is what the vector says, else the
 * difference in a sentence.
 *
 * @throws KitError where the vector itself cannot be read.
 */
export type Judge = (vector: Vector, parameters: VectorGroup['parameters']) => string | undefined;

/** A member of an object in a vector that is text. */
export function textIn(value: unknown, name: string): string {
  const found = memberOf(value, name);
  if (typeof found !== 'string') throw new KitError(`${name} is no text`);
  return found;
}

/** A member of an object in a vector. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw new KitError(`no object with ${name}`);
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** The whole input as text. */
export function inputText({ input }: Vector): string {
  if (typeof input !== 'string') throw new KitError('the input is no text');
  return input;
}

/** Text that is the same for the same value, whatever the order of members. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The difference between two values, undefined where there is none. */
export function difference(what: string, found: unknown, expected: unknown): string | undefined {
  const [left, right] = [sortedJson(found), sortedJson(expected)];
  return left === right ? undefined : `${what}: ${clip(left)}, expected ${clip(right)}`;
}

const clip = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text);

/** Judges a fault: right only where the vector is invalid with this very code. */
export function judgeFault(vector: Vector, { code, detail }: Fault): string | undefined {
  if (vector.result === 'valid') return `refused with ${code} (${detail})`;
  return difference('code', code, vector.error);
}

/** For a result where the vector asks for an error. */
export function accepted(vector: Vector): string | undefined {
  return vector.result === 'invalid' ? `accepted, expected ${vector.error}` : undefined;
}

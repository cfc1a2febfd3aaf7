// JSON values that lose nothing: a number is its lexeme, an object keeps its keys in order and has
// no prototype to reach. Knows nothing of octets, grammar or FHIR but for the server-owned meta.
import { equalDecimals } from './decimal.ts';

/** A JSON number as it was written; `1.10` and `1.1` are two different ones. */
export class JsonNumber {
  /** The characters of the number, valid by RFC 8259 section 6. */
  readonly lexeme: string;

  /** The lexeme is taken as it is; {@link jsonFrom} makes one from a JavaScript number. */
  constructor(lexeme: string) {
    this.lexeme = lexeme;
  }
}

/** A JSON object; a Map, so that neither `__proto__` nor integer-like keys behave specially. */
export type JsonObject = ReadonlyMap<string, JsonValue>;
/** A JSON array. */
export type JsonArray = readonly JsonValue[];
/** Any JSON value; never changed once made, so values may share parts. */
export type JsonValue = null | boolean | string | JsonNumber | JsonArray | JsonObject;

/** True for a JSON object. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

/** True for a JSON array. */
export function isJsonArray(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

/**
 * The value at a path of keys and array positions; undefined where there is none.
 *
 * @param path - Keys as written (no JSON Pointer escapes); numbers count array elements from 0.
 */
export function jsonAt(
  value: JsonValue | undefined,
  ...path: readonly (string | number)[]
): JsonValue | undefined {
  let here = value;
  for (const step of path) {
    if (typeof step === 'string') here = isJsonObject(here) ? here.get(step) : undefined;
    else here = isJsonArray(here) ? here[step] : undefined;
  }
  return here;
}

/**
 * Makes a value from plain JavaScript data; numbers take their shortest form.
 *
 * @throws TypeError for what JSON has no form for: undefined, functions, NaN, infinities, bigints.
 */
export function jsonFrom(plain: unknown): JsonValue {
  if (plain === null || typeof plain === 'boolean' || typeof plain === 'string') return plain;
  if (typeof plain === 'number' && Number.isFinite(plain)) return new JsonNumber(lexemeOf(plain));
  if (plain instanceof JsonNumber) return plain;
  if (Array.isArray(plain)) return plain.map(jsonFrom);
  if (plain instanceof Map) {
    return new Map([...plain].map(([key, item]) => [String(key), jsonFrom(item)]));
  }
  if (typeof plain === 'object') {
    return new Map(Object.entries(plain).map(([key, item]) => [key, jsonFrom(item)]));
  }
  throw new TypeError(`JSON has no form for a value of type ${typeof plain}`);
}

// String(-0) is "0"; every other finite number prints as a JSON number.
function lexemeOf(plain: number): string {
  return Object.is(plain, -0) ? '-0' : String(plain);
}

type NumbersEqual = (a: JsonNumber, b: JsonNumber) => boolean;

function equal(a: JsonValue, b: JsonValue, numbersEqual: NumbersEqual): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof JsonNumber) return b instanceof JsonNumber && numbersEqual(a, b);
  if (isJsonArray(a)) {
    if (!isJsonArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => equal(item, b[index] ?? null, numbersEqual));
  }
  if (!isJsonObject(a) || !isJsonObject(b) || a.size !== b.size) return false;
  for (const [key, item] of a) {
    const other = b.get(key);
    if (other === undefined || !equal(item, other, numbersEqual)) return false;
  }
  return true;
}

/** Equal with numbers compared by lexeme; the order of keys does not matter. */
export function equalJson(a: JsonValue, b: JsonValue): boolean {
  return equal(a, b, (x, y) => x.lexeme === y.lexeme);
}

/** Equal as the `test` operation means it (RFC 6902 section 4.6): numbers by exact value. */
export function equalByValue(a: JsonValue, b: JsonValue): boolean {
  return equal(a, b, (x, y) => equalDecimals(x.lexeme, y.lexeme));
}

/** Equal, but for what a number loses where it passes through a double (IEEE 754 binary64). */
export function equalAsDoubles(a: JsonValue, b: JsonValue): boolean {
  return equal(a, b, (x, y) => {
    if (x.lexeme === y.lexeme) return true;
    const [left, right] = [Number(x.lexeme), Number(y.lexeme)];
    return left === right && Number.isFinite(left);
  });
}

/** The members of `meta` that only a FHIR server sets. */
export const serverMetaKeys: readonly string[] = ['versionId', 'lastUpdated'];

/** The resource without `meta.versionId` and `meta.lastUpdated`, nor a `meta` left empty. */
export function withoutServerMeta(resource: JsonValue): JsonValue {
  if (!isJsonObject(resource)) return resource;
  const meta = resource.get('meta');
  if (!isJsonObject(meta)) return resource;
  const kept = new Map([...meta].filter(([key]) => !serverMetaKeys.includes(key)));
  const result = new Map(resource);
  if (kept.size === 0) result.delete('meta');
  else result.set('meta', kept);
  return result;
}

/** {@link equalJson} but for what the server owns in `meta` (PSP-CHG-9). */
export function equalOutsideServerMeta(a: JsonValue, b: JsonValue): boolean {
  return equalJson(withoutServerMeta(a), withoutServerMeta(b));
}

/** How many containers are nested in a value: 0 for a scalar, 1 for `{}`. */
export function jsonDepth(value: JsonValue): number {
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return 0;
  let deepest = 0;
  for (const item of value.values()) deepest = Math.max(deepest, jsonDepth(item));
  return deepest + 1;
}

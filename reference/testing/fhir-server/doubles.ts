// What becomes of numbers in a server that reads resources into doubles (IEEE 754 binary64): as
// HAPI's server does with the whole resource when it patches it. Knows no request.
import {
  isJsonArray,
  isJsonObject,
  JsonNumber,
  jsonFrom,
  type JsonObject,
  type JsonValue,
} from '../../src/fhir/json-value.ts';

/** The content with each number in the shortest text of its double. */
export function asDoubles(content: JsonObject): JsonObject {
  return new Map([...content].map(([key, value]) => [key, valueAsDoubles(value)]));
}

function valueAsDoubles(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(valueAsDoubles);
  if (isJsonObject(value)) return asDoubles(value);
  if (!(value instanceof JsonNumber)) return value;
  const double = Number(value.lexeme);
  return Number.isFinite(double) ? jsonFrom(double) : value;
}

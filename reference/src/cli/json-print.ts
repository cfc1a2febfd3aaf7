// Prints JSON for people: indented, every number as it was written. Never used for what is stored.
import { JsonNumber, isJsonArray, type JsonValue } from '../fhir/json-value.ts';

/** The value as indented text, number lexemes and the order of keys as they are. */
export function prettyJson(value: JsonValue, indent = ''): string {
  if (value instanceof JsonNumber) return value.lexeme;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}  `;
  if (isJsonArray(value)) {
    return enclosed(
      '[',
      ']',
      value.map((item) => inner + prettyJson(item, inner)),
      indent,
    );
  }
  const members = [...value].map(
    ([key, item]) => `${inner}${JSON.stringify(key)}: ${prettyJson(item, inner)}`,
  );
  return enclosed('{', '}', members, indent);
}

function enclosed(open: string, close: string, lines: readonly string[], indent: string): string {
  return lines.length === 0 ? open + close : `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

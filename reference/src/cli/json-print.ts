// Prints JSON for people: indented, every number as it was written. Never used for what is stored.
import { JsonNumber, isJsonArray, type JsonValue } from '../fhir/json-value.ts';

/**
 * JSON text with its invisible characters as escapes, line ends and tabs aside: what a peer wrote
 * must not steer a terminal or turn a line around (PSP-ID-4 says so of names).
 */
export function visibleJson(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** The value as indented text, number lexemes and the order of keys as they are. */
export function prettyJson(value: JsonValue, indent = ''): string {
  if (value instanceof JsonNumber) return value.lexeme;
  if (value === null || typeof value !== 'object') return visibleJson(JSON.stringify(value));
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
    ([key, item]) => `${inner}${visibleJson(JSON.stringify(key))}: ${prettyJson(item, inner)}`,
  );
  return enclosed('{', '}', members, indent);
}

function enclosed(open: string, close: string, lines: readonly string[], indent: string): string {
  return lines.length === 0 ? open + close : `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

// Turns acceptable JSON octets into values and back, keeping every number lexeme and the order of
// keys. What is acceptable is decided by the scan that runs first; white space and the choice of
// string escapes are not kept, so this is never used to forward what was received (PSP-DATA-1).
import type { JsonFault, JsonLimits } from './scan-json.ts';
import { scanJson } from './scan-json.ts';
import type { JsonValue } from './json-value.ts';
import { JsonNumber, isJsonArray } from './json-value.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

const quote = 0x22;
const backslash = 0x5c;

/** Reads a text that the scan accepted; on any other text its result means nothing. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): JsonValue {
    const code = this.#skipSpace();
    switch (code) {
      case 0x7b:
        return this.#object();
      case 0x5b:
        return this.#array();
      case quote:
        return this.#string();
      case 0x74:
        this.#at += 4;
        return true;
      case 0x66:
        this.#at += 5;
        return false;
      case 0x6e:
        this.#at += 4;
        return null;
      default:
        return this.#number();
    }
  }

  /** Moves to the next character that is not white space and gives its code. */
  #skipSpace(): number {
    let code = this.#text.charCodeAt(this.#at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      this.#at += 1;
      code = this.#text.charCodeAt(this.#at);
    }
    return code;
  }

  #object(): JsonValue {
    const members = new Map<string, JsonValue>();
    this.#at += 1;
    while (this.#skipSpace() === quote) {
      const key = this.#string();
      this.#skipSpace();
      this.#at += 1;
      members.set(key, this.value());
      this.#skipComma();
    }
    this.#at += 1;
    return members;
  }

  #array(): JsonValue {
    const items: JsonValue[] = [];
    this.#at += 1;
    while (this.#skipSpace() !== 0x5d) {
      items.push(this.value());
      this.#skipComma();
    }
    this.#at += 1;
    return items;
  }

  #skipComma(): void {
    if (this.#skipSpace() === 0x2c) this.#at += 1;
  }

  #string(): string {
    const start = this.#at;
    let at = start + 1;
    let escaped = false;
    for (;;) {
      const code = this.#text.charCodeAt(at);
      if (code === quote) break;
      if (code === backslash) {
        escaped = true;
        at += 1;
      }
      at += 1;
    }
    this.#at = at + 1;
    return escaped
      ? (JSON.parse(this.#text.slice(start, at + 1)) as string)
      : this.#text.slice(start + 1, at);
  }

  #number(): JsonNumber {
    const start = this.#at;
    let at = start;
    for (;;) {
      const code = this.#text.charCodeAt(at);
      // Digits, and the six others a number may have: + - . E e. The end of the text gives NaN.
      const inside =
        (code >= 0x30 && code <= 0x39) ||
        code === 0x2b ||
        code === 0x2d ||
        code === 0x2e ||
        code === 0x45 ||
        code === 0x65;
      if (!inside) break;
      at += 1;
    }
    this.#at = at;
    return new JsonNumber(this.#text.slice(start, at));
  }
}

/**
 * Reads octets that {@link scanJson} accepted a moment ago, without scanning them again.
 *
 * On octets that were not scanned its result is undefined in every sense; use
 * {@link parseLossless} there.
 */
export function parseScanned(octets: Uint8Array): JsonValue {
  return new Reader(decoder.decode(octets)).value();
}

/**
 * Scans and reads JSON octets; numbers keep their lexemes, objects the order of their keys.
 *
 * Gives the fault of {@link scanJson} where the octets are not acceptable (PSP-DATA-4).
 */
export function parseLossless(octets: Uint8Array, limits?: JsonLimits): JsonValue | JsonFault {
  return scanJson(octets, limits) ?? parseScanned(octets);
}

function append(value: JsonValue, parts: string[]): void {
  if (value instanceof JsonNumber) {
    parts.push(value.lexeme);
  } else if (value === null || typeof value !== 'object') {
    parts.push(JSON.stringify(value));
  } else if (isJsonArray(value)) {
    parts.push('[');
    value.forEach((item, index) => {
      if (index > 0) parts.push(',');
      append(item, parts);
    });
    parts.push(']');
  } else {
    parts.push('{');
    let first = true;
    for (const [key, item] of value) {
      parts.push(first ? '' : ',', JSON.stringify(key), ':');
      first = false;
      append(item, parts);
    }
    parts.push('}');
  }
}

/** Writes a value as UTF-8 JSON without white space, number lexemes and key order as they are. */
export function stringifyLossless(value: JsonValue): Uint8Array {
  const parts: string[] = [];
  append(value, parts);
  return encoder.encode(parts.join(''));
}

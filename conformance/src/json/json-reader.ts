// JSON read without loss: the text of numbers, the order of members, and every reason for which a
// receiver refuses an entry (PSP-DATA-4, PSP-DATA-5, PSP-LIM-4). It knows no resource and no patch.
import { fault, isFault } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { limits } from '../wire/limits.ts';
import { textOf } from '../wire/octets.ts';

/** A JSON value. Objects keep the order of their members, numbers their text. */
export type Json =
  | { readonly type: 'object'; readonly members: ReadonlyMap<string, Json> }
  | { readonly type: 'array'; readonly items: readonly Json[] }
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'number'; readonly lexeme: string }
  | { readonly type: 'literal'; readonly value: boolean | null };

/** An object of {@link Json}. */
export type JsonObject = Extract<Json, { type: 'object' }>;

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** Whether a key or pointer segment may occur nowhere (PSP-DATA-5). Escapes are resolved before. */
export function isForbiddenKey(key: string): boolean {
  return forbidden.has(key);
}

const literals: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const simpleEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const numberForm = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const spaceForm = /[ \t\n\r]*/y;
// eslint-disable-next-line no-control-regex -- RFC 8259 allows none of them in a string
const plainForm = /[^"\\\u0000-\u001f]*/y;
const literalForm = /true|false|null/y;
const loneSurrogate = /\p{Cs}/u;

class Reader {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Json | Fault {
    this.#match(spaceForm);
    const value = this.#value(1);
    if (isFault(value)) return value;
    this.#match(spaceForm);
    return this.#at === this.#text.length ? value : this.#invalid('text after the value');
  }

  #invalid(detail: string): Fault {
    return fault('ENTRY_JSON_INVALID', 'PSP-DATA-4', detail, this.#at);
  }

  #match(form: RegExp): string {
    form.lastIndex = this.#at;
    const found = form.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  /** @param depth - Of an array or object that would begin here. */
  #value(depth: number): Json | Fault {
    this.#values += 1;
    if (this.#values > limits.jsonValues) {
      return fault('ENTRY_LIMIT_EXCEEDED', 'PSP-LIM-4', 'too many values', this.#at);
    }
    const opening = this.#text[this.#at];
    if (opening === '"') {
      const text = this.#string();
      return isFault(text) ? text : { type: 'string', text };
    }
    if (opening === '{' || opening === '[') {
      if (depth > limits.jsonDepth) {
        return fault('ENTRY_LIMIT_EXCEEDED', 'PSP-DATA-4', `depth ${depth}`, this.#at);
      }
      this.#at += 1;
      return opening === '{' ? this.#object(depth) : this.#array(depth);
    }
    const lexeme = this.#match(numberForm);
    if (lexeme !== '') return { type: 'number', lexeme };
    const value = literals.get(this.#match(literalForm));
    return value === undefined ? this.#invalid('no value') : { type: 'literal', value };
  }

  #object(depth: number): Json | Fault {
    const members = new Map<string, Json>();
    this.#match(spaceForm);
    if (this.#take('}')) return { type: 'object', members };
    for (;;) {
      this.#match(spaceForm);
      const key = this.#key(members);
      if (isFault(key)) return key;
      this.#match(spaceForm);
      if (!this.#take(':')) return this.#invalid('a colon is missing');
      this.#match(spaceForm);
      const value = this.#value(depth + 1);
      if (isFault(value)) return value;
      members.set(key, value);
      this.#match(spaceForm);
      if (this.#take('}')) return { type: 'object', members };
      if (!this.#take(',')) return this.#invalid('a comma or brace is missing');
    }
  }

  #key(members: ReadonlyMap<string, Json>): string | Fault {
    if (this.#text[this.#at] !== '"') return this.#invalid('a key is missing');
    const start = this.#at;
    const key = this.#string();
    if (isFault(key)) return key;
    if (isForbiddenKey(key)) {
      return fault('ENTRY_KEY_FORBIDDEN', 'PSP-DATA-5', `key ${key}`, start);
    }
    return members.has(key) ? this.#invalid('a key twice') : key;
  }

  #array(depth: number): Json | Fault {
    const items: Json[] = [];
    this.#match(spaceForm);
    if (this.#take(']')) return { type: 'array', items };
    for (;;) {
      this.#match(spaceForm);
      const value = this.#value(depth + 1);
      if (isFault(value)) return value;
      items.push(value);
      this.#match(spaceForm);
      if (this.#take(']')) return { type: 'array', items };
      if (!this.#take(',')) return this.#invalid('a comma or bracket is missing');
    }
  }

  #string(): string | Fault {
    this.#at += 1;
    let text = '';
    for (;;) {
      text += this.#match(plainForm);
      if (this.#take('"')) break;
      if (!this.#take('\\')) return this.#invalid('a string without end or a control character');
      const escaped = this.#escape();
      if (isFault(escaped)) return escaped;
      text += escaped;
    }
    if (loneSurrogate.test(text)) return this.#invalid('a lone surrogate');
    return text.includes('\u0000') ? this.#invalid('the character U+0000') : text;
  }

  #escape(): string | Fault {
    const letter = this.#text[this.#at] ?? '';
    const simple = simpleEscapes[letter];
    if (simple !== undefined) {
      this.#at += 1;
      return simple;
    }
    const digits = this.#text.slice(this.#at + 1, this.#at + 5);
    if (letter !== 'u' || !/^[0-9A-Fa-f]{4}$/.test(digits)) return this.#invalid('no escape');
    this.#at += 5;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
}

/**
 * Reads one JSON text.
 *
 * @returns ENTRY_JSON_INVALID, ENTRY_KEY_FORBIDDEN, or ENTRY_LIMIT_EXCEEDED beyond depth 64 or
 *   1 000 000 values; positions count UTF-16 units.
 */
export function readJson(octets: Uint8Array): Json | Fault {
  const text = textOf(octets);
  if (text === undefined) return fault('ENTRY_JSON_INVALID', 'PSP-DATA-4', 'no UTF-8');
  return new Reader(text).document();
}

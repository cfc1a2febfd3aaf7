// What the connections of a case have alike though it has to be drawn anew for each. Pure.
import { isDeepStrictEqual } from 'node:util';
import { isFault } from '../fault.ts';
import type { Spoken } from '../peer/hearing.ts';
import { octetsFromText } from '../wire/message-text.ts';
import { parseFields } from '../wire/raw-fields.ts';
import type { ShownCode } from './shown-code.ts';

/** A connection as far as it is compared. */
export interface Compared {
  readonly spoken: readonly Spoken[];
  readonly code?: ShownCode;
}

/** Octets that are drawn are this long at least; shorter values are only compared for equality. */
const drawnOctets = 16;

function inside(value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => inside(item, path));
  const [name, ...rest] = path;
  if (name === undefined) return value === undefined ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return inside((value as Readonly<Record<string, unknown>>)[name], rest);
}

/** Fields from 15000 to 15999 at any depth (section 20.3), each as its octets in text form. */
function greaseFields(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(greaseFields);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === '$unknown' ? (inner as readonly string[]).filter(isGreaseField) : greaseFields(inner),
  );
}

function isGreaseField(text: string): boolean {
  const fields = parseFields(octetsFromText(text));
  if (isFault(fields)) return false;
  return fields.every(({ number }) => number >= 15_000 && number <= 15_999);
}

const isGreaseType = (type = 0): boolean => type >= 0x8b && type <= 0xeb && (type & 0x0f) === 0x0b;

function greaseOf({ spoken }: Compared): string[] {
  return spoken
    .filter(({ side }) => side === 'testee')
    .flatMap(({ name, fields, type }) => {
      const ids = inside(fields, ['capabilities', 'id']).filter((id) => Number(id) % 31 === 27);
      return [
        ...greaseFields(fields).map((text) => `${name} ${text}`),
        ...(isGreaseType(type) ? [`type ${type}`] : []),
        ...ids.map((id) => `capability ${String(id)}`),
      ];
    });
}

/**
 * The values at a path, by connection; connections without any are left out, but for `grease`.
 *
 * @param path - `Message.field`, `code.digits`, `code.qr` or `grease`.
 */
export function valuesOf(path: string, connections: readonly Compared[]): unknown[][] {
  if (path === 'grease') return connections.map(greaseOf);
  const [name = '', ...rest] = path.split('.');
  return connections
    .map(({ spoken, code }) =>
      name === 'code'
        ? inside(code, rest)
        : spoken
            .filter((message) => message.side === 'testee' && message.name === name)
            .flatMap(({ fields }) => inside(fields, rest)),
    )
    .filter((values) => values.length > 0);
}

function octetsIn(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.startsWith('FPSP1:') ? base64Of(value) : value;
  if (!/^(hex|utf8|base64):/.test(text)) return undefined;
  const octets = octetsFromText(text);
  return octets.length >= drawnOctets ? octets : undefined;
}

function base64Of(qr: string): string {
  return `hex:${Buffer.from(qr.slice('FPSP1:'.length), 'base64url').toString('hex')}`;
}

function bitsApart(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, octet, index) => {
    const bits = (octet ^ (b[index] ?? 0)).toString(2).replaceAll('0', '');
    return sum + bits.length;
  }, 0);
}

function areAlike(a: unknown, b: unknown): boolean {
  const [left, right] = [octetsIn(a), octetsIn(b)];
  if (left === undefined || right === undefined) return isDeepStrictEqual(a, b);
  // Counters and clocks differ as well, in a few bits. Of 128 bits that are drawn, fewer than 16
  // differ once in 10^18 times.
  return left.length === right.length && bitsApart(left, right) < left.length;
}

/**
 * What connections have alike, as one sentence; undefined where nothing.
 *
 * @param values - By connection, as {@link valuesOf} gives them.
 */
export function alike(path: string, values: readonly (readonly unknown[])[]): string | undefined {
  if (values.length < 2) return `${path} has to be there in two sessions or more`;
  if (path === 'grease') {
    if (values.every((found) => found.length === 0)) return 'it sent no grease in any session';
    const [first, ...others] = values;
    const isSame = others.every((other) => isDeepStrictEqual(other, first));
    return isSame ? 'its grease is the same in every session' : undefined;
  }
  const all = values.flat();
  const same = all.some((value, index) => all.slice(0, index).some((one) => areAlike(one, value)));
  return same ? `${path} of two sessions is the same, or nearly so` : undefined;
}

// When two JSON documents are the same: with numbers by text, by value, or outside server-owned
// meta (section 14.4). It reads and applies nothing.
import type { Json, JsonObject } from './json-reader.ts';

type SameNumber = (left: string, right: string) => boolean;

interface Decimal {
  readonly negative: boolean;
  /** Without zeros at either end; empty for zero. */
  readonly digits: string;
  /** Of the point, which stands in front of the digits. */
  readonly exponent: bigint;
}

function decimalOf(lexeme: string): Decimal {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(lexeme) ?? [];
  const all = whole + fraction;
  const significant = all.replace(/^0+/, '');
  if (significant === '') return { negative: false, digits: '', exponent: 0n };
  const point = whole.length - (all.length - significant.length);
  return {
    negative: sign === '-',
    digits: significant.replace(/0+$/, ''),
    exponent: BigInt(exponent.replace('+', '')) + BigInt(point),
  };
}

/** Whether two number texts have one value; the exponent is compared and never expanded. */
export function sameNumberValue(left: string, right: string): boolean {
  const [a, b] = [decimalOf(left), decimalOf(right)];
  return a.negative === b.negative && a.digits === b.digits && a.exponent === b.exponent;
}

function same(left: Json, right: Json, sameNumber: SameNumber): boolean {
  if (left.type === 'object') {
    if (right.type !== 'object' || left.members.size !== right.members.size) return false;
    return [...left.members].every(([key, value]) => {
      const other = right.members.get(key);
      return other !== undefined && same(value, other, sameNumber);
    });
  }
  if (left.type === 'array') {
    if (right.type !== 'array' || left.items.length !== right.items.length) return false;
    return left.items.every((item, i) => {
      const other = right.items[i];
      return other !== undefined && same(item, other, sameNumber);
    });
  }
  if (left.type === 'string') return right.type === 'string' && left.text === right.text;
  if (left.type === 'number') {
    return right.type === 'number' && sameNumber(left.lexeme, right.lexeme);
  }
  return right.type === 'literal' && left.value === right.value;
}

/** Equality of documents: numbers by their text, members in any order. */
export function equalJson(left: Json, right: Json): boolean {
  return same(left, right, (a, b) => a === b);
}

/** Equality of a patch's `test`: numbers by value. */
export function equalForTest(left: Json, right: Json): boolean {
  return same(left, right, sameNumberValue);
}

/** A resource without `meta.versionId`, `meta.lastUpdated`, and without `meta` left empty. */
export function withoutServerMeta(resource: Json): Json {
  if (resource.type !== 'object') return resource;
  const meta = resource.members.get('meta');
  if (meta?.type !== 'object') return resource;
  const kept = new Map(meta.members);
  kept.delete('versionId');
  kept.delete('lastUpdated');
  const members = new Map(resource.members);
  if (kept.size === 0) members.delete('meta');
  else members.set('meta', { type: 'object', members: kept } satisfies JsonObject);
  return { type: 'object', members };
}

/** Equality of two resources outside server-owned meta (PSP-CHG-9). */
export function equalOutsideServerMeta(left: Json, right: Json): boolean {
  return equalJson(withoutServerMeta(left), withoutServerMeta(right));
}

// JSON Pointer (RFC 6901) as a list of segments. Knows nothing of patches.
import type { JsonArray } from './json-value.ts';

/** The unescaped segments of a pointer: none for the whole document; undefined when malformed. */
export function parsePointer(pointer: string): readonly string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  const segments = pointer.slice(1).split('/');
  if (!pointer.includes('~')) return segments;
  // ~1 before ~0, or ~01 would become a slash (RFC 6901 section 4).
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The pointer with these segments. */
export function formatPointer(segments: readonly (string | number)[]): string {
  return segments
    .map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/**
 * The array position a segment names, or undefined: decimal without leading zeros, an element that
 * exists or, with `insert`, the position after the last one, also written `-`.
 */
export function arrayIndex(segment: string, array: JsonArray, insert: boolean): number | undefined {
  if (insert && segment === '-') return array.length;
  if (!/^(?:0|[1-9][0-9]{0,9})$/.test(segment)) return undefined;
  const index = Number(segment);
  return index < array.length || (insert && index === array.length) ? index : undefined;
}

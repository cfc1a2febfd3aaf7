// The two short forms of long values: a text so many times over, and a list of so many alike. They
// are unfolded where the value is needed: a million values weigh nothing until they are sent.

type Members = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value is one of the two forms. */
export function isFolded(value: unknown): value is Members & { readonly times: number } {
  if (!isRecord(value) || typeof value['times'] !== 'number') return false;
  return typeof value['$repeat'] === 'string' || '$items' in value;
}

function numbered(value: unknown, n: number): unknown {
  if (typeof value === 'string') return value.replaceAll('{n}', `${n}`);
  if (Array.isArray(value)) return value.map((item) => numbered(item, n));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, numbered(item, n)]));
}

/** Characters of a text, or items of a list, that a folded value is unfolded to; about. */
function lengthOf({ $repeat: text, times }: Members): number {
  const each = typeof text === 'string' ? text.length : 1;
  return typeof times === 'number' ? each * times : 0;
}

function unfoldedOnce(value: Members, times: number, inner: (item: unknown) => unknown): unknown {
  if (typeof value['$repeat'] === 'string') {
    const { prefix, suffix } = value;
    const end = (text: unknown): string => (typeof text === 'string' ? text : '');
    return end(prefix) + value['$repeat'].repeat(times) + end(suffix);
  }
  const item = inner(value['$items']);
  return Array.from({ length: times }, (_, index) => numbered(item, index + 1));
}

/**
 * `{$repeat: text, times: n}` is the text n times over, after `prefix` and before `suffix` where
 * there are such; `{$items: value, times: n}` is a list of n values, with `{n}` in their texts
 * counted from 1.
 *
 * @param max - What is longer stays folded, in characters or items; default: nothing does.
 */
export function unfolded(value: unknown, max = Infinity): unknown {
  const inner = (item: unknown): unknown => unfolded(item, max);
  if (Array.isArray(value)) return value.map(inner);
  if (!isRecord(value)) return value;
  if (isFolded(value)) {
    return lengthOf(value) > max ? value : unfoldedOnce(value, value.times, inner);
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inner(item)]));
}

/** The same with each folded value once: of the same kinds, and short. */
export function unfoldedShort(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unfoldedShort);
  if (!isRecord(value)) return value;
  if (isFolded(value)) return unfoldedOnce(value, 1, unfoldedShort);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, unfoldedShort(item)]),
  );
}

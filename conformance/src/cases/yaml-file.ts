// One YAML file: its value, the lines of its parts, and the two short forms that keep long values
// readable. It knows no schema.
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

/** Steps into a value: names and positions. */
export type Path = readonly (string | number)[];

/** A file that was read. */
export interface YamlFile {
  readonly value: unknown;
  /** What is no YAML, with its line. */
  readonly errors: readonly { readonly line: number; readonly message: string }[];
  /** The line of a part, or of the nearest part around it; from 1. */
  readonly lineOf: (path: Path) => number;
}

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function numbered(value: unknown, n: number): unknown {
  if (typeof value === 'string') return value.replaceAll('{n}', `${n}`);
  if (Array.isArray(value)) return value.map((item) => numbered(item, n));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, numbered(item, n)]));
}

/**
 * `{$repeat: text, times: n}` is the text n times over, after `prefix` and before `suffix` where
 * there are such;
 * `{$items: value, times: n}` is a list of n values, with `{n}` in their texts counted from 1.
 */
function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written);
  if (!isRecord(value)) return value;
  const times = value['times'];
  if (typeof times === 'number' && typeof value['$repeat'] === 'string') {
    const { prefix, suffix } = value;
    const end = (text: unknown): string => (typeof text === 'string' ? text : '');
    return end(prefix) + value['$repeat'].repeat(times) + end(suffix);
  }
  if (typeof times === 'number' && '$items' in value) {
    const item = written(value['$items']);
    return Array.from({ length: times }, (_, index) => numbered(item, index + 1));
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, written(item)]));
}

/** Where a part begins: at its name where it has one, or else at its value. */
function offsetOf(root: unknown, path: Path): number {
  let node: unknown = root;
  let offset = 0;
  for (const step of path) {
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      : undefined;
    const item = isSeq(node) ? node.items[Number(step)] : undefined;
    const named = pair?.key ?? item;
    if (!isNode(named)) break;
    offset = named.range?.[0] ?? offset;
    node = pair?.value ?? item;
  }
  return offset;
}

/** Reads a text; what is wrong with it is in `errors`. */
export function readYaml(text: string): YamlFile {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true });
  const errors = document.errors.map(({ pos: [at], message }) => ({
    line: counter.linePos(at).line,
    message: message.split('\n')[0] ?? message,
  }));
  return {
    value: errors.length > 0 ? undefined : written(document.toJS()),
    errors,
    lineOf: (path) => counter.linePos(offsetOf(document.contents, path)).line,
  };
}

// One YAML file: its value, with long values from their short forms, and the lines of its parts. It
// knows no schema.
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { unfolded } from '../wire/folded-values.ts';

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

/**
 * Reads a text; what is wrong with it is in `errors`.
 *
 * @param longest - Values that are longer stay in their short form; default: none does.
 */
export function readYaml(text: string, longest?: number): YamlFile {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true });
  const errors = document.errors.map(({ pos: [at], message }) => ({
    line: counter.linePos(at).line,
    message: message.split('\n')[0] ?? message,
  }));
  return {
    value: errors.length > 0 ? undefined : unfolded(document.toJS(), longest),
    errors,
    lineOf: (path) => counter.linePos(offsetOf(document.contents, path)).line,
  };
}

// One YAML file: its value, with long values from their short forms, and the lines of its parts. It
// knows no schema. Two libraries read it: the one that is eight times as fast says what is in it,
// the one that knows places is asked only where something is wrong.
import { CORE_SCHEMA, load } from 'js-yaml';
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

/** The text again, slowly, with the place of each part. */
class Places {
  readonly #counter = new LineCounter();
  readonly #document;

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#counter, uniqueKeys: true });
  }

  errors(): YamlFile['errors'] {
    return this.#document.errors.map(({ pos: [at], message }) => ({
      line: this.#counter.linePos(at).line,
      message: message.split('\n')[0] ?? message,
    }));
  }

  lineOf(path: Path): number {
    return this.#counter.linePos(offsetOf(this.#document.contents, path)).line;
  }
}

/**
 * Reads a text; what is wrong with it is in `errors`.
 *
 * @param longest - Values that are longer stay in their short form; default: none does.
 */
export function readYaml(text: string, longest?: number): YamlFile {
  let places: Places | undefined;
  const inPlaces = (): Places => (places ??= new Places(text));
  const lineOf = (path: Path): number => inPlaces().lineOf(path);
  let read: unknown;
  try {
    read = load(text, { schema: CORE_SCHEMA });
  } catch (error) {
    const found = inPlaces().errors();
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { value: undefined, errors: found.length > 0 ? found : [{ line: 1, message }], lineOf };
  }
  return { value: unfolded(read, longest), errors: [], lineOf };
}

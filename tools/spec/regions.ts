// Fills the marked regions of a chapter. It does not know what is rendered: renderers are given.
import type { Fault } from './document.ts';

/** Makes the lines of a region from the words after its directive's name. */
export type Renderer = (words: readonly string[]) => readonly string[];

/** Raised by a renderer that has no data for what the region asks. */
export class RenderError extends Error {
  override readonly name = 'RenderError';
}

/** A region whose lines are not those of the data. */
export interface Change {
  /** The first line of the region's content, from 1. */
  readonly line: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** A chapter with its regions filled, and what could not be filled (left as it was). */
export interface Filled {
  readonly text: string;
  readonly changes: readonly Change[];
  readonly faults: readonly Fault[];
}

const opening = /^<!-- render: (\S+)((?: \S+)*) -->$/;
const closing = '<!-- /render -->';

function renderRegion(
  name: string,
  words: readonly string[],
  renderers: ReadonlyMap<string, Renderer>,
): readonly string[] {
  const renderer = renderers.get(name);
  if (renderer === undefined) throw new RenderError(`nothing renders "${name}"`);
  return renderer(words);
}

/** Fills every region of a text: `<!-- render: name words -->` to `<!-- /render -->`. */
export function fillRegions(
  path: string,
  text: string,
  renderers: ReadonlyMap<string, Renderer>,
): Filled {
  const out: string[] = [];
  const faults: Fault[] = [];
  const changes: Change[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    out.push(line);
    const match = opening.exec(line);
    if (match === null) {
      if (line.startsWith('<!-- render')) {
        faults.push({ path, line: index + 1, message: 'not a directive that can be read' });
      }
      continue;
    }
    const end = lines.indexOf(closing, index);
    const next = lines.findIndex((other, at) => at > index && opening.test(other));
    if (end === -1 || (next !== -1 && next < end)) {
      faults.push({ path, line: index + 1, message: `region without ${closing}` });
      continue;
    }
    const words = (match[2] ?? '').split(' ').filter((word) => word !== '');
    const before = lines.slice(index + 1, end);
    let after: readonly string[] = before;
    try {
      // Blank lines, so that Markdown sees the block and not a part of the comment.
      after = ['', ...renderRegion(match[1] ?? '', words, renderers), ''];
    } catch (error) {
      if (!(error instanceof RenderError)) throw error;
      faults.push({ path, line: index + 1, message: error.message });
    }
    if (before.join('\n') !== after.join('\n')) changes.push({ line: index + 2, before, after });
    out.push(...after);
    index = end - 1;
  }
  return { text: out.join('\n'), changes, faults };
}

/** Where a region differs, as lines `- old` and `+ new`; at most `most` of them. */
export function differences({ line, before, after }: Change, most: number): string[] {
  let start = 0;
  const room = Math.min(before.length, after.length);
  while (start < room && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < room - start && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const cut = (lines: readonly string[], mark: string): string[] =>
    lines.slice(start, lines.length - tail).map((text) => `${mark} ${text}`);
  const shown = [...cut(before, '-'), ...cut(after, '+')];
  const rest = shown.length - most;
  const head = `@ line ${line + start}`;
  return rest > 0 ? [head, ...shown.slice(0, most), `… ${rest} more`] : [head, ...shown];
}

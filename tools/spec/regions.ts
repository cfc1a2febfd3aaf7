// Fills the marked regions of a chapter. It does not know what is rendered: renderers are given.
import type { Fault } from './document.ts';

/** Makes the lines of a region from the words after its directive's name. */
export type Renderer = (words: readonly string[]) => readonly string[];

/** Raised by a renderer that has no data for what the region asks. */
export class RenderError extends Error {
  override readonly name = 'RenderError';
}

/** A chapter with its regions filled, and what could not be filled (left as it was). */
export interface Filled {
  readonly text: string;
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
    try {
      // Blank lines, so that Markdown sees the block and not a part of the comment.
      out.push('', ...renderRegion(match[1] ?? '', words, renderers), '');
    } catch (error) {
      if (!(error instanceof RenderError)) throw error;
      faults.push({ path, line: index + 1, message: error.message });
      out.push(...lines.slice(index + 1, end));
    }
    index = end - 1;
  }
  return { text: out.join('\n'), faults };
}

/** The places where two texts differ, as lines `- old` and `+ new`; at most `most` of them. */
export function differences(before: string, after: string, most: number): string[] {
  const a = before.split('\n');
  const b = after.split('\n');
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let tail = 0;
  const room = Math.min(a.length, b.length) - start;
  while (tail < room && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const cut = (lines: string[], mark: string): string[] =>
    lines.slice(start, lines.length - tail).map((line) => `${mark} ${line}`);
  const shown = [...cut(a, '-'), ...cut(b, '+')];
  const rest = shown.length - most;
  const head = `@ line ${start + 1}`;
  return rest > 0 ? [head, ...shown.slice(0, most), `… ${rest} more`] : [head, ...shown];
}

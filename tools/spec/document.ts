// Reads the chapters of the specification and tells prose from code. It knows Markdown as far as
// the chapters use it, and nothing of what they say.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Something wrong, with the place where a person repairs it. */
export interface Fault {
  /** Path from the root of the repository, with `/`. */
  readonly path: string;
  /** From 1; 0 where the fault belongs to the file as a whole. */
  readonly line: number;
  readonly message: string;
}

/** A Markdown file of the specification. */
export interface Chapter {
  /** Path from the root of the repository, with `/`. */
  readonly path: string;
  readonly lines: readonly string[];
}

/** One line of prose: not inside a fenced block. */
export interface ProseLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** Makes a chapter of a text. */
export function chapterOf(path: string, text: string): Chapter {
  return { path, lines: text.split('\n') };
}

/** Whether a file is of a draft: held to the same form, and no part of version 1. */
export function isDraft({ path }: { readonly path: string }): boolean {
  return path.startsWith('spec/draft/');
}

/** Every Markdown file below `spec/`, drafts included, in order of path. */
export function readChapters(root: string): Chapter[] {
  const paths = globSync('spec/**/*.md', { cwd: root }).map((path) => path.replaceAll('\\', '/'));
  return paths.sort().map((path) => chapterOf(path, readFileSync(join(root, path), 'utf8')));
}

/** The lines of a chapter outside of fenced blocks. */
export function proseLines(chapter: Chapter): ProseLine[] {
  const prose: ProseLine[] = [];
  let fence: string | undefined;
  for (const [index, text] of chapter.lines.entries()) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(text)?.[1];
    if (fence === undefined && mark !== undefined) {
      fence = mark;
    } else if (fence !== undefined && mark?.startsWith(fence) === true) {
      fence = undefined;
    } else if (fence === undefined) {
      prose.push({ number: index + 1, text });
    }
  }
  return prose;
}

/** A line without its code spans: what is left is language. */
export function withoutCode(text: string): string {
  return text.replace(/`[^`]*`/g, '``');
}

/** The fragment that a heading gets on the web, before repetitions are numbered. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

/** The fragments of a chapter with their lines, in order. */
function fragments(chapter: Chapter): { line: number; name: string; isHeading: boolean }[] {
  const seen = new Map<string, number>();
  return proseLines(chapter).flatMap(({ number: line, text }) => {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1];
    const marks = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map((match) => {
      return { line, name: match[1] ?? '', isHeading: false };
    });
    if (heading === undefined) return marks;
    const name = slug(heading);
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return [{ line, name: before === 0 ? name : `${name}-${before}`, isHeading: true }, ...marks];
  });
}

/** Every fragment that a link into the chapter may name. */
export function anchors(chapter: Chapter): Set<string> {
  return new Set(fragments(chapter).map(({ name }) => name));
}

/** The fragment of the section that a line stands in; empty before the first heading. */
export function sectionAt(chapter: Chapter, line: number): string {
  const above = fragments(chapter).filter((one) => one.isHeading && one.line <= line);
  return above.at(-1)?.name ?? '';
}

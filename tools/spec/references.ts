// Follows what the repository points at: requirement ids in any file, links between chapters. It
// tells whether the target exists, not whether it is the right one.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { anchors, chapterOf, proseLines } from './document.ts';
import type { Chapter, Fault } from './document.ts';

const citedFrom = [
  'reference/**/*.{ts,json,md,yaml}',
  'conformance/**/*.{ts,json,yaml,yml,md,kt,java,py,go,lua}',
  'proto/**/*.proto',
  'spec/**/*.{md,json}',
  'vectors/**/*.{json,md}',
  'tools/**/*.{ts,mjs,py}',
  '*.md',
];
/** Not ours, made from files that are looked at, or about ids that do not exist. */
const leftOut = new RegExp(
  [
    String.raw`(^|/)(node_modules|dist|gen)/`,
    String.raw`^tools/spec/[^/]*\.test\.ts$`,
    String.raw`^spec/v1/retired\.json$`,
    String.raw`^conformance/data/reviewed\.json$`,
  ].join('|'),
);

/** A file in which ids may be cited. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Every file of the repository that may cite a requirement. */
export function readSources(root: string): Source[] {
  const paths = citedFrom.flatMap((pattern) => globSync(pattern, { cwd: root }));
  return [...new Set(paths.map((path) => path.replaceAll('\\', '/')))]
    .filter((path) => !leftOut.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/**
 * Finds citations of requirements that do not exist.
 *
 * @param retired - Ids that were given up.
 */
export function checkCitations(
  sources: readonly Source[],
  known: ReadonlySet<string>,
  retired: ReadonlySet<string>,
): Fault[] {
  const faults: Fault[] = [];
  for (const { path, text } of sources) {
    for (const [index, line] of text.split('\n').entries()) {
      for (const [id] of line.matchAll(/\bPSP-[A-Z]+-\d+\b/g)) {
        if (known.has(id)) continue;
        const message = retired.has(id)
          ? `${id} was given up for good; cite what took its place`
          : `${id} does not exist; correct the id, or write the sentence`;
        faults.push({ path, line: index + 1, message });
      }
    }
  }
  return faults;
}

function linksOf(text: string): string[] {
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const defined = [...text.matchAll(/^\s*\[[^\]]+\]:\s+(\S+)/g)];
  return [...inline, ...defined].map((match) => match[1] ?? '');
}

/** Finds relative links whose file or fragment does not exist. */
export function checkLinks(root: string, chapters: readonly Chapter[]): Fault[] {
  const faults: Fault[] = [];
  const known = new Map(chapters.map((chapter) => [chapter.path, anchors(chapter)]));
  const anchorsAt = (path: string): Set<string> => {
    const found =
      known.get(path) ?? anchors(chapterOf(path, readFileSync(join(root, path), 'utf8')));
    known.set(path, found);
    return found;
  };
  for (const chapter of chapters) {
    for (const { number: line, text } of proseLines(chapter)) {
      for (const link of linksOf(text.replace(/`[^`]*`/g, '``'))) {
        if (/^[a-z][a-z0-9+.-]*:/i.test(link)) continue;
        const fault = (message: string): number =>
          faults.push({ path: chapter.path, line, message: `${link}: ${message}` });
        const [file = '', fragment] = link.split('#');
        const path =
          file === '' ? chapter.path : posix.normalize(posix.join(dirname(chapter.path), file));
        if (!existsSync(join(root, path))) fault('no such file');
        else if (fragment !== undefined && !anchorsAt(path).has(fragment)) fault('no such heading');
      }
    }
  }
  return faults;
}

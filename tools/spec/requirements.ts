// Finds the normative sentences of the specification and holds them to their form. It does not
// judge what they demand.
import { createHash } from 'node:crypto';
import { proseLines, withoutCode } from './document.ts';
import type { Chapter, Fault } from './document.ts';

/** How binding a requirement is. */
export type Level = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'MAY';

/** One normative sentence. */
export interface Requirement {
  readonly id: string;
  /** The middle of the id, for example `FRAME`. */
  readonly area: string;
  readonly number: number;
  readonly level: Level;
  /** Who is bound: the actor that the sentence names before its level. */
  readonly actor: string;
  readonly text: string;
  readonly path: string;
  readonly line: number;
}

/** The hash of a sentence, SHA-256 in hex: what tells a changed sentence from one that moved. */
export function sentenceHash({ text }: Pick<Requirement, 'text'>): string {
  return createHash('sha256').update(text).digest('hex');
}

const form = /^- \*\*\[(PSP-([A-Z]+)-([1-9]\d*))\]\*\* (\S.*)$/;
const attempt = /\[PSP-[^\]]*\]/;
const level = /\b(MUST NOT|MUST|SHOULD NOT|SHOULD|MAY)\b/g;
/** Words of BCP 14 that this document does without; each has a synonym among the five. */
const otherWords = /\b(SHALL NOT|SHALL|REQUIRED|NOT RECOMMENDED|RECOMMENDED|OPTIONAL)\b/g;
const actors = /\b(sender|receiver|writer|reader|endpoint|store|designer|version)s?\b/i;

/** What a chapter demands, and where a sentence breaks the form. */
export interface Findings {
  readonly requirements: readonly Requirement[];
  readonly faults: readonly Fault[];
}

function sentenceFaults(text: string): string[] {
  const faults: string[] = [];
  const language = withoutCode(text);
  if (!text.endsWith('.')) faults.push('does not end with a full stop');
  if (/[.!?]["')\]]*\s+\S/.test(language)) faults.push('is more than one sentence');
  const words = language.match(level) ?? [];
  if (words.length !== 1) faults.push(`has ${words.length} words of BCP 14 instead of one`);
  return faults;
}

/** The lines after `index` that continue a list item: indented by two, not blank. */
function continuation(chapter: Chapter, index: number): string {
  let joined = '';
  for (const line of chapter.lines.slice(index)) {
    if (!/^ {2}\S/.test(line)) break;
    joined += ` ${line.trim()}`;
  }
  return joined;
}

/** Reads the requirements of one chapter. */
export function findRequirements(chapter: Chapter): Findings {
  const requirements: Requirement[] = [];
  const faults: Fault[] = [];
  for (const { number: line, text: raw } of proseLines(chapter)) {
    const fault = (message: string): number => faults.push({ path: chapter.path, line, message });
    const match = form.exec(raw);
    if (match === null) {
      if (attempt.test(withoutCode(raw))) fault('a requirement is `- **[PSP-AREA-n]** Sentence.`');
      continue;
    }
    const [, id = '', area = '', number = '', first = ''] = match;
    const text = first + continuation(chapter, line);
    for (const message of sentenceFaults(text)) fault(`${id} ${message}`);
    const found = withoutCode(text).split(level);
    const actor = actors.exec(found[0] ?? '')?.[1];
    if (actor === undefined) fault(`${id} names no actor before its BCP 14 word`);
    requirements.push({
      id,
      area,
      number: Number(number),
      level: (found[1] ?? 'MUST') as Level,
      actor: (actor ?? '').toLowerCase(),
      text,
      path: chapter.path,
      line,
    });
  }
  return { requirements, faults };
}

/**
 * Finds words of BCP 14 in capitals outside of requirements. A word in double quotes is talked
 * about, not used.
 */
export function findStrayWords(chapter: Chapter): Fault[] {
  const faults: Fault[] = [];
  let inRequirement = false;
  for (const { number: line, text } of proseLines(chapter)) {
    inRequirement = form.test(text) || (inRequirement && /^ {2}\S/.test(text));
    const language = withoutCode(text).replace(/"[A-Z ]+"/g, '""');
    const words = [
      ...(language.match(otherWords) ?? []),
      ...(inRequirement ? [] : (language.match(level) ?? [])),
    ];
    for (const word of words) {
      const where = inRequirement ? 'has a synonym among the five' : 'stands outside a requirement';
      faults.push({ path: chapter.path, line, message: `${word} ${where}` });
    }
  }
  return faults;
}

/**
 * Finds words of BCP 14 in the data and the schema, which explain and demand nothing. Sources whose
 * texts are requirements are not to be given.
 */
export function findWordsInData(sources: readonly { path: string; text: string }[]): Fault[] {
  return sources.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) =>
      [...(line.match(level) ?? []), ...(line.match(otherWords) ?? [])].map((word) => {
        const message = `${word} stands outside a requirement; say it in a chapter, with an id`;
        return { path, line: index + 1, message };
      }),
    ),
  );
}

/**
 * Checks that ids are unique and that every gap in an area's numbers is an id given up for good:
 * an id is never renumbered and never used again.
 *
 * @param retired - Ids that were given up.
 */
export function checkNumbering(
  requirements: readonly Requirement[],
  retired: ReadonlySet<string>,
): Fault[] {
  const faults: Fault[] = [];
  const seen = new Map<string, Requirement>();
  const highest = new Map<string, number>();
  for (const requirement of requirements) {
    const { id, area, number, path, line } = requirement;
    const first = seen.get(id);
    if (first !== undefined) {
      faults.push({ path, line, message: `${id} is taken, ${first.path}:${first.line}` });
    }
    if (retired.has(id)) faults.push({ path, line, message: `${id} was given up for good` });
    seen.set(id, requirement);
    highest.set(area, Math.max(highest.get(area) ?? 0, number));
  }
  for (const [area, last] of highest) {
    for (let number = 1; number <= last; number++) {
      const id = `PSP-${area}-${number}`;
      if (seen.has(id) || retired.has(id)) continue;
      faults.push({ path: 'spec/v1', line: 0, message: `${id} is missing and not retired` });
    }
  }
  return faults;
}

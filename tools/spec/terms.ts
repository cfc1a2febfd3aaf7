// Holds the prose to the table of terms: each term is defined once and used, nothing has a second
// name, and a term is written as the table writes it. It does not judge the definitions.
import { proseLines, withoutCode } from './document.ts';
import type { Chapter, Fault } from './document.ts';

/** One row of the table of terms. */
export interface Term {
  /** As it is written in the middle of a sentence. */
  readonly name: string;
  readonly path: string;
  readonly line: number;
}

/** A second name for what has one already. */
interface Synonym {
  readonly word: RegExp;
  readonly instead: string;
  /** Phrases in which the word means something else. */
  readonly except?: RegExp;
}

const synonyms: readonly Synonym[] = [
  { word: /\bclients?\b/i, instead: 'endpoint, sender or receiver', except: /HTTP client/i },
  { word: /\bserver devices?\b/i, instead: 'sender' },
  { word: /\bclient devices?\b/i, instead: 'receiver' },
  { word: /\b(?:packets?|datagrams?)\b/i, instead: 'frame' },
  {
    word: /\bbytes?\b/i,
    instead: 'octet',
    except: /byte order mark|uniform bytes|bytes, string|bytes and string/i,
  },
  { word: /\b(?:pass ?codes?|passphrases?|PINs?)\b/i, instead: 'access code' },
  { word: /\bpasswords?\b/i, instead: 'secret', except: /password-(?:authenticated|related)/i },
  {
    word: /\b(?:initiators?|responders?)\b/i,
    instead: 'sender or receiver',
    except: /CPace|CPACE|setting|\((?:A|B)\)/,
  },
  { word: /\b(?:masters?|slaves?)\b/i, instead: 'sender or receiver', except: /multi-master/i },
  { word: /\b(?:checkpoints?|bookmarks?|resume tokens?)\b/i, instead: 'cursor' },
  { word: /\btimestamps?\b/i, instead: 'instant' },
  { word: /\bkeep-?alives?\b/, instead: 'KeepAlive' },
  { word: /\bdeletion markers?\b/i, instead: 'tombstone' },
];

/** Reads the table of terms: its first column has the terms in bold. */
export function findTerms(chapter: Chapter): Term[] {
  let inTable = false;
  return proseLines(chapter).flatMap(({ number: line, text }) => {
    if (/^\| term \|/.test(text)) inTable = true;
    else if (!text.startsWith('|')) inTable = false;
    if (!inTable) return [];
    const cell = /^\| ([^|]*\*\*[^|]*) \|/.exec(text)?.[1] ?? '';
    return [...cell.matchAll(/\*\*([^*]+)\*\*/g)].map((match) => {
      return { name: match[1] ?? '', path: chapter.path, line };
    });
  });
}

/** Lines that people wrote: not those that a tool fills from data. */
function writtenLines(chapter: Chapter): { number: number; text: string }[] {
  let isRendered = false;
  return proseLines(chapter).flatMap(({ number, text }) => {
    if (text.startsWith('<!-- render: ')) isRendered = true;
    if (text.startsWith('<!-- /render')) isRendered = false;
    return isRendered || text.startsWith('<!--') ? [] : [{ number, text: withoutCode(text) }];
  });
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The singular and what English makes of it. */
function forms(name: string): RegExp {
  const stem = escaped(name).replace(/y$/, '(?:y|ie)');
  return new RegExp(`\\b${stem}(?:s|es|'s)?\\b`, 'i');
}

/** Finds terms that are defined twice, or used nowhere. */
export function checkTerms(terms: readonly Term[], chapters: readonly Chapter[]): Fault[] {
  const faults: Fault[] = [];
  const seen = new Map<string, Term>();
  for (const term of terms) {
    const { name, path, line } = term;
    const first = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), term);
    if (first !== undefined) {
      const message = `"${name}" is defined twice, ${first.path}:${first.line}; keep one`;
      faults.push({ path, line, message });
      continue;
    }
    const form = forms(name);
    const isUsed = chapters.some((chapter) =>
      writtenLines(chapter).some(
        ({ number, text }) => !(chapter.path === path && number === line) && form.test(text),
      ),
    );
    if (isUsed) continue;
    faults.push({ path, line, message: `"${name}" is defined and used nowhere; delete the row` });
  }
  return faults;
}

/** Finds second names of what has a name. Appendices on other documents are not looked at. */
export function checkSynonyms(chapters: readonly Chapter[]): Fault[] {
  const faults: Fault[] = [];
  for (const chapter of chapters) {
    if (/appendix-(?:c|d|e|g)-/.test(chapter.path)) continue;
    for (const { number: line, text } of writtenLines(chapter)) {
      for (const { word, instead, except } of synonyms) {
        const found = word.exec(text)?.[0];
        if (found === undefined || except?.test(text) === true) continue;
        const message = `"${found}" is no term of chapter 2; say ${instead}`;
        faults.push({ path: chapter.path, line, message });
      }
    }
  }
  return faults;
}

/**
 * Finds terms that are written with a capital letter in the middle of a sentence, where the table
 * has a small one. A name of the schema, which has a capital, is another word.
 *
 * @param names - Names of messages and enums.
 */
export function checkCapitals(
  terms: readonly Term[],
  chapters: readonly Chapter[],
  names: ReadonlySet<string>,
): Fault[] {
  const small = terms.map(({ name }) => name).filter((name) => /^[a-z]/.test(name));
  const capital = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const wrong = small.map(capital).filter((name) => !names.has(name));
  const pattern = new RegExp(`[a-z,;] (${wrong.map(escaped).join('|')})s?\\b`, 'g');
  return chapters.flatMap((chapter) =>
    writtenLines(chapter).flatMap(({ number: line, text }) => {
      // Quoted lines list names of FHIR.
      if (text.startsWith('>')) return [];
      return [...text.matchAll(pattern)].map((match) => ({
        path: chapter.path,
        line,
        message: `"${match[1] ?? ''}" is written with a small letter, as in the table of terms`,
      }));
    }),
  );
}

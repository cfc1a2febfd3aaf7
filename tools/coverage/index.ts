// The index of the specification's sentences: each with its cases, vectors and mutants. It puts
// together what others say; what is enough is the business of the gates.
import { join } from 'node:path';
import { coverageOf } from '../../conformance/src/cli/coverage-command.ts';
import type { Exclusion } from '../../conformance/src/cli/coverage-command.ts';
import type { Case } from '../../conformance/src/cases/case.ts';
import { isDraft, readChapters, sectionAt } from '../spec/document.ts';
import { findRequirements, sentenceHash } from '../spec/requirements.ts';
import type { Level } from '../spec/requirements.ts';
import type { Mutant } from './mutants.ts';
import type { VectorIds } from './vectors.ts';

/** Whether octets, a store or the control channel show that a sentence is kept. */
export type Observability =
  /** A case shows it. */
  | { readonly kind: 'wire' }
  /** Nothing outside of the testee shows it: no case, by name. */
  | { readonly kind: 'none'; readonly class: string; readonly reason: string }
  /** Nobody has said so far. */
  | { readonly kind: 'open' };

/** One sentence of the index. */
export interface IndexEntry {
  readonly id: string;
  readonly level: Level;
  /** Whom it binds. */
  readonly role: string;
  readonly text: string;
  /** SHA-256 of the text, in hex. */
  readonly hash: string;
  /** File and section, from `spec/v1/`. */
  readonly anchor: string;
  readonly observability: Observability;
  /** Cases that prove it: it stands first in their lists. */
  readonly cases: readonly string[];
  /** Further cases that name it. */
  readonly namedBy: readonly string[];
  readonly vectors: readonly string[];
  /** Names of the mutants that break it. */
  readonly mutants: readonly string[];
}

/** What the index is made of. */
export interface IndexSources {
  readonly root: string;
  readonly cases: readonly Case[];
  readonly exclusions: Readonly<Record<string, Exclusion>>;
  /** Ids of vectors by requirement. */
  readonly vectors: VectorIds;
  readonly mutants: readonly Mutant[];
}

/** Where the index lives, from the root of the repository. */
export const indexPath = join('spec', 'v1', 'requirements.json');

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Where the index of the drafts' sentences lives. */
export const draftIndexPath = join('spec', 'draft', 'requirements.json');

/** By area, then by number: 2 before 10. */
function byId({ id: a }: { readonly id: string }, { id: b }: { readonly id: string }): number {
  const [, areaOfA = '', numberOfA = ''] = a.split('-');
  const [, areaOfB = '', numberOfB = ''] = b.split('-');
  return byText(areaOfA, areaOfB) || Number(numberOfA) - Number(numberOfB);
}

function observabilityOf(hasCase: boolean, exclusion: Exclusion | undefined): Observability {
  if (hasCase) return { kind: 'wire' };
  if (exclusion === undefined) return { kind: 'open' };
  return { kind: 'none', class: exclusion.class, reason: exclusion.reason };
}

/**
 * Every sentence of version 1, or of the drafts, sorted by id. A case of a draft counts for drafts
 * alone, whatever it names.
 */
export function requirementIndex(sources: IndexSources, ofDrafts = false): IndexEntry[] {
  const { root, exclusions, vectors, mutants } = sources;
  const cases = sources.cases.filter(({ draft }) => (draft !== undefined) === ofDrafts);
  const folder = ofDrafts ? 'spec/draft/' : 'spec/v1/';
  const chapters = readChapters(root).filter(
    (chapter) => chapter.path.startsWith(folder) && isDraft(chapter) === ofDrafts,
  );
  const entries = chapters.flatMap((chapter) =>
    findRequirements(chapter).requirements.map((requirement) => {
      const { id, level, actor, text, path, line } = requirement;
      const hash = sentenceHash(requirement);
      const sentence = { id, level, actor, text, path, sha256: hash };
      const [row] = coverageOf([sentence], cases, exclusions);
      const proves = row?.proves ?? [];
      const touches = row?.touches ?? [];
      const hasCase = proves.length + touches.length > 0;
      return {
        id,
        level,
        role: actor,
        text,
        hash,
        anchor: `${path.replace(folder, '')}#${sectionAt(chapter, line)}`,
        observability: observabilityOf(hasCase, exclusions[id]),
        cases: [...proves].sort(byText),
        namedBy: [...touches].sort(byText),
        vectors: [...(vectors.get(id) ?? [])].sort(byText),
        mutants: mutants.flatMap(({ name, breaks }) => (breaks === id ? [name] : [])).sort(byText),
      };
    }),
  );
  return entries.sort(byId);
}

// The review gate: a sentence that changed, or is new, fails until somebody has read its cases
// again and says so. It keeps a hash for each sentence and knows nothing of what was read.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IndexEntry } from './index.ts';

/** Hash of each sentence as it was when its cases were last read, by id. */
export type Reviewed = Readonly<Record<string, string>>;

/** Where it lives, from the root of the repository. */
export const reviewedPath = join('conformance', 'data', 'reviewed.json');

/** Reads the hashes. */
export function readReviewed(root: string): Reviewed {
  return JSON.parse(readFileSync(join(root, reviewedPath), 'utf8')) as Reviewed;
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(' '));

/** What a person reads again for a sentence. */
function toRead({ cases, namedBy, vectors, mutants, observability }: IndexEntry): string[] {
  const excluded =
    observability.kind === 'none'
      ? [`excluded, ${observability.class}: ${observability.reason}`]
      : [];
  return [
    `cases:   ${list([...cases, ...namedBy])}`,
    `vectors: ${list(vectors)}`,
    `mutants: ${list(mutants)}`,
    ...excluded,
  ];
}

/**
 * Sentences whose hash is not the one that was reviewed, and reviewed ids that no longer exist; one
 * text for each, of several lines.
 *
 * @param before - Text of a sentence by its hash, where an older index still has it.
 */
export function unreviewed(
  index: readonly IndexEntry[],
  reviewed: Reviewed,
  before: (hash: string) => string | undefined,
): string[] {
  const changed = index.flatMap((entry) => {
    const { id, text, hash, anchor } = entry;
    const read = reviewed[id];
    if (read === hash) return [];
    const old = read === undefined ? undefined : before(read);
    return [
      [
        `${id} ${read === undefined ? 'is new' : 'has changed'}, spec/v1/${anchor}`,
        ...(old === undefined ? [] : [`before:  ${old}`]),
        `now:     ${text}`,
        ...toRead(entry),
        'Read these again and mend them, then run: ' +
          `npx node tools/coverage/main.ts reviewed ${id}`,
      ].join('\n  '),
    ];
  });
  const known = new Set(index.map(({ id }) => id));
  const gone = Object.keys(reviewed).filter((id) => !known.has(id));
  return [
    ...changed,
    ...gone.map(
      (id) =>
        `${id} is in ${reviewedPath} and not in the specification\n  If it was given up, add it ` +
        `to spec/v1/retired.json, then run: npx node tools/coverage/main.ts reviewed ${id}`,
    ),
  ];
}

/**
 * The hashes with those of `ids` brought up to date; ids that no longer exist go.
 *
 * @returns A text where an id is neither in the index nor among the reviewed.
 */
export function markReviewed(
  index: readonly IndexEntry[],
  reviewed: Reviewed,
  ids: readonly string[],
): Reviewed | string {
  const hashes = new Map(index.map(({ id, hash }) => [id, hash]));
  const unknown = ids.filter((id) => !hashes.has(id) && reviewed[id] === undefined);
  if (unknown.length > 0) return `No such sentence: ${unknown.join(', ')}`;
  const next = new Map(Object.entries(reviewed));
  for (const id of ids) {
    const hash = hashes.get(id);
    if (hash === undefined) next.delete(id);
    else next.set(id, hash);
  }
  const order = index.map(({ id }) => id);
  const rest = [...next.keys()].filter((id) => !hashes.has(id));
  return Object.fromEntries(
    [...order, ...rest].flatMap((id) => {
      const hash = next.get(id);
      return hash === undefined ? [] : [[id, hash] as const];
    }),
  );
}

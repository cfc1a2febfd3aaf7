// Which bases resources that local edits touched may be sent with: what a testee makes of an edit
// is its own, but never the base (PSP-DATA-9).
import type { Edit } from '../control/values.ts';
import type { StoreFinding } from '../run/judging.ts';
import { about } from './state-difference.ts';
import { keyOf, type State } from './state.ts';

function baseText(base: State['base']): string {
  return base === undefined ? 'no base' : `${base.versionId} ${base.lastUpdated}`.trim();
}

interface Imported {
  readonly resourceType: string;
  readonly id: string;
  readonly meta?: { readonly versionId?: string; readonly lastUpdated?: string };
}

/** Every base that a resource had at some time: in the seed, and what was read from the server. */
function basesOf(seed: readonly State[], edits: readonly Edit[]): Map<string, Set<string>> {
  const bases = new Map<string, Set<string>>();
  const add = (key: string, base: State['base']): void => {
    bases.set(key, (bases.get(key) ?? new Set()).add(baseText(base)));
  };
  for (const state of seed) add(keyOf(state), state.base);
  for (const edit of edits) {
    if (edit.op !== 'import' && edit.op !== 'create') continue;
    const { resourceType, id, meta } = JSON.parse(edit.resource) as Imported;
    const { versionId = '', lastUpdated = '' } = meta ?? {};
    add(`${resourceType}/${id}`, edit.op === 'create' ? undefined : { versionId, lastUpdated });
  }
  return bases;
}

/** What was sent of edited resources with a base that neither the seed nor the server gave. */
export function baseFindings(
  seed: readonly State[],
  edits: readonly Edit[],
  sent: readonly State[],
): StoreFinding[] {
  const bases = basesOf(seed, edits);
  return sent.flatMap((state) => {
    const given = bases.get(keyOf(state));
    const words = baseText(state.base);
    if (given === undefined || given.has(words)) return [];
    const detail = `it was sent with ${words}, it had ${[...given].join(' or ')}`;
    return [about('PSP-DATA-9', state, detail)];
  });
}

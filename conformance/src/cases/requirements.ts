// The sentences of the specification, as the package carries them. Judges nothing.
import { readFileSync } from 'node:fs';

/** One normative sentence. */
export interface Requirement {
  readonly id: string;
  readonly level: 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'MAY';
  /** Whom it binds: `sender`, `receiver`, `endpoint`, `writer`, `reader`, `store` and others. */
  readonly actor: string;
  readonly text: string;
  /** Chapter, below the specification's repository. */
  readonly path: string;
  /** Of the text, in hex. */
  readonly sha256: string;
}

let loaded: ReadonlyMap<string, Requirement> | undefined;

/** Every sentence by its id, in the order of the specification. */
export function requirements(): ReadonlyMap<string, Requirement> {
  if (loaded !== undefined) return loaded;
  const text = readFileSync(new URL('../../data/requirements.json', import.meta.url), 'utf8');
  const { requirements: list } = JSON.parse(text) as { readonly requirements: Requirement[] };
  loaded = new Map(list.map((requirement) => [requirement.id, requirement]));
  return loaded;
}

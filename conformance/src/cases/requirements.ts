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

function read(name: string): ReadonlyMap<string, Requirement> {
  const text = readFileSync(new URL(`../../data/${name}`, import.meta.url), 'utf8');
  const { requirements: list } = JSON.parse(text) as { readonly requirements: Requirement[] };
  return new Map(list.map((requirement) => [requirement.id, requirement]));
}

let loaded: ReadonlyMap<string, Requirement> | undefined;
let drafts: ReadonlyMap<string, Requirement> | undefined;

/** Every sentence of version 1 by its id, in the order of the specification. */
export function requirements(): ReadonlyMap<string, Requirement> {
  loaded ??= read('requirements.json');
  return loaded;
}

/** The sentence of an id, of version 1 or of a draft; undefined: there is none. */
export function requirementOf(id: string): Requirement | undefined {
  drafts ??= read('draft-requirements.json');
  return requirements().get(id) ?? drafts.get(id);
}

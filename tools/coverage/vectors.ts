// Which golden vectors show which sentence, by the lists in their files.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Ids of vectors by the requirement that they show. */
export type VectorIds = ReadonlyMap<string, readonly string[]>;

interface VectorFile {
  readonly groups: readonly {
    readonly vectors: readonly { readonly id: string; readonly requirements: readonly string[] }[];
  }[];
}

/** Reads `vectors/v1`. */
export function readVectorIds(root: string): VectorIds {
  const found = new Map<string, string[]>();
  for (const path of globSync('vectors/v1/*.json', { cwd: root }).sort()) {
    const { groups } = JSON.parse(readFileSync(join(root, path), 'utf8')) as VectorFile;
    for (const { id, requirements } of groups.flatMap(({ vectors }) => vectors)) {
      for (const requirement of new Set(requirements)) {
        found.set(requirement, [...(found.get(requirement) ?? []), id]);
      }
    }
  }
  return found;
}

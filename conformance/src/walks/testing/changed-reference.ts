// The reference's testee with one change in its sources, as the words that start it. The kit knows
// nothing else of the reference.
import { fileURLToPath } from 'node:url';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** One change. */
export interface SourceChange {
  /** The end of the path of the source. */
  readonly file: string;
  /** Text that is there once. */
  readonly find: string;
  readonly put: string;
}

/** The words that start the changed testee. */
export function changedReference({ file, find, put }: SourceChange): string[] {
  const main = path('../../../../reference/src/testee/main.ts');
  const words = [`FILE=${file}`, `FIND=${find}`, `PUT=${put}`];
  return ['env', ...words, process.execPath, '--import', path('./change-source.js'), main];
}

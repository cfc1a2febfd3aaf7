// Finds out which changes of the ledger a device still has, in force or put aside, by reading what
// its store holds. Knows no server and no session.
import type { Store } from '../src/store/store.ts';
import { ChangeType, type LocalChange } from '../src/wire/messages.ts';
import { editsIn, isEditName, readContent } from './content.ts';
import { changeName } from './decision-judge.ts';
import type { Ledger } from './ledger.ts';

/** Reads changes as what the ledger calls them. */
export class ChangeReader {
  readonly #ledger: Ledger;
  readonly #seen = new Map<string, { readonly payload: Uint8Array; readonly marks: string[] }>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * The edits or the deletion that a change stands for; a merge stands for several.
   *
   * @throws Error where two changes have one id (PSP-CHG-1, PSP-CHG-2).
   */
  marksOf({ id, type, payload }: LocalChange): readonly string[] {
    const name = changeName(id);
    const seen = this.#seen.get(name);
    if (seen !== undefined) {
      if (Buffer.compare(seen.payload, payload) === 0) return seen.marks;
      throw new Error(`the change ${name} has two payloads`);
    }
    const marks = this.#read(name, type, payload);
    this.#seen.set(name, { payload, marks });
    return marks;
  }

  /** The same of a change that was read before, by its name. */
  marksOfName(name: string): readonly string[] {
    return this.#seen.get(name)?.marks ?? [];
  }

  #read(name: string, type: ChangeType, payload: Uint8Array): string[] {
    if (type === ChangeType.INSERT) return editsIn(readContent(payload));
    if (type === ChangeType.DELETE) {
      const deletion = this.#ledger.ofChange(name);
      if (deletion === undefined) throw new Error(`nobody made the deletion ${name}`);
      return [deletion];
    }
    const patch = JSON.parse(new TextDecoder().decode(payload)) as { op: string; path: string }[];
    return patch.flatMap(({ op, path }) => {
      const member = path.slice(1);
      return op !== 'remove' && isEditName(member) ? [member] : [];
    });
  }
}

/** The marks of all changes that a store has, in its lists and in its archive. */
export async function marksIn(store: Store, reader: ChangeReader): Promise<Set<string>> {
  const marks = new Set<string>();
  const add = (changes: readonly LocalChange[]): void => {
    for (const change of changes) for (const mark of reader.marksOf(change)) marks.add(mark);
  };
  for await (const { payload } of store.getAllLocalChanges()) add(payload.changes);
  for await (const { payload } of store.archived()) add(payload.changes);
  return marks;
}

// Every change that anybody ever made, written down when it was made and never asked of the parts
// under test; and what a content must look like, given the edits it contains. Knows no store.
import { editsIn, type Content, type Effect } from './content.ts';

/** Someone who edits: a device by its number, or another client of the server. */
export type Author = number | 'elsewhere';

/** A creation or an update. */
export interface Edit {
  /** `e17`: unique for ever. */
  readonly mark: string;
  /** `Patient/p`. */
  readonly resource: string;
  readonly author: Author;
  readonly effect: Effect;
  /** The creation that the edited resource goes back to. */
  readonly born: string;
  /** The edits that were in the content when it was made. */
  readonly sees: ReadonlySet<string>;
}

/** A deletion. */
export interface Deletion {
  /** `d3`: unique for ever. */
  readonly mark: string;
  readonly resource: string;
  readonly author: Author;
  readonly born: string;
  /** The edits that were in what was deleted. */
  readonly sees: ReadonlySet<string>;
}

/** The changes of one run. */
export class Ledger {
  readonly edits = new Map<string, Edit>();
  readonly deletions = new Map<string, Deletion>();
  /** Changes that went with a device that was set back, and nobody else had. */
  readonly lost = new Set<string>();
  readonly #byChange = new Map<string, string>();
  #next = 0;

  /** A name that was never given. */
  nextEdit(): string {
    this.#next += 1;
    return `e${this.#next}`;
  }

  /** Writes an edit down. */
  addEdit(edit: Edit, change?: string): void {
    this.edits.set(edit.mark, edit);
    if (change !== undefined) this.#name(change, edit.mark);
  }

  /** Writes a deletion down. */
  addDeletion(deletion: Omit<Deletion, 'mark'>, change?: string): Deletion {
    const made = { ...deletion, mark: `d${this.deletions.size + 1}` };
    this.deletions.set(made.mark, made);
    if (change !== undefined) this.#name(change, made.mark);
    return made;
  }

  /** The edit or deletion that a device gave this change id to. */
  ofChange(change: string): string | undefined {
    return this.#byChange.get(change);
  }

  /** What is wrong with a content, given the edits it contains; empty: nothing. */
  faultsOf(content: Content): string[] {
    const name = `${content.resourceType}/${content.id}`;
    const marks = editsIn(content);
    const found = marks.flatMap((mark) => this.edits.get(mark) ?? []);
    const strange = found.filter(({ resource, born }) => {
      return resource !== name || born !== content.born;
    });
    if (found.length < marks.length || strange.length > 0) {
      return [`${name} contains edits of something else: ${marks.join(' ')}`];
    }
    const present = new Set(marks);
    return [
      ...found.flatMap(({ mark, sees }) =>
        isSubset(sees, present) ? [] : [`${mark} without what it was made on`],
      ),
      ...marksFaults(content, found),
      ...tagFaults(content, found),
      ...['s0', 's1'].flatMap((member) => memberFaults(content, member, found)),
    ].map((fault) => `${name}: ${fault} in ${JSON.stringify(content)}`);
  }

  #name(change: string, mark: string): void {
    const other = this.#byChange.get(change);
    // PSP-CHG-1
    if (other !== undefined) throw new Error(`${other} and ${mark} have one change id: ${change}`);
    this.#byChange.set(change, mark);
  }
}

/** True where `all` has every name of `some`. */
export function isSubset(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((name) => all.has(name));
}

function marksFaults({ marks }: Content, found: readonly Edit[]): string[] {
  const takenOut = new Set(found.flatMap(({ effect }) => effect.takesOut ?? []));
  const put = found.filter(({ effect }) => effect.puts).map(({ mark }) => mark);
  return sameSet('marks', marks, new Set(put.filter((mark) => !takenOut.has(mark))));
}

function tagFaults({ meta }: Content, found: readonly Edit[]): string[] {
  const tags = (meta?.tag ?? []).map(({ code }) => code);
  const added = found.filter(({ effect }) => effect.tags).map(({ mark }) => mark);
  return sameSet('tags', tags, new Set(added));
}

function sameSet(what: string, list: readonly string[], wanted: ReadonlySet<string>): string[] {
  const shown = new Set(list);
  // A patch that was applied twice, or to another content than its own, shows here.
  if (shown.size < list.length) return [`${what} stand there twice`];
  if (isSubset(shown, wanted) && isSubset(wanted, shown)) return [];
  return [`${what} are not those that the edits lead to (${[...wanted].join(' ')})`];
}

/** A member has the value of an edit that no other setter of it came after. */
function memberFaults(content: Content, member: string, found: readonly Edit[]): string[] {
  const setters = found.filter(({ effect }) => effect.member === member);
  const last = setters.filter(({ mark }) => !setters.some(({ sees }) => sees.has(mark)));
  const possible = last.length === 0 ? [undefined] : last.map(({ effect }) => effect.value);
  const value = content[member] as string | undefined;
  return possible.includes(value) ? [] : [`${member} is not what was set last`];
}

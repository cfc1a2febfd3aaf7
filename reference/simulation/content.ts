// The resources that the simulation edits. Every edit leaves a member of its own name for ever, and
// does one thing beside it; so a content tells which edits it contains, and what it must look like.
// Knows no store, no server and no history.

/** A resource of the simulation, parsed. */
export interface Content {
  readonly resourceType: string;
  readonly id: string;
  readonly meta?: { readonly tag?: readonly { readonly code: string }[] };
  /** The edit that created it; a resource that is created again has another one. */
  readonly born: string;
  /** Names of edits, put in and taken out by position. */
  readonly marks: readonly string[];
  readonly [member: string]: unknown;
}

/** What an edit does beside leaving its mark. */
export type EditKind =
  'append' | 'prepend' | 'exchange' | 'take-out' | 'set' | 'unset' | 'tag' | 'nothing';

export const editKinds: readonly EditKind[] = [
  'append',
  'prepend',
  'exchange',
  'take-out',
  'set',
  'unset',
  'tag',
  'nothing',
];

/** What an edit did, as the judge of contents needs it. */
export interface Effect {
  /** Its mark was put into `marks`. */
  readonly puts: boolean;
  /** This mark was taken out of `marks`. */
  readonly takesOut?: string;
  /** This member was set to its mark, or removed. */
  readonly member?: string;
  readonly value?: string;
  /** A tag with its mark was added to `meta`. */
  readonly tags: boolean;
}

const members = ['s0', 's1'];

/** Names of the edits that a content contains, in the order they stand there. */
export function editsIn(content: Content): string[] {
  return Object.keys(content).filter(isEditName);
}

/** True for the name of an edit: `e17`. */
export function isEditName(name: string): boolean {
  return /^e\d+$/.test(name);
}

/** A new resource, created by an edit. */
export function created(name: string, mark: string): { content: Content; effect: Effect } {
  const [resourceType = '', id = ''] = name.split('/');
  const subject = resourceType === 'Patient' ? {} : { subject: { reference: 'Patient/p' } };
  const content = { resourceType, id, ...subject, born: mark, marks: [mark], [mark]: 'created' };
  return { content, effect: { puts: true, tags: false } };
}

/**
 * What an edit makes of a content.
 *
 * @param pick - Chooses among the marks or members that it could work on.
 */
export function edited(
  before: Content,
  mark: string,
  kind: EditKind,
  pick: number,
): { content: Content; effect: Effect } {
  const content = { ...before, [mark]: kind };
  const { marks } = before;
  const at = marks.length === 0 ? 0 : pick % marks.length;
  const old = marks[at];
  const member = members[pick % members.length] ?? 's0';
  switch (kind) {
    case 'append':
      return { content: { ...content, marks: [...marks, mark] }, effect: puts };
    case 'prepend':
      return { content: { ...content, marks: [mark, ...marks] }, effect: puts };
    case 'exchange':
      return {
        content: { ...content, marks: marks.toSpliced(at, 1, mark) },
        effect: { ...puts, ...(old === undefined ? {} : { takesOut: old }) },
      };
    case 'take-out':
      return {
        content: { ...content, marks: marks.toSpliced(at, 1) },
        effect: { ...nothing, ...(old === undefined ? {} : { takesOut: old }) },
      };
    case 'set':
      return {
        content: { ...content, [member]: mark },
        effect: { ...nothing, member, value: mark },
      };
    case 'unset': {
      const { [member]: gone, ...rest } = content;
      void gone;
      return { content: rest as Content, effect: { ...nothing, member } };
    }
    case 'tag': {
      const tag = [...(before.meta?.tag ?? []), { code: mark }];
      return {
        content: { ...content, meta: { ...before.meta, tag } },
        effect: { puts: false, tags: true },
      };
    }
    case 'nothing':
      return { content, effect: nothing };
  }
}

const puts: Effect = { puts: true, tags: false };
const nothing: Effect = { puts: false, tags: false };

/** Reads a content from JSON. */
export function readContent(octets: Uint8Array | string): Content {
  const text = typeof octets === 'string' ? octets : new TextDecoder().decode(octets);
  return JSON.parse(text) as Content;
}

/** Writes a content as JSON. */
export function contentOctets(content: Content): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(content));
}

// The small space of entries that walks draw from: three resources, four versions of each, a few
// changes by three authors. Ids, bases and change lists meet in it all the time, and each id stands
// for one content. It judges nothing.
import type { ChangeIdValue, ChangeValue, Entry } from '../control/values.ts';
import { kitReplica, testeeReplica } from '../run/surroundings.ts';
import type { EditPick, EntryPick } from './walk.ts';

/** A device that neither side of a walk is. */
const third = 'c0dec0dec0dec0dec0dec0dec0dec0de';
const authors = [kitReplica, third, testeeReplica] as const;

interface Kind {
  readonly type: string;
  readonly id: string;
  /** Content outside of `meta`, by version. */
  readonly versions: readonly Readonly<Record<string, unknown>>[];
  /** Members that UPDATEs set. */
  readonly updates: readonly (readonly [name: string, value: unknown])[];
}

const patient = (id: string): Kind => ({
  type: 'Patient',
  id,
  versions: [
    { birthDate: '1981-04-02' },
    { birthDate: '1981-04-02', active: true },
    { birthDate: '1990-12-24', active: true },
  ],
  updates: [
    ['gender', 'female'],
    ['gender', 'male'],
    ['active', false],
    ['multipleBirthInteger', 2],
  ],
});

const kinds: readonly Kind[] = [
  patient('w1'),
  patient('w2'),
  {
    type: 'Observation',
    id: 'w3',
    versions: [
      { status: 'registered' },
      { status: 'preliminary', valueInteger: 7 },
      { status: 'final', valueInteger: 7 },
    ],
    updates: [
      ['status', 'amended'],
      ['valueInteger', 8],
      ['valueInteger', 7],
      ['issued', '2026-02-27T10:00:00.50Z'],
    ],
  },
];

/** How many there are of each. */
export const spaceSizes = {
  resources: kinds.length,
  /** 0 is no version, the last one a deletion on the server. */
  versions: 5,
  authors: authors.length,
  kinds: 4,
} as const;

const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** Kinds of changes beyond the UPDATEs. */
const insertKind = 9;
const deleteKind = 8;

function changeId(resource: number, { author, kind }: EditPick): ChangeIdValue {
  return { replica: at(authors, author), counter: 1 + resource * 10 + kind };
}

function updateOf(resource: number, pick: EditPick): ChangeValue {
  const [name, value] = at(at(kinds, resource).updates, pick.kind);
  const patch = [{ op: 'add', path: `/${name}`, value }];
  return {
    ...changeId(resource, pick),
    type: 'UPDATE',
    payload: JSON.stringify(patch),
    recordedAt: '2026-02-28T10:00:00Z',
  };
}

function insertedText({ type, id, versions }: Kind): string {
  return JSON.stringify({ resourceType: type, id, ...at(versions, 0) });
}

const same = (a: EditPick, b: EditPick): boolean => a.author === b.author && a.kind === b.kind;

/** Each edit once. */
const distinct = (picks: readonly EditPick[]): readonly EditPick[] =>
  picks.filter((pick, index) => picks.findIndex((other) => same(pick, other)) === index);

function serverContent({ type, id, versions }: Kind, version: number): Record<string, unknown> {
  const meta = { versionId: `${version}` };
  return { resourceType: type, id, meta, ...at(versions, version - 1) };
}

function edited(
  content: Readonly<Record<string, unknown>>,
  resource: number,
  edits: readonly EditPick[],
): Record<string, unknown> {
  const updates = edits.map(({ kind }) => at(at(kinds, resource).updates, kind));
  return { ...content, ...Object.fromEntries(updates) };
}

function baseOf(version: number, isDated: boolean): NonNullable<Entry['base']> {
  const versionId = `${version}`;
  return isDated ? { versionId, lastUpdated: `2026-01-0${version}T08:00:00Z` } : { versionId };
}

function deletion(resource: number, author: number | null): readonly ChangeValue[] {
  if (author === null) return [];
  return [{ ...changeId(resource, { author, kind: deleteKind }), type: 'DELETE' }];
}

/** On no server yet: an INSERT, and changes after it. */
function localEntry({ resource, by, edits, deletedBy }: EntryPick): Entry {
  const kind = at(kinds, resource);
  const text = insertedText(kind);
  const picks = distinct(edits);
  const insert: ChangeValue = {
    ...changeId(resource, { author: by, kind: insertKind }),
    type: 'INSERT',
    payload: text,
    recordedAt: '2026-02-27T10:00:00Z',
  };
  const updates = picks.map((pick) => updateOf(resource, pick));
  const content = edited(JSON.parse(text) as Record<string, unknown>, resource, picks);
  return {
    type: kind.type,
    id: kind.id,
    resource: deletedBy === null ? JSON.stringify(content) : null,
    changes: [insert, ...updates, ...deletion(resource, deletedBy)],
  };
}

/** From the server, with changes after that version. */
function serverEntry(pick: EntryPick): Entry {
  const { resource, version, isDated, deletedBy } = pick;
  const kind = at(kinds, resource);
  const { type, id } = kind;
  const base = baseOf(version, isDated);
  const edits = distinct(pick.edits);
  const absorbed = distinct(pick.absorbed)
    .filter((one) => !edits.some((other) => same(one, other)))
    .map((one) => changeId(resource, one));
  const own = absorbed.length === 0 ? {} : { absorbed };
  if (version === spaceSizes.versions - 1) return { type, id, resource: null, base, ...own };
  const content = serverContent(kind, version);
  const changes = [
    ...edits.map((one) => updateOf(resource, one)),
    ...deletion(resource, deletedBy),
  ];
  const text = JSON.stringify(edited(content, resource, edits));
  return {
    type,
    id,
    resource: deletedBy === null ? text : null,
    base,
    ...(changes.length === 0 ? {} : { changes, baseResource: JSON.stringify(content) }),
    ...own,
  };
}

/** The entry that a pick stands for. */
export function entryOfPick(pick: EntryPick): Entry {
  return pick.version === 0 ? localEntry(pick) : serverEntry(pick);
}

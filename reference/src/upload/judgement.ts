// Compares what a server holds with the changes of an entry: sent before, to be sent, or in
// conflict with what others did there. Reads further versions where the present one does not tell.
// Writes nothing, neither there nor here.
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import type { JsonValue } from '../fhir/json-value.ts';
import type { StoredEntry } from '../store/store.ts';
import { ChangeType } from '../wire/messages.ts';
import { containedChanges } from './contained-changes.ts';
import type { HistoryEntry } from './server-history.ts';
import type { LiveView, ResourceName, ServerReader, ServerView } from './server-reader.ts';
import { isDeletion, stepOf, type Squash, type UploadStep } from './upload-step.ts';
import { differingMembers } from './version-members.ts';

/** Why changes cannot be uploaded as they are. */
export type UploadConflict =
  /** Others changed the resource since our base. */
  | 'server-moved'
  /** The id was created here, and the server has other content under it. */
  | 'exists'
  /** It was changed here and deleted there. */
  | 'deleted-on-server'
  /** It was deleted here and changed there. */
  | 'delete-against-edit'
  /** The server does not know what it once gave us. */
  | 'missing-on-server'
  /** The server moved on, and the content our changes were made for cannot be had. */
  | 'base-unknown';

/** What is to be done about an entry. */
export type Judgement =
  /** Nothing of it is there, and the server is as the changes expect it. */
  | { readonly kind: 'send'; readonly step: UploadStep }
  /** The server's version contains the first `count` changes, which may be all. */
  | {
      readonly kind: 'contained';
      readonly count: number;
      readonly view: LiveView | { readonly kind: 'deleted' };
      /** The content of our base, where the store does not have it. */
      readonly baseResource: Uint8Array | undefined;
      /** True: others went on from the version that had them. */
      readonly isOlder?: true;
    }
  /** Created and deleted here, and never there. */
  | { readonly kind: 'never-there' }
  | {
      readonly kind: 'conflict';
      readonly conflict: UploadConflict;
      /** So many changes were once contained in a version of the server. */
      readonly count: number;
      /** The server's version; undefined where it has none. */
      readonly versionId: string | undefined;
      /** The content of our base, where it is known. */
      readonly baseResource?: Uint8Array | undefined;
      /**
       * Members that versions since then set otherwise than the one before; undefined where not all
       * of them are known, or one was a deletion.
       */
      readonly touchedThere?: ReadonlySet<string> | undefined;
    }
  | { readonly kind: 'unreadable'; readonly detail: string };

/** Judges an entry with changes by what the server was seen to hold. */
export async function judge(
  entry: StoredEntry,
  view: ServerView,
  reader: ServerReader,
  squash: Squash,
): Promise<Judgement> {
  switch (view.kind) {
    case 'unreadable':
      return view;
    case 'absent':
      return judgeAbsent(entry, squash);
    case 'deleted':
      return judgeDeleted(entry, reader, squash);
    case 'live':
      return judgeLive(entry, view, reader, squash);
  }
}

function judgeAbsent(entry: StoredEntry, squash: Squash): Judgement {
  const { payload } = entry;
  if (payload.base === undefined) {
    if (isDeletion(payload)) return { kind: 'never-there' };
    return { kind: 'send', step: stepOf(entry, squash) };
  }
  // What is wanted is so already; some servers answer 404 for what was deleted.
  if (isDeletion(payload)) return allContained(entry, { kind: 'deleted' });
  return conflict('missing-on-server', 0, undefined);
}

async function judgeDeleted(
  entry: StoredEntry,
  reader: ServerReader,
  squash: Squash,
): Promise<Judgement> {
  if (isDeletion(entry.payload)) return allContained(entry, { kind: 'deleted' });
  // S14: what was created after that very deletion brings the id back.
  if (await isNewestDeletion(entry, reader)) return { kind: 'send', step: stepOf(entry, squash) };
  // S42: what a stale carrier brings may have been there, and have been deleted since.
  const { count } = await containedBefore(entry, undefined, reader);
  if (count === entry.payload.changes.length) {
    return { ...allContained(entry, { kind: 'deleted' }), isOlder: true };
  }
  return conflict('deleted-on-server', count, undefined);
}

async function judgeLive(
  entry: StoredEntry,
  view: LiveView,
  reader: ServerReader,
  squash: Squash,
): Promise<Judgement> {
  const { base, changes } = entry.payload;
  if (base?.versionId === view.versionId) {
    const step = stepOf({ ...entry, baseResource: entry.baseResource ?? view.resource }, squash);
    if (step.kind !== 'look') return { kind: 'send', step };
  }
  const baseResource = await baseOf(entry, view, reader);
  if (base !== undefined && baseResource === undefined) {
    return conflict('base-unknown', 0, view.versionId);
  }
  const count = containedChanges(changes, valueOf(baseResource), parsed(view.resource));
  const isAsBefore = count === 0 && base !== undefined;
  if (count !== undefined && !isAsBefore) return { kind: 'contained', count, view, baseResource };
  // Others may have gone on from a version that has all of ours, or have taken it back to our base.
  const before = await containedBefore(entry, baseResource, reader);
  if (isAsBefore && before.count === 0) return { kind: 'contained', count, view, baseResource };
  if (before.count === changes.length) {
    return { kind: 'contained', count: before.count, view, baseResource, isOlder: true };
  }
  if (base === undefined) return conflict('exists', before.count, view.versionId);
  const reason = isDeletion(entry.payload) ? 'delete-against-edit' : 'server-moved';
  const { count: inThere, versions } = before;
  const touchedThere = touchedIn(versions, view.versionId);
  return { ...conflict(reason, inThere, view.versionId), baseResource, touchedThere };
}

/** What the server's versions since our base tell. */
interface Before {
  /** The most changes that one of them contains. */
  readonly count: number;
  /**
   * From the first one that contains so many on, oldest first; undefined where the server does not
   * tell them all.
   */
  readonly versions: readonly HistoryEntry[] | undefined;
}

async function containedBefore(
  entry: StoredEntry,
  known: Uint8Array | undefined,
  reader: ServerReader,
): Promise<Before> {
  const { base, changes } = entry.payload;
  const name: ResourceName = entry.payload;
  const baseResource = known ?? (await baseOf(entry, undefined, reader));
  if (base !== undefined && baseResource === undefined) return { count: 0, versions: undefined };
  // S14: what was there before the deletion that a creation follows is not that creation.
  const since = await reader.versionsAfter(name, base?.versionId ?? deletionBefore(entry));
  const before = valueOf(baseResource);
  const line = since?.toReversed() ?? [];
  const counts = line.map(({ content }) =>
    content === undefined ? 0 : (containedChanges(changes, before, content) ?? 0),
  );
  const count = Math.max(0, ...counts);
  if (since === undefined) return { count, versions: undefined };
  const first = { versionId: base?.versionId ?? '', lastUpdated: '', content: before };
  return { count, versions: count === 0 ? [first, ...line] : line.slice(counts.indexOf(count)) };
}

/**
 * Members that one of the versions set otherwise than the one before it; undefined where the last
 * one is not among them. A deletion ends a life: what is there since is no successor of our base,
 * whatever they have in common.
 */
function touchedIn(
  versions: readonly HistoryEntry[] | undefined,
  last: string,
): ReadonlySet<string> | undefined {
  if (versions?.some(({ versionId }) => versionId === last) !== true) return undefined;
  const touched = new Set<string>();
  for (const [index, { content }] of versions.entries()) {
    const before = index === 0 ? content : versions[index - 1]?.content;
    if (content === undefined || before === undefined) return undefined;
    for (const name of differingMembers(before, content)) touched.add(name);
  }
  return touched;
}

/** The version of the deletion that a creation was made after; undefined: it follows none. */
function deletionBefore({ payload }: StoredEntry): string | undefined {
  const [first] = payload.changes;
  const isAfterOne = first?.type === ChangeType.INSERT && first.baseVersionId !== '';
  return isAfterOne ? first.baseVersionId : undefined;
}

/** True where nothing came after the deletion that the entry was created after. */
async function isNewestDeletion(entry: StoredEntry, reader: ServerReader): Promise<boolean> {
  const deletion = deletionBefore(entry);
  if (deletion === undefined) return false;
  const versions = await reader.versionsAfter(entry.payload, deletion);
  return versions?.length === 0;
}

/** The server's content at the entry's base, from the store or from the server itself. */
async function baseOf(
  { payload, baseResource }: StoredEntry,
  view: LiveView | undefined,
  reader: ServerReader,
): Promise<Uint8Array | undefined> {
  const { base } = payload;
  if (base === undefined || baseResource !== undefined) return baseResource;
  if (base.versionId === view?.versionId) return view.resource;
  return reader.versionContent(payload, base.versionId);
}

function allContained(
  entry: StoredEntry,
  view: { readonly kind: 'deleted' },
): Judgement & { readonly kind: 'contained' } {
  const count = entry.payload.changes.length;
  return { kind: 'contained', count, view, baseResource: undefined };
}

function conflict(
  reason: UploadConflict,
  count: number,
  versionId: string | undefined,
): Judgement & { readonly kind: 'conflict' } {
  return { kind: 'conflict', conflict: reason, count, versionId };
}

function valueOf(octets: Uint8Array | undefined): JsonValue | undefined {
  return octets === undefined ? undefined : parsed(octets);
}

function parsed(octets: Uint8Array): JsonValue {
  const value = parseLossless(octets);
  // Both come from where they were checked: the store, or a view.
  if (isEntryFault(value)) throw new Error(`content that was checked is not JSON: ${value.detail}`);
  return value;
}

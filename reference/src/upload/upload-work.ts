// An entry on its way to the server, and what the server was seen to make of it. Plain values and
// their reading; nothing is sent or written here.
import type { StoredEntry, UploadedVersion } from '../store/store.ts';
import type { LocalChange } from '../wire/messages.ts';
import type { ArrivedChanges } from './provenance.ts';
import type { LiveView, ResourceName } from './server-reader.ts';
import type { UploadStep } from './upload-step.ts';

/** An entry on its way to the server. */
export interface Work {
  readonly name: ResourceName;
  readonly entry: StoredEntry;
  readonly step: UploadStep;
  /** Changes that left the entry's list in this run, for the server had them. */
  readonly found: readonly LocalChange[];
  /** Changes that a merge made the present ones of. */
  readonly mergedFrom: readonly LocalChange[];
}

/** A version of the server that may become an entry's base. */
export type Held = (
  LiveView | { readonly kind: 'deleted'; readonly version?: TombstoneVersion }
) & {
  /** The version that a write of ours went over unseen, in spite of its precondition. */
  readonly overran?: string | undefined;
};

/** Version of a deletion. */
export interface TombstoneVersion {
  readonly versionId: string;
  readonly lastUpdated: string;
}

/** A deletion, with its version where that is known whole. */
export function tombstone(version: TombstoneVersion | undefined): Held {
  if (version === undefined) return { kind: 'deleted' };
  const { versionId, lastUpdated } = version;
  return { kind: 'deleted', version: { versionId, lastUpdated } };
}

/** The version id of what is held, where it is known. */
export function versionIdOf(held: Held | undefined): string | undefined {
  return held?.kind === 'live' ? held.versionId : held?.version?.versionId;
}

/**
 * What the store is told of a version that contains the first `count` changes; undefined where the
 * version is not known.
 */
export function uploadedVersion(
  { name, entry }: Work,
  held: Held | undefined,
  count: number,
  baseResource?: Uint8Array,
): UploadedVersion | undefined {
  const version = held?.kind === 'live' ? held : held?.version;
  if (held === undefined || version === undefined) return undefined;
  const { versionId, lastUpdated } = version;
  const { base, changes } = entry.payload;
  return {
    ...name,
    baseVersionId: base?.versionId,
    contained: changes.slice(0, count),
    version: { versionId, lastUpdated },
    resource: held.kind === 'live' ? held.resource : new Uint8Array(0),
    baseResource,
  };
}

/**
 * The first `count` changes, as what a Provenance is about.
 *
 * @param held - The version that they led to; undefined where that is not known.
 */
export function arrivedChanges(
  { name, entry, mergedFrom }: Work,
  held: Held | undefined,
  count = entry.payload.changes.length,
): ArrivedChanges {
  const changes = entry.payload.changes.slice(0, count);
  return { name, changes, mergedFrom, versionId: versionIdOf(held) };
}

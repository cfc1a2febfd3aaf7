// Who made the changes that a version of the server contains, as a FHIR Provenance. Pure: time is
// an argument, and the id follows from the changes, so that no two uploads say the same twice.
import { createHash } from 'node:crypto';
import { parseInstant } from '../fhir/instant.ts';
import { ChangeType, type LocalChange } from '../wire/messages.ts';
import type { ResourceName } from './server-reader.ts';
import { changeReport, type ChangeReport } from './upload-report.ts';

/** Changes that the server has, and where. */
export interface ArrivedChanges {
  readonly name: ResourceName;
  /** At least one, in order. */
  readonly changes: readonly LocalChange[];
  /** What a merge made `changes` of. */
  readonly mergedFrom: readonly LocalChange[];
  /** The version that they led to; undefined where that is not known. */
  readonly versionId: string | undefined;
}

/** RFC 3986: FHIR's system for an identifier that is a URI. */
const uriSystem = 'urn:ietf:rfc:3986';
const terminology = 'http://terminology.hl7.org/CodeSystem';
const idForm = /^[A-Za-z0-9\-.]{1,64}$/;

/**
 * The id of the Provenance of some changes: SHA-256 over a label and the octets of their ids, in
 * hex, which is as long as a FHIR id may be. Whoever uploads the same changes writes the same id.
 */
export function provenanceId(changes: readonly LocalChange[]): string {
  const hash = createHash('sha256').update('fhir-peer-sync provenance 1\0');
  for (const { id } of changes) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(id?.counter ?? 0n);
    hash.update(id?.replicaId ?? new Uint8Array(16)).update(counter);
  }
  return hash.digest('hex');
}

/**
 * The URI of a replica: its 16 octets written like a UUID. All of them are random; no version or
 * variant stands in them.
 *
 * @param replicaId - 32 hex digits.
 */
export function replicaUri(replicaId: string): string {
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(replicaId)?.slice(1) ?? [replicaId];
  return `urn:uuid:${parts.join('-')}`;
}

/**
 * The Provenance (FHIR R4) of changes: one agent for each replica that made some of them, one
 * entity for each change, named by the URI of its replica and its counter as fragment.
 *
 * @param baseUrl - The server's base URL: a deleted resource is named by its URL as an identifier,
 *   for servers refuse references to what is gone.
 * @param recorded - A FHIR instant.
 */
export function provenanceOf(
  { name, changes, mergedFrom, versionId }: ArrivedChanges,
  baseUrl: string,
  recorded: string,
): Uint8Array {
  const made = changes.map(changeReport);
  const merged = mergedFrom.map(changeReport);
  const authors = new Set([...made, ...merged].map(({ replicaId }) => replicaId));
  const resource = {
    resourceType: 'Provenance',
    id: provenanceId(changes),
    target: [targetOf(name, versionId, isGone(changes) ? baseUrl : undefined)],
    recorded,
    activity: coded('v3-DataOperation', activityOf(changes)),
    agent: [...authors].map((replicaId) => ({
      type: coded('provenance-participant-type', 'author'),
      who: { type: 'Device', ...identified(replicaUri(replicaId)) },
    })),
    entity: [
      ...made.map((change) => ({ role: 'source', what: namedChange(change) })),
      ...merged.map((change) => ({ role: 'derivation', what: namedChange(change) })),
    ],
  };
  return Buffer.from(JSON.stringify(resource));
}

function targetOf(
  { resourceType, resourceId }: ResourceName,
  versionId: string | undefined,
  goneFrom: string | undefined,
): object {
  const path = `${resourceType}/${resourceId}`;
  if (goneFrom !== undefined) {
    return { type: resourceType, ...identified(`${goneFrom}/${path}`), display: path };
  }
  // A version id is opaque; one that is no FHIR id can't stand in a reference.
  const isUsable = versionId !== undefined && idForm.test(versionId);
  return { reference: isUsable ? `${path}/_history/${versionId}` : path };
}

function namedChange({ replicaId, counter, type, recordedAt }: ChangeReport): object {
  const time = parseInstant(recordedAt) === undefined ? '' : `, recorded ${recordedAt}`;
  return { ...identified(`${replicaUri(replicaId)}#${counter}`), display: `${type}${time}` };
}

function identified(value: string): object {
  return { identifier: { system: uriSystem, value } };
}

function coded(system: string, code: string): object {
  return { coding: [{ system: `${terminology}/${system}`, code }] };
}

function isGone(changes: readonly LocalChange[]): boolean {
  return changes.at(-1)?.type === ChangeType.DELETE;
}

function activityOf(changes: readonly LocalChange[]): string {
  if (isGone(changes)) return 'DELETE';
  return changes[0]?.type === ChangeType.INSERT ? 'CREATE' : 'UPDATE';
}

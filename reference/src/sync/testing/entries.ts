// Entries, changes and stored states for tests, short to write and easy to read in a failure.
import {
  ChangeType,
  type ChangeId,
  type LocalChange,
  type ServerVersion,
  type SyncPayload,
} from '../../wire/messages.ts';
import type { StoredEntry } from '../../store/store.ts';

const encoder = new TextEncoder();

export const octets = (text: string): Uint8Array => encoder.encode(text);
export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The replica id that a letter stands for: 16 times its code. */
export const replica = (letter: string): Uint8Array =>
  new Uint8Array(16).fill(letter.charCodeAt(0));

/** `a1` is the first change of replica a. */
export function changeId(name: string): ChangeId {
  return { replicaId: replica(name.slice(0, 1)), counter: BigInt(name.slice(1)) };
}

/**
 * A change by name: `+a1` creates, `-a1` deletes, `a1` changes `family` to its own name, `a1=x` to
 * `x` under the same id; `+a1=x` creates with that family.
 */
export function change(name: string, payload?: string): LocalChange {
  const [bare = '', family = name.startsWith('+') ? 'new' : bare] = name
    .replace(/^[+-]/, '')
    .split('=');
  const patch = `[{"op":"replace","path":"/name/0/family","value":"${family}"}]`;
  const fixed = { id: changeId(bare), baseVersionId: '', recordedAt: '' };
  if (name.startsWith('-')) {
    return { ...fixed, type: ChangeType.DELETE, payload: new Uint8Array() };
  }
  if (name.startsWith('+')) {
    return { ...fixed, type: ChangeType.INSERT, payload: octets(payload ?? content(family)) };
  }
  return { ...fixed, type: ChangeType.UPDATE, payload: octets(payload ?? patch) };
}

/** The test patient with a family name, and what the server adds where a version is given. */
export function content(family: string, version?: ServerVersion): string {
  const meta =
    version === undefined
      ? ''
      : `"meta":{"versionId":"${version.versionId}","lastUpdated":"${version.lastUpdated}"},`;
  return `{"resourceType":"Patient","id":"p1",${meta}"name":[{"family":"${family}"}]}`;
}

/** `v2` is a version of the second day of 2024; `v2!` is one without an instant. */
export function version(name: string): ServerVersion {
  const day = name.slice(1, 2).padStart(2, '0');
  const lastUpdated = name.endsWith('!') ? '' : `2024-01-${day}T00:00:00Z`;
  return { versionId: name.replace('!', ''), lastUpdated };
}

/** A short form of an entry. */
export interface EntryForm {
  readonly base?: string;
  /** Names separated by spaces, see {@link change}. */
  readonly changes?: string;
  readonly absorbed?: string;
  /** Family name; default: that of the last change, or `new`. */
  readonly family?: string;
  /** A tombstone without a DELETE of its own. */
  readonly gone?: boolean;
}

const words = (list = ''): string[] => list.split(' ').filter((word) => word !== '');

/** Makes an entry of the test patient. */
export function entry(form: EntryForm): SyncPayload {
  const names = words(form.changes);
  const base = form.base === undefined ? undefined : version(form.base);
  const last = names.at(-1) ?? '+';
  const isGone = form.gone === true || last.startsWith('-');
  const [, given = last.startsWith('+') ? 'new' : last] = last.split('=');
  const family = form.family ?? given;
  return {
    resourceType: 'Patient',
    resourceId: 'p1',
    resource: isGone ? new Uint8Array() : octets(content(family, base)),
    base,
    changes: names.map((name) => change(name)),
    absorbed: words(form.absorbed).map(changeId),
  };
}

/** Makes a stored state; `baseFamily` is what the server had, where that is known. */
export function stored(form: EntryForm & { readonly baseFamily?: string }): StoredEntry {
  const payload = entry(form);
  const known = form.baseFamily;
  const baseResource = known === undefined ? undefined : octets(content(known, payload.base));
  return { payload, baseResource, sequence: 1n, origin: undefined };
}

/** The names of the changes of an entry. */
export function changeNames(payload: SyncPayload): string {
  return payload.changes.map(({ id }) => idName(id)).join(' ');
}

/** The names of the absorbed changes of an entry. */
export function absorbedNames(payload: SyncPayload): string {
  return payload.absorbed.map(idName).join(' ');
}

function idName(id: ChangeId | undefined): string {
  return `${String.fromCharCode(id?.replicaId[0] ?? 0x3f)}${id?.counter ?? 0n}`;
}

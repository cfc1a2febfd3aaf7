// What a store holds of one resource, and how the control protocol writes it. It judges nothing.
import { isFault, KitError } from '../fault.ts';
import type { Entry as EntryValue } from '../control/values.ts';
import { entryOf, type Change, type Entry } from '../json/entry.ts';
import { readJson, type Json } from '../json/json-reader.ts';
import { payloadFields } from '../peer/entry-form.ts';
import { messageFromText } from '../wire/message-text.ts';
import { utf8 } from '../wire/octets.ts';
import { schemaNamed } from '../wire/schema.ts';

/** One state of a resource: what an entry carries. */
export type State = Pick<
  Entry,
  'resourceType' | 'resourceId' | 'resource' | 'base' | 'changes' | 'absorbed'
>;

/** A state in a store, with the server's content at its base where that is known. */
export interface Held {
  readonly state: State;
  readonly baseContent: Json | undefined;
}

/** Type and id, as text. */
export function keyOf({ resourceType, resourceId }: State): string {
  return `${resourceType}/${resourceId}`;
}

/** The JSON of octets that were checked before. */
export function jsonOf(octets: Uint8Array): Json {
  const json = readJson(octets);
  if (isFault(json)) throw new KitError(`no JSON: ${json.detail}`);
  return json;
}

/** An entry of the control protocol. */
export function stateOf(value: EntryValue): State {
  return entryOf(messageFromText(schemaNamed('SyncPayload'), payloadFields(value)));
}

/**
 * The server's content at a state's base, as the state itself shows it: its resource where there
 * are no changes.
 */
export function ownBaseContent({ base, changes, resource }: State): Json | undefined {
  if (base === undefined || changes.length > 0 || resource.length === 0) return undefined;
  return jsonOf(resource);
}

/** An entry of a seed. */
export function heldOf(value: EntryValue): Held {
  const state = stateOf(value);
  const told = value.baseResource;
  const baseContent = told === undefined ? ownBaseContent(state) : jsonOf(utf8(told));
  return { state, baseContent };
}

/** Whether two changes are the same (PSP-CLS-26). */
export function sameChange(left: Change, right: Change): boolean {
  return idOf(left) === idOf(right) && left.type === right.type && equalOctets(left, right);
}

function equalOctets({ payload: left }: Change, { payload: right }: Change): boolean {
  return Buffer.compare(left, right) === 0;
}

/** The id of a change of a checked entry, as text. */
export function idOf({ id }: Change): string {
  if (id === undefined) throw new KitError('a change without an id');
  return nameOf(id);
}

/** A change id as text. */
export function nameOf({ replicaId, counter }: NonNullable<Change['id']>): string {
  return `${Buffer.from(replicaId).toString('hex')}/${counter}`;
}

/** Whether a list begins with all of another one. */
export function beginsWith(list: readonly Change[], start: readonly Change[]): boolean {
  if (start.length > list.length) return false;
  return start.every((change, i) => {
    const other = list[i];
    return other !== undefined && sameChange(change, other);
  });
}

/** Ids of an absorbed set, as text. */
export function absorbedBy({ absorbed }: State): Set<string> {
  return new Set(absorbed.map(nameOf));
}

// What was done to a received entry that differs from what the model has: the sentence that forbids
// it, beside the one by which it should have been stored. It knows no session and no strategy.
import { isFault } from '../fault.ts';
import type { Change } from '../json/entry.ts';
import { equalForTest, equalJson } from '../json/json-equality.ts';
import { readJson, type Json } from '../json/json-reader.ts';
import { contentAfter } from './content.ts';
import { beginsWith, idOf, sameChange, type State } from './state.ts';

/** A broken sentence, and what is wrong. */
export type Alteration = readonly [requirement: string, detail: string];

function jsonIn(octets: Uint8Array): Json | undefined {
  const json = octets.length === 0 ? undefined : readJson(octets);
  return json === undefined || isFault(json) ? undefined : json;
}

/** Whether two texts say the same to whoever reads numbers as numbers. */
export function sayTheSame(left: Uint8Array, right: Uint8Array): boolean {
  const [one, other] = [jsonIn(left), jsonIn(right)];
  return one !== undefined && other !== undefined && equalForTest(one, other);
}

/** The same change under another id. */
function isRenamed(change: Change, other: Change | undefined): boolean {
  if (other === undefined || idOf(change) === idOf(other)) return false;
  return sameChange(change, { ...other, ...(change.id === undefined ? {} : { id: change.id }) });
}

function isReordered(expected: readonly Change[], found: readonly Change[]): boolean {
  if (expected.length !== found.length || beginsWith(found, expected)) return false;
  return expected.every((change) => found.some((other) => sameChange(change, other)));
}

function withoutMeta(json: Json): Json {
  if (json.type !== 'object') return json;
  return { ...json, members: new Map([...json.members].filter(([key]) => key !== 'meta')) };
}

/** PSP-CLS-19: everything is as it was but for `meta`. */
function hasOtherMeta(expected: State, found: State): boolean {
  const [one, other] = [jsonIn(expected.resource), jsonIn(found.resource)];
  if (one === undefined || other === undefined || equalForTest(one, other)) return false;
  return equalJson(withoutMeta(one), withoutMeta(other));
}

/** PSP-CLS-17: a creation whose changes lead elsewhere than to its resource. */
function isPiecedTogether({ base, changes, resource }: State): boolean {
  if (base !== undefined || changes[0]?.type !== 'INSERT') return false;
  const [reached, there] = [contentAfter(null, changes), jsonIn(resource)];
  if (isFault(reached) || reached === null || there === undefined) return false;
  return !equalJson(withoutMeta(reached), withoutMeta(there));
}

/**
 * How a stored entry was altered, as far as it shows.
 *
 * @param isRebased - Its resource is the store's own work (PSP-CLS-10, PSP-CLS-25).
 */
export function alterationsOf(expected: State, found: State, isRebased: boolean): Alteration[] {
  const altered: Alteration[] = [];
  const [changes, others] = [expected.changes, found.changes];
  const renamed = changes.findIndex((change, i) => isRenamed(change, others[i]));
  if (renamed >= 0) altered.push(['PSP-CLS-19', `the id of change ${renamed} was altered`]);
  if (isReordered(changes, others)) altered.push(['PSP-CHG-3', 'its changes have another order']);
  const rewritten = changes.findIndex((change, i) => {
    const other = others[i];
    if (other === undefined || idOf(other) !== idOf(change)) return false;
    return !sameChange(change, other) && sayTheSame(change.payload, other.payload);
  });
  if (rewritten >= 0) altered.push(['PSP-DATA-1', `change ${rewritten} was written anew`]);
  if (others.length > changes.length && beginsWith(others, changes)) {
    altered.push(['PSP-CLS-18', 'what was received is recorded as a change of its own']);
  }
  if (!isRebased && hasOtherMeta(expected, found)) {
    altered.push(['PSP-CLS-19', 'meta was altered']);
  }
  if (isPiecedTogether(found) && !isPiecedTogether(expected)) {
    altered.push(['PSP-CLS-17', 'its changes do not lead to its resource']);
  }
  return altered;
}

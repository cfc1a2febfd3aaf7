// Holds the store model to the golden vectors of classification and merging.
import { fault, isFault, KitError } from '../fault.ts';
import { entryOf, type Entry } from '../json/entry.ts';
import { equalJson } from '../json/json-equality.ts';
import { decodeMessage } from '../wire/message-codec.ts';
import { fromHex } from '../wire/octets.ts';
import { schemaNamed } from '../wire/schema.ts';
import {
  accepted,
  difference,
  judgeFault,
  memberOf,
  textIn,
  type Judge,
} from '../vectors/vector.ts';
import { classify, keepOurs, storeTheirs } from './classify.ts';
import { threeWay } from './merge.ts';
import { jsonOf, nameOf, ownBaseContent, type Held, type State } from './state.ts';

function entryIn(value: unknown): Entry | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'string') throw new KitError('an entry is hex');
  const message = decodeMessage(schemaNamed('SyncPayload'), fromHex(value));
  if (isFault(message)) throw new KitError(message.detail);
  return entryOf(message);
}

function neededEntry(value: unknown): Entry {
  const entry = entryIn(value);
  if (entry === undefined) throw new KitError('an entry is missing');
  return entry;
}

function heldIn(ours: unknown, baseResource: unknown): Held | undefined {
  const state = entryIn(ours);
  if (state === undefined) return undefined;
  const told = typeof baseResource === 'string' ? jsonOf(fromHex(baseResource)) : undefined;
  return { state, baseContent: told ?? ownBaseContent(state) };
}

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

/** A state as a value to compare: the absorbed set as a set, all but the resource. */
function formOf(state: State): unknown {
  return {
    type: state.resourceType,
    id: state.resourceId,
    base: state.base ?? null,
    changes: state.changes.map(({ id, type, payload, ...more }) => ({
      id: id === undefined ? null : nameOf(id),
      type,
      payload: hex(payload),
      ...more,
    })),
    absorbed: state.absorbed.map(nameOf).sort(),
    deleted: state.resource.length === 0,
  };
}

function stateDifference(what: string, found: State, expected: State): string | undefined {
  const other = difference(what, formOf(found), formOf(expected));
  if (other !== undefined || found.resource.length === 0) return other;
  return equalJson(jsonOf(found.resource), jsonOf(expected.resource))
    ? undefined
    : `${what}: the resource differs`;
}

/** Ours and theirs: the row of the table, and what the store holds then. */
export const judgePair: Judge = ({ input, expect, requirements }) => {
  const ours = heldIn(memberOf(input, 'ours'), memberOf(input, 'our_base_resource'));
  const theirs = neededEntry(memberOf(input, 'theirs'));
  const { relation, row, result } = classify(ours, theirs);
  const told = difference('relation', relation, memberOf(expect, 'relation'));
  if (told !== undefined) return `${told} (${row})`;
  if (requirements[0] !== row) return `row ${row}, expected ${requirements[0]}`;
  if (result !== undefined) {
    return stateDifference('result', result.state, neededEntry(memberOf(expect, 'result')));
  }
  if (ours === undefined) throw new KitError('a conflict with nothing');
  const resolved = memberOf(expect, 'resolved');
  const [left, right] = ['theirs', 'ours'].map((name) => neededEntry(memberOf(resolved, name)));
  if (left === undefined || right === undefined) throw new KitError('no resolutions');
  return (
    stateDifference('theirs', storeTheirs(ours, theirs).state, left) ??
    stateDifference('ours', keepOurs(ours, theirs).state, right)
  );
};

/** Two states in conflict, merged as section 16.4 says. */
export const judgeThreeWay: Judge = (vector) => {
  const { input, expect, result } = vector;
  const ours = heldIn(memberOf(input, 'ours'), memberOf(input, 'base_resource'));
  const theirs = neededEntry(memberOf(input, 'theirs'));
  if (ours === undefined) throw new KitError('a conflict with nothing');
  const merged = threeWay(ours, theirs);
  if ('reason' in merged) {
    return judgeFault(vector, fault(merged.reason, 'PSP-CLS-11', 'not merged'));
  }
  if (result === 'invalid') return accepted(vector);
  const content = jsonOf(fromHex(textIn(expect, 'content')));
  return (
    difference('resolution', merged.resolution, textIn(expect, 'resolution')) ??
    (equalJson(content, merged.content) ? undefined : 'the merged content differs')
  );
};

/** The store model's judges by the kind of a group, for `verifyVectors`. */
export const storeJudges: Readonly<Record<string, Judge>> = {
  pair: judgePair,
  'three-way': judgeThreeWay,
};

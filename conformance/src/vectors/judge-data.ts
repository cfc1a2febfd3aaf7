// Judges of entries, of changes that are joined, and of instants.
import { fault, isFault, KitError } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { checkEntry } from '../json/entry-check.ts';
import { readEntry } from '../json/entry.ts';
import { compareInstants, parseInstant } from '../json/instant.ts';
import { equalOutsideServerMeta } from '../json/json-equality.ts';
import { applyOperation, readPatch } from '../json/json-patch.ts';
import { readJson } from '../json/json-reader.ts';
import type { Json } from '../json/json-reader.ts';
import { touchesProtected } from '../json/protected-paths.ts';
import { fromHex } from '../wire/octets.ts';
import { accepted, difference, inputText, judgeFault, memberOf, textIn } from './vector.ts';
import type { Judge } from './vector.ts';

/** An encoded SyncPayload, judged by a receiver that holds nothing. */
export const judgeEntry: Judge = (vector) => {
  const entry = readEntry(fromHex(inputText(vector)));
  const broken = isFault(entry) ? entry : checkEntry(entry);
  if (broken !== undefined) return judgeFault(vector, broken);
  return accepted(vector) ?? difference('verdict', 'acceptable', vector.expect);
};

/** Two instants and their order, in both directions. */
export const judgeInstants: Judge = (vector) => {
  const left = parseInstant(textIn(vector.input, 'left'));
  const right = parseInstant(textIn(vector.input, 'right'));
  if (right === undefined) return 'the right text is no instant';
  if (left === undefined) {
    return vector.result === 'valid'
      ? 'the left text is no instant'
      : difference('code', 'NOT_AN_INSTANT', vector.error);
  }
  const order = compareInstants(left, right);
  return (
    accepted(vector) ??
    difference('order', order, vector.expect) ??
    difference('order the other way round', compareInstants(right, left) + order, 0)
  );
};

/** A resource, or null where there is none. */
type Content = Json | null;

const notEquivalent = (detail: string): Fault =>
  fault('NOT_EQUIVALENT', 'PSP-CHG-9', `the candidate ${detail}`);

function updated(content: Json, payload: Json): Json | Fault {
  const operations = readPatch(payload);
  if (isFault(operations)) return operations;
  let current = content;
  for (const operation of operations) {
    if (touchesProtected(current, operation)) return notEquivalent('touches what it must not');
    const next = applyOperation(current, operation);
    if (isFault(next)) return next;
    current = next;
  }
  return current;
}

/** The content after one change of a list (section 14.5). */
function changed(content: Content, change: unknown): Content | Fault {
  const type = textIn(change, 'type');
  if (type === 'DELETE') return content === null ? notEquivalent('deletes nothing') : null;
  const payload = readJson(fromHex(textIn(change, 'payload')));
  if (isFault(payload)) return payload;
  if (type === 'INSERT') return content === null ? payload : notEquivalent('creates it again');
  return content === null ? notEquivalent('edits nothing') : updated(content, payload);
}

function contentIn(value: unknown): Content {
  if (value === null) return null;
  if (typeof value !== 'string') throw new KitError('the content is no text');
  const json = readJson(fromHex(value));
  if (isFault(json)) throw new KitError(json.detail);
  return json;
}

const equal = (left: Content, right: Content): boolean =>
  left === null || right === null ? left === right : equalOutsideServerMeta(left, right);

/** One change, or none, that is said to stand for a list. */
export const judgeCandidate: Judge = (vector) => {
  const changes = memberOf(vector.input, 'changes');
  if (!Array.isArray(changes)) throw new KitError('no list of changes');
  const before = contentIn(memberOf(vector.input, 'content'));
  let after = before;
  for (const change of changes) {
    const next = changed(after, change);
    if (isFault(next)) throw new KitError(`the list: ${next.detail}`);
    after = next;
  }
  const candidate = memberOf(vector.input, 'candidate');
  const led = candidate === null ? before : changed(before, candidate);
  if (isFault(led) || !equal(led, after)) {
    const { detail } = isFault(led) ? led : notEquivalent('leads elsewhere');
    return judgeFault(vector, notEquivalent(detail));
  }
  if (vector.result === 'invalid') return accepted(vector);
  return equal(after, contentIn(vector.expect)) ? undefined : 'the list leads elsewhere';
};

// Judges of entries and instants.
import { isFault } from '../fault.ts';
import { checkEntry } from '../json/entry-check.ts';
import { readEntry } from '../json/entry.ts';
import { compareInstants, parseInstant } from '../json/instant.ts';
import { fromHex } from '../wire/octets.ts';
import { accepted, difference, inputText, textIn } from './vector.ts';
import { judgeFault } from './vector.ts';
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

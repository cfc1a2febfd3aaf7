// Search by date: the prefixes as relations of two intervals. Knows no clock, so `ap`, which needs
// one, is not for it.
import { isJsonArray, isJsonObject, jsonAt, type JsonValue } from '../json-value.ts';
import { hullOf, intervalOf, orderOfEnds, orderOfStarts } from './date-interval.ts';
import type { Interval, TimeLine } from './date-interval.ts';
import type { FoundElement } from './element-paths.ts';

/** Prefixes of FHIR R4 that dates are not searched by. */
export const refusedDatePrefixes: readonly string[] = ['sa', 'eb', 'ap'];

type Relation = (found: Interval, wanted: Interval) => boolean;

const isWithin: Relation = (found, wanted) =>
  orderOfStarts(found, wanted) >= 0 && orderOfEnds(found, wanted) <= 0;
const reachesBefore: Relation = (found, wanted) => orderOfStarts(found, wanted) < 0;
const reachesAfter: Relation = (found, wanted) => orderOfEnds(found, wanted) > 0;

// FHIR R4, search, "Prefixes": the value of the resource is `found`, that of the search `wanted`.
const relations: ReadonlyMap<string, Relation> = new Map<string, Relation>([
  ['eq', isWithin],
  ['ne', (found, wanted) => !isWithin(found, wanted)],
  ['lt', reachesBefore],
  ['gt', reachesAfter],
  ['le', (found, wanted) => reachesBefore(found, wanted) || isWithin(found, wanted)],
  ['ge', (found, wanted) => reachesAfter(found, wanted) || isWithin(found, wanted)],
]);

function intervalOfElement({ value, type }: FoundElement, line: TimeLine): Interval | undefined {
  switch (type) {
    case 'Period':
      return periodOf(value, line);
    case 'Timing':
      return timingOf(value, line);
    default:
      return dateOf(value, line);
  }
}

function dateOf(value: JsonValue, line: TimeLine): Interval | undefined {
  return typeof value === 'string' ? intervalOf(value, line) : undefined;
}

// A side that is absent is open; one that cannot be read makes the whole unreadable.
function periodOf(value: JsonValue | undefined, line: TimeLine): Interval | undefined {
  if (!isJsonObject(value)) return undefined;
  const [start, end] = [value.get('start'), value.get('end')].map((side) =>
    side === undefined || side === null ? undefined : (dateOf(side, line) ?? 'unreadable'),
  );
  if (start === 'unreadable' || end === 'unreadable') return undefined;
  if (start === undefined && end === undefined) return undefined;
  return { from: start?.from, to: end?.to };
}

// FHIR R4: of a schedule only the outer limits matter.
function timingOf(value: JsonValue, line: TimeLine): Interval | undefined {
  const events = jsonAt(value, 'event');
  const intervals = (isJsonArray(events) ? events : []).map((event) => dateOf(event, line));
  const bounds = periodOf(jsonAt(value, 'repeat', 'boundsPeriod'), line);
  return hullOf([...intervals, bounds].filter((each) => each !== undefined));
}

/** The prefix and the rest of a value; a value without one means `eq`. */
export function splitPrefix(value: string): { readonly prefix: string; readonly rest: string } {
  const [, prefix, rest] = /^([a-z]{2})(.*)$/s.exec(value) ?? [];
  return { prefix: prefix ?? 'eq', rest: rest ?? value };
}

/** The test of one alternative; undefined when it is no date with one of the six prefixes. */
export function dateTest(value: string): ((element: FoundElement) => boolean) | undefined {
  const { prefix, rest } = splitPrefix(value);
  const relation = relations.get(prefix);
  // PSP-SEL-21: a date without time is compared with what is written, wherever it was written.
  const line = rest.includes('T') ? 'utc' : 'local';
  const wanted = intervalOf(rest, line);
  if (relation === undefined || wanted === undefined) return undefined;
  return (element) => {
    const found = intervalOfElement(element, line);
    return found !== undefined && relation(found, wanted);
  };
}

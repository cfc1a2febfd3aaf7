// Search by text: what strings an element has, and when two are taken for the same. Knows no
// locale: every device has to give the same answer.
import { isJsonArray, jsonAt, type JsonValue } from '../json-value.ts';
import type { FoundElement } from './element-paths.ts';

/** How a string is compared; `starts` is the default of FHIR. */
export type StringModifier = 'starts' | 'exact' | 'contains';

// The blocks of diacritical marks of Unicode. Not every combining character: the vowel signs of
// Indic scripts are letters to their readers, and names would fall together.
const marks = /[\u0300-\u036f]|[\u1ab0-\u1aff]|[\u1dc0-\u1dff]|[\u20d0-\u20ff]|[\ufe20-\ufe2f]/g;
const space = /[\t\n\r \u00a0]+/g;

/** The form in which strings are compared unless `:exact` (PSP-SEL-17). */
export function folded(text: string): string {
  const bare = text.normalize('NFD').replace(marks, '').normalize('NFC');
  // Lower then upper: by the default mappings both give one form of sharp s and of final sigma.
  const even = bare.toLowerCase().toUpperCase();
  return even.replace(space, ' ').replace(/^ | $/g, '');
}

const partsOf: Readonly<Record<string, readonly string[]>> = {
  HumanName: ['text', 'family', 'given', 'prefix', 'suffix'],
  Address: ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'],
};

function stringsOf({ value, type }: FoundElement): string[] {
  const parts = partsOf[type];
  const found = parts === undefined ? [value] : parts.map((part) => jsonAt(value, part) ?? null);
  return found.flatMap((each: JsonValue) => (isJsonArray(each) ? each : [each])).filter(isText);
}

const isText = (value: JsonValue): value is string => typeof value === 'string';

/** The test of one alternative; undefined when nothing is left of the value to compare. */
export function stringTest(
  wanted: string,
  modifier: StringModifier,
): ((element: FoundElement) => boolean) | undefined {
  if (modifier === 'exact') return (element) => stringsOf(element).includes(wanted);
  const text = folded(wanted);
  // It would match everything that has a value.
  if (text === '') return undefined;
  return modifier === 'starts'
    ? (element) => stringsOf(element).some((each) => folded(each).startsWith(text))
    : (element) => stringsOf(element).some((each) => folded(each).includes(text));
}

// Search parameters of a request as one test of a resource. Supports a parameter wholly or refuses
// it by name, never by its value, which may be a patient's (PSP-SEL-5, PSP-REQ-3). Knows no store.
import type { JsonValue } from '../json-value.ts';
import { dateTest, refusedDatePrefixes, splitPrefix } from './date-match.ts';
import { findElements, parameterDefinition } from './element-paths.ts';
import type { FoundElement, ParameterDefinition, ParameterKind } from './element-paths.ts';
import { referenceTest } from './reference-match.ts';
import { stringTest } from './string-match.ts';
import { tokenTest } from './token-match.ts';
import { readValue, type ValueParts } from './value-text.ts';

/** A search parameter of a request: the name with its modifier, and the value, not URL-encoded. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

/** One search parameter as a test of a resource. */
export type Criterion = (resource: JsonValue) => boolean;

/** What a resource of one type has to satisfy. */
export interface Query {
  readonly resourceType: string;
  /** All of them have to hold (PSP-SEL-9). */
  readonly criteria: readonly Criterion[];
}

/** Why a query cannot be made: a noun phrase with the parameter's name and never its value. */
export interface UnsupportedSearch {
  readonly unsupported: string;
}

type ElementTest = (element: FoundElement) => boolean;

const modifiers: Readonly<Record<ParameterKind, readonly string[]>> = {
  token: ['not', 'missing'],
  flag: ['not', 'missing'],
  string: ['exact', 'contains', 'missing'],
  reference: ['missing'],
  date: ['missing'],
};

/**
 * Reads the search parameters of one resource type, as FHIR R4 publishes them.
 *
 * Gives {@link UnsupportedSearch} for a parameter, modifier or prefix outside of the declared
 * subset, and for a malformed value.
 *
 * @param serverUrl - The FHIR server of the resources: absolute references below it are local.
 * Without a slash at its end; empty: there is none.
 */
export function compileQuery(
  resourceType: string,
  parameters: readonly QueryParameter[],
  serverUrl = '',
): Query | UnsupportedSearch {
  const criteria: Criterion[] = [];
  for (const parameter of parameters) {
    const criterion = criterionOf(resourceType, parameter, serverUrl);
    if (typeof criterion === 'string') {
      return { unsupported: `${criterion}search parameter ${parameter.name} of ${resourceType}` };
    }
    criteria.push(criterion);
  }
  return { resourceType, criteria };
}

/** True for what {@link compileQuery} refused. */
export function isUnsupportedSearch(
  result: Query | UnsupportedSearch,
): result is UnsupportedSearch {
  return 'unsupported' in result;
}

/**
 * True when a resource of the query's type satisfies all of it.
 *
 * @param resource - As `parseLossless` gives it.
 */
export function matchesQuery(query: Query, resource: JsonValue): boolean {
  return query.criteria.every((criterion) => criterion(resource));
}

/** The criterion, or what goes before the parameter's name when it is refused. */
function criterionOf(
  resourceType: string,
  { name, value }: QueryParameter,
  serverUrl: string,
): Criterion | '' | 'a value of ' | `prefix ${string} of ` {
  const [code = '', modifier, ...more] = name.split(':');
  const definition = parameterDefinition(resourceType, code);
  if (definition === undefined || more.length > 0) return '';
  const { kind, paths } = definition;
  if (modifier !== undefined && !modifiers[kind].includes(modifier)) return '';
  if (modifier === 'missing') {
    if (value !== 'true' && value !== 'false') return 'a value of ';
    // A flag is computed of every resource, so none is without it.
    if (kind === 'flag') return () => value === 'false';
    return (resource) => (findElements(resource, paths).length === 0) === (value === 'true');
  }
  const alternatives = readValue(value);
  if (alternatives === undefined) return 'a value of ';
  const tests: ElementTest[] = [];
  for (const parts of alternatives) {
    const test = testOf(parts, definition, modifier, serverUrl);
    if (typeof test === 'string') return test;
    tests.push(test);
  }
  const isAny: Criterion = (resource) =>
    elementsOf(resource, definition).some((element) => tests.some((test) => test(element)));
  // PSP-SEL-16: the whole list is reversed, so that a resource without a value passes.
  return modifier === 'not' ? (resource) => !isAny(resource) : isAny;
}

function testOf(
  parts: ValueParts,
  { kind, paths }: ParameterDefinition,
  modifier: string | undefined,
  serverUrl: string,
): ElementTest | 'a value of ' | `prefix ${string} of ` {
  const malformed = 'a value of ';
  const [only = ''] = parts;
  switch (kind) {
    case 'token':
      return tokenTest(parts, paths) ?? malformed;
    case 'flag':
      if (parts.length > 1 || (only !== 'true' && only !== 'false')) return malformed;
      return ({ value }) => value === (only === 'true');
    case 'reference':
      return referenceTest(parts, paths, serverUrl) ?? malformed;
    case 'string': {
      if (parts.length > 1) return malformed;
      const how = modifier === 'exact' || modifier === 'contains' ? modifier : 'starts';
      return stringTest(only, how) ?? malformed;
    }
    case 'date': {
      if (parts.length > 1) return malformed;
      const { prefix } = splitPrefix(only);
      if (refusedDatePrefixes.includes(prefix)) return `prefix ${prefix} of `;
      return dateTest(only) ?? malformed;
    }
  }
}

function elementsOf(resource: JsonValue, { kind, paths }: ParameterDefinition): FoundElement[] {
  const elements = findElements(resource, paths);
  if (kind !== 'flag') return elements;
  // `x.exists() and x != false`
  const value = elements.some((element) => element.value !== false);
  return [{ value, type: 'boolean', system: undefined }];
}

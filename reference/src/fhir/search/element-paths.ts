// Finds the elements that a search parameter searches. Reads the rows of the generated table; knows
// nothing of values.
import { isJsonArray, isJsonObject, jsonAt, type JsonValue } from '../json-value.ts';
import { searchParameters } from './parameters.ts';
import { targetOf } from './reference-target.ts';

/** How the values of a parameter are matched; a `flag` is a token that its expression computes. */
export type ParameterKind = 'token' | 'string' | 'reference' | 'date' | 'flag';

interface Step {
  readonly member: string;
  readonly filter: readonly [key: string, value: string] | undefined;
}

/** One of the places that a parameter searches. */
export interface ElementPath {
  readonly steps: readonly Step[];
  /** FHIR type of the element. */
  readonly type: string;
  /** Type `code`: the one code system that it is bound to, where there is just one. */
  readonly system: string | undefined;
}

/** A search parameter of a resource type. */
export interface ParameterDefinition {
  readonly kind: ParameterKind;
  readonly paths: readonly ElementPath[];
}

/** An element that a path leads to; never JSON null. */
export interface FoundElement {
  readonly value: JsonValue;
  readonly type: string;
  readonly system: string | undefined;
}

/** The definition of a parameter of FHIR R4; undefined when the table has none by that name. */
export function parameterDefinition(
  resourceType: string,
  code: string,
): ParameterDefinition | undefined {
  const row = rowOf(resourceType, code) ?? rowOf('Resource', code);
  if (row === undefined) return undefined;
  const kindEnd = row.indexOf(' ');
  const paths = row.slice(kindEnd + 1).split(' | ');
  return { kind: row.slice(0, kindEnd) as ParameterKind, paths: paths.map(readPath) };
}

// Both names are the peer's: `constructor` is no resource type.
function rowOf(resourceType: string, code: string): string | undefined {
  const rows = Object.hasOwn(searchParameters, resourceType) ? searchParameters[resourceType] : {};
  return rows !== undefined && Object.hasOwn(rows, code) ? rows[code] : undefined;
}

const stepForm = /([A-Za-z]\w*)(?:\[(\w+)=([^\]]+)\])?(?:\.|$)/g;

function readPath(text: string): ElementPath {
  const [path = '', type = '', system] = text.split(' ');
  const steps = [...path.matchAll(stepForm)].map(([, member = '', key, value = '']) => ({
    member,
    filter: key === undefined ? undefined : ([key, value] as const),
  }));
  return { steps, type, system };
}

/** Every element that the paths lead to, in no particular order. */
export function findElements(resource: JsonValue, paths: readonly ElementPath[]): FoundElement[] {
  return paths.flatMap(({ steps, type, system }) => {
    let values: JsonValue[] = [resource];
    for (const step of steps) values = values.flatMap((value) => take(value, step));
    return values.map((value) => ({ value, type, system }));
  });
}

function take(from: JsonValue, { member, filter }: Step): JsonValue[] {
  if (!isJsonObject(from)) return [];
  const found = from.get(member);
  const values = isJsonArray(found) ? found : [found ?? null];
  // A null in an array holds the place of an element that has extensions only.
  return values.filter((value) => value !== null && passes(value, filter));
}

function passes(value: JsonValue, filter: Step['filter']): boolean {
  if (filter === undefined) return true;
  const [key, wanted] = filter;
  if (key === 'is') return targetOf(value) === wanted;
  if (key !== 'extension') return jsonAt(value, key) === wanted;
  const extensions = jsonAt(value, 'extension');
  return isJsonArray(extensions) && extensions.some((each) => jsonAt(each, 'url') === wanted);
}

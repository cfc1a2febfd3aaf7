// What a receiver asks for: `--types` and `--where` on the command line become ResourceSyncParams.
// Refuses here what a sender of this program would refuse after a code was typed.
import { isResourceType } from '../fhir/entry-check.ts';
import { compileQuery, isUnsupportedSearch } from '../fhir/search/query.ts';
import type { ResourceSyncParams, SearchParameter } from '../wire/messages.ts';
import { readTypes } from './command-arguments.ts';
import { misuse } from './failure.ts';

/** The options that say what is asked for. */
export interface RequestedTypes {
  /** `Patient,Observation`. */
  readonly types?: string;
  /** Each `Patient?gender=female&birthdate=ge1990`, as in a FHIR search URL. */
  readonly where?: readonly string[];
}

const example = "Write a type and its parameters, such as --where 'Patient?gender=female'.";

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw misuse(`--where: "${text}" has a percent sign that escapes nothing.`, example);
  }
}

function readParameter(text: string): SearchParameter {
  const equals = text.indexOf('=');
  if (equals < 1) throw misuse(`--where: "${text}" is no name=value.`, example);
  return { name: decoded(text.slice(0, equals)), value: decoded(text.slice(equals + 1)) };
}

function readWhere(text: string, serverUrl: string): [string, SearchParameter[]] {
  const mark = text.indexOf('?');
  const type = text.slice(0, Math.max(mark, 0));
  if (!isResourceType(type)) throw misuse(`--where: "${text}" begins with no type.`, example);
  const parameters = text
    .slice(mark + 1)
    .split('&')
    .map(readParameter);
  const query = compileQuery(type, parameters, serverUrl);
  if (isUnsupportedSearch(query)) {
    throw misuse(
      `--where: not supported: ${query.unsupported}.`,
      'Leave it out, or ask for the whole type; nothing is ever ignored in silence.',
    );
  }
  return [type, parameters];
}

/**
 * Reads what to ask for; undefined: every resource type (PSP-REQ-2).
 *
 * @param serverUrl - Of the receiver's store; references below it count as local.
 * @throws CommandFailure
 */
export function readRequestedTypes(
  { types, where }: RequestedTypes,
  serverUrl: string,
): ResourceSyncParams | undefined {
  if (types === undefined && where === undefined) return undefined;
  const named = types === undefined ? [] : readTypes('--types', types);
  const asked = new Map<string, SearchParameter[]>(named.map((type) => [type, []]));
  for (const text of where ?? []) {
    const [type, parameters] = readWhere(text, serverUrl);
    // PSP-SEL-9: all of them must match, wherever they stand.
    asked.set(type, [...(asked.get(type) ?? []), ...parameters]);
  }
  const entries = [...asked].map(([resourceType, parameters]) => ({ resourceType, parameters }));
  return { types: entries.map((entry) => ({ ...entry, lastUpdated: '' })) };
}

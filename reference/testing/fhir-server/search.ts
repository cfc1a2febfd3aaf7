// Search by type with paging: `_id`, `_lastUpdated`, `identifier`, `_count`. Any other parameter is
// refused by name. Knows no more of FHIR's search than a download needs.
import { compareInstants } from '../../src/fhir/instant.ts';
import { isJsonArray, jsonAt } from '../../src/fhir/json-value.ts';
import { joined, octetsOf, Refusal } from './answer.ts';
import type { ResourceVersions, Version } from './resource-versions.ts';

const pageDefault = 20;
const paging = ['_count', '_offset'];

/** What a search found: all of it, and one page as a searchset Bundle. */
export interface Found {
  readonly matches: readonly Version[];
  readonly body: Uint8Array;
}

/** @throws Refusal for a parameter that is not supported. */
export function search(
  versions: ResourceVersions,
  type: string,
  query: URLSearchParams,
  baseUrl: string,
): Found {
  const tests = [...query]
    .filter(([name]) => !paging.includes(name))
    .map(([name, value]) => testOf(name, value));
  const matches = versions.live(type).filter((version) => tests.every((test) => test(version)));
  const offset = Number(query.get('_offset') ?? 0);
  const count = Number(query.get('_count') ?? pageDefault);
  const page = matches.slice(offset, offset + count);
  const hasNext = offset + count < matches.length && count > 0;
  const next = new URLSearchParams(query);
  next.set('_offset', String(offset + count));
  const links = hasNext ? [{ relation: 'next', url: `${baseUrl}/${type}?${next.toString()}` }] : [];
  const head = { resourceType: 'Bundle', type: 'searchset', total: matches.length, link: links };
  const entries = page.flatMap((version, index) => [
    `${index === 0 ? '' : ','}{"fullUrl":"${baseUrl}/${type}/${version.id}","resource":`,
    octetsOf(version) ?? '',
    ',"search":{"mode":"match"}}',
  ]);
  const text = JSON.stringify(head).slice(0, -1);
  return { matches, body: joined([text, ',"entry":[', ...entries, ']}']) };
}

type Test = (version: Version) => boolean;

function testOf(name: string, value: string): Test {
  switch (name) {
    case '_id': {
      const ids = value.split(',');
      return ({ id }) => ids.includes(id);
    }
    case '_lastUpdated':
      return lastUpdatedTest(value);
    case 'identifier':
      return ({ content }) => {
        const identifiers = jsonAt(content, 'identifier');
        if (!isJsonArray(identifiers)) return false;
        return identifiers.some(
          (one) => value === `${asText(jsonAt(one, 'system'))}|${asText(jsonAt(one, 'value'))}`,
        );
      };
    default:
      throw new Refusal(400, 'not-supported', `the parameter ${name} is not supported`);
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function lastUpdatedTest(value: string): Test {
  const [, prefix = 'eq', instant = ''] = /^(eq|gt|ge|lt|le)?(.*)$/.exec(value) ?? [];
  const accepted: Readonly<Record<string, readonly number[]>> = {
    eq: [0],
    gt: [1],
    ge: [0, 1],
    lt: [-1],
    le: [-1, 0],
  };
  return ({ lastUpdated }) => {
    const order = compareInstants(lastUpdated, instant);
    if (order === undefined) throw new Refusal(400, 'value', '_lastUpdated takes an instant');
    return accepted[prefix]?.includes(order) ?? false;
  };
}

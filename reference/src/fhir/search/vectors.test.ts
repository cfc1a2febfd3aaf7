// The search against the golden vectors, whose expectations were written by hand.
import { describe, expect, it } from 'vitest';
import { goldenVectors, titleOf } from '../../testing/golden-vectors.ts';
import { jsonFrom } from '../json-value.ts';
import { compileQuery, isUnsupportedSearch, matchesQuery, type QueryParameter } from './query.ts';

interface Input {
  readonly resource: string;
  readonly parameters: readonly QueryParameter[];
}

interface Shared {
  readonly server_url: string;
  readonly resources: Readonly<Record<string, { readonly resourceType: string }>>;
}

describe('vectors: search', () => {
  for (const group of goldenVectors<Input, boolean, Shared>('search', 'query')) {
    const { server_url: serverUrl, resources } = group.parameters;
    it.each(group.vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const resource = resources[vector.input.resource]!;
      const query = compileQuery(resource.resourceType, vector.input.parameters, serverUrl);
      if (vector.result === 'valid') {
        if (isUnsupportedSearch(query)) throw new Error(query.unsupported);
        expect(matchesQuery(query, jsonFrom(resource))).toBe(vector.expect);
      } else {
        const refusal = isUnsupportedSearch(query) ? query.unsupported : 'nothing';
        const { name } = vector.input.parameters[0]!;
        expect(refusal).toContain(`search parameter ${name} of ${resource.resourceType}`);
      }
    });
  }
});

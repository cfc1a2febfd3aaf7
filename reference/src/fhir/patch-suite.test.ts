// The public JSON Patch test suite, where its files are beside the repository; the project's own
// cases are in patch.test.ts.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { equalByValue, jsonFrom } from './json-value.ts';
import { applyPatch, isPatchFault, readPatch } from './patch.ts';

interface SuiteCase {
  readonly comment?: string;
  readonly doc: unknown;
  readonly patch: unknown;
  readonly expected?: unknown;
  readonly error?: string;
  /** Set by the suite's authors for cases that depend on how a parser treats duplicate keys. */
  readonly disabled?: boolean;
}

const folder = new URL('../../../../shared/data/json-patch-tests/', import.meta.url);

function casesOf(file: string): SuiteCase[] {
  const url = new URL(file, folder);
  if (!existsSync(url)) {
    process.stderr.write(`notice: ${file} of the JSON Patch test suite is absent, not read.\n`);
    return [];
  }
  const all = JSON.parse(readFileSync(url, 'utf8')) as SuiteCase[];
  return all.filter(({ disabled }) => disabled !== true);
}

function outcomeOf({ doc, patch }: SuiteCase): ReturnType<typeof applyPatch> {
  const operations = readPatch(jsonFrom(patch));
  return isPatchFault(operations) ? operations : applyPatch(jsonFrom(doc), operations);
}

describe('JSON Patch test suite', () => {
  it.each(['spec_tests.json', 'tests.json'])('PSP-CHG-10 %s', (file) => {
    for (const one of casesOf(file)) {
      const title = JSON.stringify(one);
      const result = outcomeOf(one);
      if (one.error !== undefined) {
        expect(isPatchFault(result), title).toBe(true);
      } else {
        if (isPatchFault(result)) throw new Error(`${title}: ${result.detail}`);
        // The suite leaves `expected` out where it only matters that the patch applies.
        const expected = 'expected' in one ? jsonFrom(one.expected) : result;
        expect(equalByValue(result, expected), title).toBe(true);
      }
    }
  });
});

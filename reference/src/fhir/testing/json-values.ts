// Random JSON values and resources for property tests, and short ways to write them by hand.
import fc from 'fast-check';
import { isEntryFault } from '../entry-fault.ts';
import { parseLossless } from '../json-text.ts';
import type { JsonObject, JsonValue } from '../json-value.ts';
import { JsonNumber, isJsonObject } from '../json-value.ts';

/** One seed for every run, so that a failure found once is found again. */
export const propertySeed = { seed: 20_240_501, numRuns: 300 } as const;

const encoder = new TextEncoder();

/** The octets of a text. */
export function octetsOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Reads a JSON text that the test's author knows to be acceptable. */
export function json(text: string): JsonValue {
  const value = parseLossless(octetsOf(text));
  if (isEntryFault(value)) throw new Error(`the test's own JSON: ${value.detail}`);
  return value;
}

/** Keys few enough to meet again, with the characters that pointers and objects treat specially. */
const keys = fc.constantFrom('a', 'b', 'c', '', '0', '1', 'a/b', 'm~n', '~1', 'é', '-', 'value');

const lexemes = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map(String),
  fc.constantFrom(
    '1.10',
    '1.1',
    '1.0',
    '1',
    '-0',
    '0',
    '0.0',
    '1e2',
    '100',
    '12345678901234567890',
  ),
);

const scalars: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.constantFrom('', 'x', 'y', '"', '\\', '\u0001', 'ü', '😀', '1'),
  lexemes.map((lexeme) => new JsonNumber(lexeme)),
);

/** Values up to four deep. */
export const jsonValues: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 4, withCrossShrink: true },
    scalars,
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(keys, tie('value')), { maxLength: 5 })
      .map((members): JsonValue => new Map(members)),
  ),
})).value;

const serverMembers = fc.record(
  { versionId: fc.constantFrom('1', '2'), lastUpdated: fc.constantFrom('2024-01-01T00:00:00Z') },
  { requiredKeys: [] },
);

const metas: fc.Arbitrary<JsonValue | undefined> = fc.option(
  fc.tuple(serverMembers, fc.option(jsonValues)).map(([server, tag]): JsonValue => {
    const members = new Map<string, JsonValue>(Object.entries(server));
    return tag === null ? members : members.set('tag', tag);
  }),
  { nil: undefined },
);

/** Resources of one identity that differ in everything else, server-owned meta included. */
export const resources: fc.Arbitrary<JsonObject> = fc
  .tuple(jsonValues, metas)
  .map(([content, meta]) => {
    const members = new Map<string, JsonValue>([
      ['resourceType', 'Basic'],
      ['id', 'b1'],
    ]);
    if (meta !== undefined) members.set('meta', meta);
    if (isJsonObject(content)) for (const [key, value] of content) members.set(key, value);
    else members.set('content', content);
    return members;
  });

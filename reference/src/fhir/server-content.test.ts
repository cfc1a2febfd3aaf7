import { describe, expect, it } from 'vitest';
import { ChangeType } from '../wire/messages.ts';
import { parseLossless } from './json-text.ts';
import type { JsonValue } from './json-value.ts';
import { isEntryFault } from './entry-fault.ts';
import { isServerContent, isServerContentToTheLetter } from './server-content.ts';

const encoder = new TextEncoder();
const value = (text: string): JsonValue => {
  const parsed = parseLossless(encoder.encode(text));
  if (isEntryFault(parsed)) throw new Error(parsed.detail);
  return parsed;
};
const update = (patch: string) => ({ type: ChangeType.UPDATE, payload: encoder.encode(patch) });
const patient = (rest: string): JsonValue => value(`{"resourceType":"Patient","id":"a"${rest}}`);

describe('content at a server', () => {
  it.each([
    ['', ',"meta":{"versionId":"1","lastUpdated":"x"}', true],
    ['', ',"meta":{"versionId":"1","source":"#request"}', true],
    [',"meta":{"source":"#old"}', ',"meta":{"source":"#new","versionId":"2"}', true],
    [',"meta":{"tag":[]}', ',"meta":{"source":"#new","tag":[]}', true],
    [',"meta":{"tag":[]}', ',"meta":{"source":"#new"}', false],
    [',"x":1.10', ',"x":1.1', false],
    ['', ',"x":1', false],
    ['', ',"source":"x"', false],
  ])('%s is %s: %s', (expected, found, same) => {
    expect(isServerContentToTheLetter(patient(expected), patient(found), [])).toBe(same);
    if (same) expect(isServerContent(patient(expected), patient(found), [])).toBe(true);
  });

  it.each([
    ['1.10', '1.1', true],
    ['12345678901234567890.120', '12345678901234567000', true],
    ['0.000000001', '0.0000000010', true],
    ['1.10', '1.11', false],
    ['1', '"1"', false],
    ['1e999', '1e998', false],
    ['0', '-0.0', true],
    ['0', '1e-999', true],
  ])('S35: %s rendered as %s by way of a double: %s', (expected, found, same) => {
    const [mine, theirs] = [expected, found].map((n) => patient(`,"x":[${n}]`));
    expect(isServerContent(mine!, theirs!, [])).toBe(same);
    expect(isServerContentToTheLetter(mine!, theirs!, [])).toBe(false);
    const sourced = patient(`,"x":[${found}],"meta":{"source":"#new"}`);
    expect(isServerContent(mine!, sourced, [])).toBe(same);
    expect(isServerContent(mine!, sourced, [update('no patch')])).toBe(false);
  });

  it.each([
    ['[{"op":"replace","path":"/meta/source","value":"mine"}]', false],
    ['[{"op":"test","path":"/meta/source","value":"mine"}]', false],
    ['[{"op":"add","path":"/meta","value":{"tag":[]}}]', false],
    ['this is no patch', false],
    ['[{"op":"replace","path":"/meta/tag","value":[]}]', true],
    ['[{"op":"replace","path":"/source","value":"mine"}]', true],
    ['[{"op":"add","path":"/meta/source/x","value":"mine"}]', false],
    ['[{"op":"add","path":"/meta/sources","value":"mine"}]', true],
  ])('meta.source counts where a change speaks of it: %s', (patch, same) => {
    const [mine, theirs] = [',"meta":{"source":"mine"}', ',"meta":{"source":"#new"}'].map(patient);
    expect(isServerContent(mine!, theirs!, [update(patch)])).toBe(same);
    expect(isServerContent(mine!, mine!, [update(patch)])).toBe(true);
  });
});

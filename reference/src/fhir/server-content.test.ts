import { describe, expect, it } from 'vitest';
import { ChangeType } from '../wire/messages.ts';
import { parseLossless } from './json-text.ts';
import type { JsonValue } from './json-value.ts';
import { isEntryFault } from './entry-fault.ts';
import { isServerContent } from './server-content.ts';

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
    expect(isServerContent(patient(expected), patient(found), [])).toBe(same);
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

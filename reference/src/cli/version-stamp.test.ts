import { describe, expect, it } from 'vitest';
import { readIdentity } from '../fhir/scan-json.ts';
import { withVersionId } from './version-stamp.ts';

const stamped = (text: string): string =>
  Buffer.from(withVersionId(Buffer.from(text), '7')).toString();

describe('withVersionId', () => {
  it.each([
    ['no meta', '{"resourceType":"Patient","id":"p"}'],
    ['an empty meta', '{"resourceType":"Patient","meta":{ },"id":"p"}'],
    ['a meta with other members', '{"meta" : {"tag":[{"meta":{}}]},"resourceType":"P","id":"p"}'],
    ['a nested meta first', '{"contained":[{"meta":{"x":1}}],"id":"p","resourceType":"Patient"}'],
    ['a string that looks like one', '{"id":"p","resourceType":"P","a":"\\"meta\\":{"}'],
    ['an escaped key', '{"id":"p","resourceType":"P","\\u006deta":{"source":"s"}}'],
  ])('PSP-DATA-1: adds to %s and leaves every other octet', (_, text) => {
    const result = stamped(text);
    expect(readIdentity(Buffer.from(result))).toMatchObject({ id: 'p', versionId: '7' });
    const added = /("meta":\{"versionId":"7"\},|"versionId":"7",?)/.exec(result)?.[0] ?? '';
    expect(result.replace(added, '')).toBe(text);
  });

  it.each([
    ['a version', '{"resourceType":"Patient","id":"p","meta":{"versionId":"1"}}'],
    ['no JSON', '{"resourceType":'],
    ['a meta that is no object', '{"resourceType":"Patient","id":"p","meta":null}'],
  ])('leaves what has %s as it is', (_, text) => {
    expect(stamped(text)).toBe(text);
  });
});

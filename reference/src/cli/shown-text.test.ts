// What others wrote, on a terminal of ours.
import { describe, expect, it } from 'vitest';
import { parseLossless } from '../fhir/json-text.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { prettyJson, visibleJson } from './json-print.ts';
import { shownName } from './shown-name.ts';

describe('names and texts of others', () => {
  it('PSP-ID-4: a name can neither steer the terminal nor turn the line around', () => {
    expect(shownName('Tab\u001b[2Jlet\u009b1m \u202eB\u2066\u200f')).toBe('Tab[2Jlet1m B');
    expect(shownName('\u0007\u202e ')).toBe('unnamed device');
    expect(shownName('é'.repeat(65))).toBe(`${'é'.repeat(64)}…`);
    expect(shownName('आशा 🏥')).toBe('आशा 🏥');
  });

  it('prints JSON with every number as written, and escapes what is invisible', () => {
    const source = '{"a":1.10,"b":[],"c":{},"d":[12345678901234567890,"x\u009b\u202e"],"e":null}';
    const value = parseLossless(Buffer.from(source));
    if (isEntryFault(value)) throw new Error(value.detail);
    const printed = prettyJson(value);
    expect(printed).toContain('"a": 1.10,\n  "b": [],\n  "c": {}');
    expect(printed).toContain('    12345678901234567890,\n    "x\\u009b\\u202e"\n  ]');
    expect(JSON.parse(printed)).toEqual(JSON.parse(source));
    expect(visibleJson('[\n\t"\u{e0001}"]')).toBe('[\n\t"\\udb40\\udc01"]');
  });
});

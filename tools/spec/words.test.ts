// The words of the prose against the tables: terms, names in capitals, fields, limits, hex. Each
// rule is seen to fail, and to pass where it has to.
import { describe, expect, it } from 'vitest';
import { chapterOf } from './document.ts';
import { checkHex } from './hex.ts';
import { checkConstants, checkFields, checkLimits } from './names.ts';
import type { Names } from './names.ts';
import { findRequirements } from './requirements.ts';
import { checkCapitals, checkSynonyms, checkTerms, findTerms } from './terms.ts';

const chapter = (...lines: string[]) => chapterOf('spec/v1/05-a.md', lines.join('\n'));
const shown = (faults: readonly { line: number; message: string }[]) =>
  faults.map(({ line, message }) => `${line} ${message}`);

const glossary = chapterOf(
  'spec/v1/02-conventions.md',
  [
    '| term | meaning |',
    '|---|---|',
    '| **entry** | a resource |',
    '| **a**, **b c** | two |',
  ].join('\n'),
);
const terms = findTerms(glossary);

describe('terms', () => {
  it('are those in bold in the first column of their table', () => {
    expect(terms.map(({ name, line }) => `${line} ${name}`)).toEqual(['3 entry', '4 a', '4 b c']);
  });

  it('are defined once', () => {
    const twice = [...terms, { name: 'Entry', path: 'x.md', line: 9 }];
    const text = chapter('An entry, a and b c.');
    expect(shown(checkTerms(terms, [glossary, text]))).toEqual([]);
    expect(shown(checkTerms(twice, [glossary, text]))).toEqual([
      '9 "Entry" is defined twice, spec/v1/02-conventions.md:3; keep one',
    ]);
  });

  it('are used, outside of their own row and of code', () => {
    expect(shown(checkTerms(terms, [glossary, chapter('Entries, `b c` and a.')]))).toEqual([
      '4 "b c" is defined and used nowhere; delete the row',
    ]);
  });

  it('have no second name', () => {
    const lines = ['The client sends.', 'A packet of 3 bytes.', 'A byte order mark.', '`client`'];
    expect(shown(checkSynonyms([chapter(...lines)]))).toEqual([
      '1 "client" is no term of chapter 2; say endpoint, sender or receiver',
      '2 "packet" is no term of chapter 2; say frame',
      '2 "bytes" is no term of chapter 2; say octet',
    ]);
  });

  it('may have one in what is made from data and in appendices about other documents', () => {
    const rendered = ['<!-- render: enum X -->', 'a packet', '<!-- /render -->'];
    expect(checkSynonyms([chapter(...rendered)])).toEqual([]);
    expect(checkSynonyms([chapterOf('spec/v1/appendix-c-x.md', 'a client')])).toEqual([]);
  });

  it('are written as in their table, but for names of the schema', () => {
    const text = chapter('Entry one.', 'the Entry two', 'the Entrys', '> of Entry');
    expect(shown(checkCapitals(terms, [text], new Set()))).toEqual([
      '2 "Entry" is written with a small letter, as in the table of terms',
      '3 "Entry" is written with a small letter, as in the table of terms',
    ]);
    expect(checkCapitals(terms, [text], new Set(['Entry']))).toEqual([]);
  });
});

const names: Names = {
  errors: new Set(['TIMEOUT']),
  constants: new Set(['TIMEOUT', 'FRAME_TOO_LARGE', 'FULL']),
  fields: new Set(['max_frame_octets']),
};
const constants = (...lines: string[]) =>
  checkConstants([chapter(...lines)], names).map(({ message }) => message.split(' ')[0]);

describe('names', () => {
  it('in capitals stand in a table', () => {
    expect(constants('give up with TIMEOUT, FRAME_TOO_LARGE')).toEqual([]);
    expect(constants('give up with TIMEOUTS')).toEqual(['TIMEOUTS']);
    expect(constants('answer with Reject BUZY and `FRAME_TOO_BIG`')).toEqual([
      'BUZY',
      'FRAME_TOO_BIG',
    ]);
  });

  it('of fields are those of the schema', () => {
    const text = chapter('`max_frame_octets` and `Limits.max_frame_bits`', 'max_plain');
    expect(shown(checkFields([text], names))).toEqual([
      '1 max_frame_bits is no field of proto/fhirpeersync/v1; correct it, or add it there',
    ]);
  });
});

describe('limits', () => {
  const limits = [{ value: 8192 }, { min: 1, max: 1_048_576, default: [30] }];
  const faults = (text: string) => {
    const { requirements } = findRequirements(chapter(`- **[PSP-FRAME-4]** ${text}`));
    return shown(checkLimits(requirements, limits));
  };

  it('in a requirement are those of the table, in any writing', () => {
    expect(faults('A reader MUST take 8 192 octets, 1 MiB and 30 seconds.')).toEqual([]);
    expect(faults('A reader MUST take 8 193 octets.')).toEqual([
      '1 PSP-FRAME-4 names 8 193 octets, which spec/v1/limits.json does not have; add it there',
    ]);
  });

  it('are not the numbers of a format', () => {
    expect(faults('A reader MUST take a tag of 5 octets.')).toEqual([]);
    expect(faults('A reader MUST take a tag of 6 octets.')).toHaveLength(1);
  });
});

describe('hex', () => {
  const hex = (...lines: string[]) => shown(checkHex(chapter(...lines)));
  const byHand = 'octets written by hand: include them from a vector with <!-- render: … -->';
  const bare =
    'a frame or message is shown field by field: render it as frame, sealed or annotated';

  it('in a block comes from a vector', () => {
    expect(hex('```text', '00 00 00 01 1e', '```')).toEqual([`2 ${byHand}`]);
    expect(hex('```', `key ${'ab'.repeat(16)}`, '```')).toEqual([`2 ${byHand}`]);
    const region = ['<!-- render: vector server#SRV-0201 expect -->', '```text', '00 00 00 01'];
    expect(hex(...region, '```', '<!-- /render -->')).toEqual([]);
    expect(hex('```text', 'x = 10 + 12', '```', 'In a sentence: `1f 08 01 02`.')).toEqual([]);
  });

  it('of a frame or message is shown field by field', () => {
    expect(hex('<!-- render: vector frame#FRM-0002 input -->')).toEqual([`1 ${bare}`]);
    expect(hex('<!-- render: vector sealed-frame#SEA-0004 input.frame -->')).toEqual([`1 ${bare}`]);
    expect(hex('<!-- render: sealed sealed-frame#SEA-0004 input.frame -->')).toEqual([]);
  });
});

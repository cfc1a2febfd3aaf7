// The form of normative sentences: what is taken, what is refused.
import { describe, expect, it } from 'vitest';
import { chapterOf } from './document.ts';
import {
  checkNumbering,
  findRequirements,
  findStrayWords,
  findWordsInData,
} from './requirements.ts';

const chapter = (...lines: string[]) => chapterOf('spec/v1/05-frames.md', lines.join('\n'));
const messages = (...lines: string[]) =>
  findRequirements(chapter(...lines)).faults.map(({ message }) => message);
const sentence = (text: string) => `- **[PSP-FRAME-1]** ${text}`;

describe('a requirement', () => {
  it('is read with its id, level, actor, sentence and place', () => {
    const text = 'A reader MUST NOT trust `a. B` of PSP-MSG-2, in 64 KiB.';
    expect(findRequirements(chapter('# Frames', '', sentence(text)))).toEqual({
      requirements: [
        {
          id: 'PSP-FRAME-1',
          area: 'FRAME',
          number: 1,
          level: 'MUST NOT',
          actor: 'reader',
          text,
          path: 'spec/v1/05-frames.md',
          line: 3,
        },
      ],
      faults: [],
    });
  });

  it('goes on in lines that are indented by two', () => {
    const found = findRequirements(
      chapter(sentence('A sender MUST'), '  go on.', '', '  Not this one.'),
    );
    expect(found.requirements.map(({ text }) => text)).toEqual(['A sender MUST go on.']);
  });

  it.each([
    ['A reader MUST read', 'does not end with a full stop'],
    ['A reader MUST read. It writes.', 'is more than one sentence'],
    ['A reader reads.', 'has 0 words of BCP 14 instead of one'],
    ['A reader MUST read and MAY write.', 'has 2 words of BCP 14 instead of one'],
    ['The limit MUST be 5.', 'names no actor before its BCP 14 word'],
    ['`A reader` MUST read.', 'names no actor before its BCP 14 word'],
  ])('is refused: %s', (text, message) => {
    expect(messages(sentence(text))).toEqual([`PSP-FRAME-1 ${message}`]);
  });

  it.each([
    '- [PSP-FRAME-1] A reader MUST read.',
    '* **[PSP-FRAME-1]** A reader MUST read.',
    '- **[PSP-FRAME-01]** A reader MUST read.',
    '- **[PSP-FRAME-1]**  A reader MUST read.',
  ])('is refused for its form: %s', (line) => {
    expect(messages(line)).toEqual(['a requirement is `- **[PSP-AREA-n]** Sentence.`']);
  });

  it('is not looked for in code', () => {
    const lines = ['```text', '- **[PSP-FRAME-1]** no', '```', 'The form `[PSP-FRAME-1]`.'];
    expect(findRequirements(chapter(...lines))).toEqual({ requirements: [], faults: [] });
  });
});

describe('a word of BCP 14', () => {
  const stray = (...lines: string[]) =>
    findStrayWords(chapter(...lines)).map(({ line, message }) => `${line} ${message}`);

  it('is found outside of a requirement', () => {
    expect(stray('A reader MUST read.', '', 'It MAY write.')).toEqual([
      '1 MUST stands outside a requirement',
      '3 MAY stands outside a requirement',
    ]);
  });

  it('is found after a requirement has ended', () => {
    expect(stray(sentence('A reader MUST'), '  read.', 'It MAY write.')).toEqual([
      '3 MAY stands outside a requirement',
    ]);
  });

  it('is refused everywhere when a synonym will do', () => {
    expect(stray(sentence('A reader SHALL read.'))).toEqual([
      '1 SHALL has a synonym among the five',
    ]);
  });

  it('is found in data and schema', () => {
    const sources = [{ path: 'a.proto', text: '// It must.\n// It MUST NOT.' }];
    expect(findWordsInData(sources)).toEqual([
      {
        path: 'a.proto',
        line: 2,
        message: 'MUST NOT stands outside a requirement; say it in a chapter, with an id',
      },
    ]);
  });

  it('may be talked about in quotes and code', () => {
    expect(stray('The words "MUST NOT", "SHALL" and `MAY`.', '```text', 'MUST', '```')).toEqual([]);
  });
});

describe('numbers', () => {
  const numbered = (...ids: string[]) =>
    findRequirements(chapter(...ids.map((id) => `- **[${id}]** A reader MUST read.`))).requirements;
  const faults = (retired: string[], ...ids: string[]) =>
    checkNumbering(numbered(...ids), new Set(retired)).map(({ message }) => message);

  it('run without a gap in each area, in any order', () => {
    expect(faults([], 'PSP-A-2', 'PSP-B-1', 'PSP-A-1')).toEqual([]);
  });

  it('are used once', () => {
    expect(faults([], 'PSP-A-1', 'PSP-A-1')).toEqual(['PSP-A-1 is taken, spec/v1/05-frames.md:1']);
  });

  it('are missed where nothing was retired', () => {
    expect(faults([], 'PSP-A-1', 'PSP-A-3')).toEqual(['PSP-A-2 is missing and not retired']);
    expect(faults(['PSP-A-2'], 'PSP-A-1', 'PSP-A-3')).toEqual([]);
  });

  it('are never used again', () => {
    expect(faults(['PSP-A-1'], 'PSP-A-1')).toEqual(['PSP-A-1 was given up for good']);
  });
});

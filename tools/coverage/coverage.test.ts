// The index, its gates and the page, over small made-up repositories and over this one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { cellsOf } from './cells.ts';
import {
  brokenMutants,
  openCells,
  openSentences,
  slackThreshold,
  staleExclusions,
  tooFewProven,
} from './gates.ts';
import type { IndexEntry } from './index.ts';
import { coverageData, coveragePage } from './page.ts';
import { countOf, percent, proofOf } from './proof.ts';
import { generatedFiles, readRepository } from './repository.ts';
import { countLine, countsByLevel } from './summary.ts';

const root = join(import.meta.dirname, '..', '..');
// Made of parts: an id that no sentence has is no citation.
const idOf = (number: number): string => ['PSP', 'X', number].join('-');

function entry(number: number, more: Partial<IndexEntry> = {}): IndexEntry {
  return {
    id: idOf(number),
    level: 'MUST',
    role: 'reader',
    text: 'A reader MUST read.',
    hash: `${number}`.repeat(64),
    anchor: '05-frames.md#reading',
    observability: { kind: 'wire' },
    cases: ['RCV-0001'],
    namedBy: [],
    vectors: [],
    mutants: [],
    ...more,
  };
}

const result = (name: string, killed: boolean) => {
  return { name, breaks: idOf(1), killed, cases: ['RCV-0001'], row: 'a' };
};
const open = { observability: { kind: 'open' }, cases: [] } as const;
const none = { observability: { kind: 'none', class: 'local', reason: 'No octet.' } } as const;

describe('gate: a sentence without a case', () => {
  it('is named with its place, and what to do', () => {
    const [fault] = openSentences([entry(1), entry(2, open), entry(3, { ...none, cases: [] })]);
    expect(fault).toContain(`${idOf(2)} (MUST), spec/v1/05-frames.md#reading`);
    expect(fault).toContain('conformance/data/exclusions.json');
    expect(fault).not.toContain(idOf(1));
    expect(fault).not.toContain(idOf(3));
  });

  it('fails for a SHOULD too, and not for a MAY', () => {
    expect(openSentences([entry(1, { ...open, level: 'SHOULD NOT' })])).toHaveLength(1);
    expect(openSentences([entry(1, { ...open, level: 'MAY' })])).toEqual([]);
  });
});

describe('gate: an exclusion', () => {
  const reason = { class: 'local', reason: 'No octet.' };

  it('goes when the sentence has a case or is gone', () => {
    const faults = staleExclusions([entry(1), entry(2, none)], {
      [idOf(1)]: reason,
      [idOf(2)]: reason,
      [idOf(9)]: reason,
    });
    expect(faults).toEqual([
      `${idOf(1)} is excluded and has cases (RCV-0001); delete the exclusion`,
      `${idOf(9)} is excluded and does not exist; delete the exclusion`,
    ]);
  });
});

describe('gate: proof', () => {
  const killed = entry(1, { mutants: ['one'] });
  const survived = entry(2, { mutants: ['two', 'three'] });
  const results = [result('one', true), result('two', false), result('three', true)];

  it('is that every mutant of the sentence was killed', () => {
    expect(proofOf(killed, results)).toBe('killed');
    expect(proofOf(survived, results)).toBe('survived');
    expect(proofOf(entry(3, { mutants: ['one', 'four'] }), results)).toBe('not run');
    expect(proofOf(entry(3), results)).toBe('no mutant');
  });

  it('counts what has a case, and rounds down', () => {
    const index = [killed, survived, entry(3, none), entry(4, open)];
    const count = { sentences: 4, cased: 2, excluded: 1, open: 1, proven: 1 };
    expect(countOf(index, results)).toEqual(count);
    expect(percent(2_849, 3_000)).toBe(94.9);
    expect(countLine(countsByLevel(index, results)[0]!)).toContain('1 proven (50 %');
  });

  it('fails below the threshold and names what is unproven', () => {
    const thresholds = { provenMustPercent: 51, provenMustPercentAim: 95 };
    const [fault] = tooFewProven([killed, survived], results, thresholds);
    expect(fault).toContain('50 %');
    expect(fault).toContain(`${idOf(2)}: survived`);
    expect(tooFewProven([killed], results, thresholds)).toEqual([]);
  });

  it('asks to raise a threshold that lies below what is reached, up to the aim', () => {
    const low = { provenMustPercent: 49, provenMustPercentAim: 95 };
    expect(slackThreshold([killed, survived], results, low)[0]).toContain('from 49 to 50');
    expect(slackThreshold([killed], results, low)[0]).toContain('from 49 to 95');
    const right = { ...low, provenMustPercent: 95 };
    expect(slackThreshold([killed], results, right)).toEqual([]);
  });
});

describe('gate: mutants', () => {
  const mutant = (name: string, digest: string) => {
    return { name, breaks: idOf(1), digest, kills: [{}] };
  };

  it('were run as they are now, and no others', () => {
    const mutants = [mutant('one', 'a'), mutant('two', 'b'), mutant('three', 'c')];
    const results = [result('one', true), result('two', true), result('gone', true)];
    const [fault] = brokenMutants(mutants, results);
    for (const line of ['two has changed', 'three was not run', 'gone is gone']) {
      expect(fault).toContain(line);
    }
    expect(brokenMutants([mutant('one', 'a')], [result('one', true)])).toEqual([]);
  });

  it('name a case', () => {
    const bare = { ...mutant('one', 'a'), kills: [] };
    expect(brokenMutants([bare], [result('one', true)])[0]).toContain('mutant one names no case');
  });
});

describe('gate: cells of a state table', () => {
  const table = { states: [{ name: 'OPEN' }], events: [{ name: 'ACK' }, { name: 'END' }] };
  const untestable = [{ role: 'sender', cell: 'OPEN/END', why: 'Nothing ends.' }] as const;

  it('are cased, untestable with a reason, or open', () => {
    const cells = cellsOf('sender', table, [], untestable);
    expect(cells).toMatchObject({ cells: 2, open: ['OPEN/ACK'], unknown: [] });
    expect(openCells([cells])[0]).toContain('OPEN/ACK');
    expect(openCells([{ ...cells, open: [] }])).toEqual([]);
  });

  it('are those of the table', () => {
    const wrong = [{ role: 'sender', cell: 'SHUT/END', why: 'Nothing ends.' }] as const;
    const faults = openCells([cellsOf('sender', table, [], wrong)]);
    expect(faults.at(-1)).toContain('SHUT/END is named');
  });
});

describe('the page', () => {
  it('shows requirements with proof, exclusions, transitions and kills, and no date', () => {
    const index = [entry(1, { mutants: ['one'] }), entry(2, none), entry(3, open)];
    const cells = [cellsOf('sender', { states: [], events: [] }, [], [])];
    const results = [{ ...result('one', false), why: 'it passes' }];
    const page = coveragePage({ index, results, cells, score: undefined });
    expect(page).toContain('| RCV-0001 | – | survived: `one` |');
    expect(page).toContain('| local | No octet. |');
    expect(page).toContain(`Neither a case nor an exclusion: [${idOf(3)}]`);
    expect(page).toContain('**survived**: it passes');
    expect(page).not.toContain(String(new Date().getFullYear()));
    const data = coverageData({ index, results, cells, score: undefined });
    expect(data).toMatchObject({ format: 1, requirements: [{ proof: 'survived' }, {}, {}] });
  });

  it('shows the score of mutation testing where one is recorded', () => {
    const wire = { name: 'wire', date: '2026-05-01', mutants: 10, killed: 9, survived: 1, left: 7 };
    const score = { command: 'npm run mutation', modules: [wire] };
    expect(coveragePage({ index: [], results: [], cells: [], score })).toContain(
      '| wire | 2026-05-01 | 10 | 9 | 1 | 90 % | 7 |',
    );
  });
});

describe('this repository', () => {
  it('has an index that its schema allows, sorted, with a place for every sentence', async () => {
    const repository = readRepository(root);
    const path = join(root, 'spec', 'v1', 'schema', 'requirements.schema.json');
    const matches = new Ajv2020({ strict: true, allErrors: true }).compile(
      JSON.parse(readFileSync(path, 'utf8')) as object,
    );
    const files = await generatedFiles(repository);
    const index = JSON.parse(
      files.get(join('spec', 'v1', 'requirements.json')) ?? '',
    ) as IndexEntry[];
    matches(index);
    expect(matches.errors).toBeNull();
    expect(index.length).toBeGreaterThan(250);
    expect(matches([{ ...index[0], hash: 'none' }])).toBe(false);
    const frames = index.filter(({ id }) => id.startsWith('PSP-FRAME-'));
    const numbers = frames.map(({ id }) => Number(id.split('-')[2]));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(frames.some(({ vectors }) => vectors.length > 0)).toBe(true);
  });
});

// Regions and what fills them: definitions of the schema, tables of the data, hex of the vectors.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { grouped, renderRecords, select } from './records.ts';
import { differences, fillRegions, RenderError } from './regions.ts';
import { parseSchema, renderDefinition, renderEnum, renderWireImage } from './schema.ts';
import { renderDiagram, renderStates, renderVocabulary } from './states.ts';
import { hexBlock, renderVector } from './vector-hex.ts';

const renderers = new Map([
  ['say', (words: readonly string[]) => words],
  [
    'fail',
    () => {
      throw new RenderError('no data');
    },
  ],
]);
const fill = (...lines: string[]) => fillRegions('a.md', lines.join('\n'), renderers);

describe('a region', () => {
  it('is filled, again with the same result, and nothing else is touched', () => {
    const filled = fill('a', '<!-- render: say x y -->', 'old', '<!-- /render -->', 'b');
    const expected = 'a\n<!-- render: say x y -->\n\nx\ny\n\n<!-- /render -->\nb';
    expect(filled.text).toBe(expected);
    expect(filled.faults).toEqual([]);
    expect(filled.changes).toEqual([{ line: 3, before: ['old'], after: ['', 'x', 'y', ''] }]);
    expect(fillRegions('a.md', filled.text, renderers).text).toBe(expected);
  });

  it.each([
    [['<!-- render: say x -->', 'b'], 'region without <!-- /render -->'],
    [
      ['<!-- render: say x -->', '<!-- render: say y -->', '<!-- /render -->'],
      'region without <!-- /render -->',
    ],
    [['<!-- render: none -->', '<!-- /render -->'], 'nothing renders "none"'],
    [['<!-- render: fail -->', 'kept', '<!-- /render -->'], 'no data'],
    [['<!-- render:say -->', '<!-- /render -->'], 'not a directive that can be read'],
  ])('that cannot be filled is told and left: %s', (lines, message) => {
    const filled = fill(...lines);
    expect(filled.faults[0]).toEqual({ path: 'a.md', line: 1, message });
    expect(filled.text).toContain(lines[0]);
    if (message === 'no data') expect(filled.text).toBe(lines.join('\n'));
  });

  it('that differs is shown by its lines, and by no others', () => {
    const change = { line: 5, before: ['a', 'b', 'c'], after: ['a', 'x', 'y', 'c'] };
    expect(differences(change, 9)).toEqual(['@ line 6', '- b', '+ x', '+ y']);
    expect(differences(change, 1)).toEqual(['@ line 6', '- b', '… 2 more']);
  });

  it('that is as it should be is no change', () => {
    expect(fill('<!-- render: say x -->', '', 'x', '', '<!-- /render -->').changes).toEqual([]);
  });
});

describe('the schema', () => {
  const schema = parseSchema(
    [
      'package x;',
      '',
      '// Not this.',
      '',
      '// A thing.',
      'message Thing {',
      '  reserved 15000 to 15999;',
      '  repeated uint32 versions = 1;',
      '  Kind kind = 2;',
      '  Other other = 3;',
      '  bytes octets = 16;',
      '  string text = 5;',
      '}',
      'message Other {',
      '}',
      'enum ThingKind {',
      '  // Nothing',
      '  // at all.',
      '  THING_KIND_UNSPECIFIED = 0;',
      '}',
    ].join('\n'),
  );

  it('gives a definition with its comment', () => {
    const lines = renderDefinition(schema, 'Thing');
    expect(lines.slice(0, 3)).toEqual(['```protobuf', '// A thing.', 'message Thing {']);
    expect(lines.slice(-2)).toEqual(['}', '```']);
    expect(() => renderDefinition(schema, 'None')).toThrow(RenderError);
  });

  it('gives the tags of every field', () => {
    const rows = renderWireImage(schema, 'Thing').slice(2);
    expect(rows.map((row) => row.split(' | ').slice(1, 4))).toEqual([
      ['1', 'repeated uint32', '`0a` packed, `08` not packed'],
      ['2', 'Kind', '`10`'],
      ['3', 'Other', '`1a`'],
      ['16', 'bytes', '`8201`'],
      ['5', 'string', '`2a`'],
    ]);
    expect(renderWireImage(schema, 'Other')).toHaveLength(1);
  });

  it('gives the values of an enum', () => {
    expect(renderEnum(schema, 'ThingKind').slice(2)).toEqual([
      '| 0 | `UNSPECIFIED` | Nothing at all. |',
    ]);
  });
});

describe('records', () => {
  it('become a table of the keys that have values', () => {
    const records = [
      { name: 'a_b', text: 'x|y', unit: 'octets', maxValue: 4194304, empty: '', on: true },
      { name: 'c d', list: ['x', 'y'], range: { min: 1, max: 2 } },
    ];
    expect(renderRecords(records, ['unit'])).toEqual([
      '| name | text | max value | on | list | range |',
      '|---|---|---|---|---|---|',
      '| `a_b` | x\\|y | 4 194 304 | yes | – | – |',
      '| c d | – | – | – | x, y | min 1, max 2 |',
    ]);
  });

  it('show a range in one piece, behind the value', () => {
    const records = [
      { name: 'a', value: 1, unit: 'x' },
      { name: 'b', unit: 'x', max: 3, min: 2 },
    ];
    expect(renderRecords(records)[0]).toBe('| name | value | min | max | unit |');
  });

  it('are selected by key=value', () => {
    const records = [{ scope: 'a', n: 1 }, { scope: 'b' }];
    expect(select(records, ['scope=a'])).toEqual({
      records: [{ scope: 'a', n: 1 }],
      keys: ['scope'],
    });
    expect(() => select(records, ['scope'])).toThrow(RenderError);
  });

  it('show numbers in groups of three', () => {
    expect([999, 1000, 10000, 67108864].map(grouped)).toEqual([
      '999',
      '1 000',
      '10 000',
      '67 108 864',
    ]);
  });
});

describe('a state machine', () => {
  const root = mkdtempSync(join(tmpdir(), 'peersync-states-'));
  mkdirSync(join(root, 'spec', 'v1', 'states'), { recursive: true });
  afterAll(() => rmSync(root, { recursive: true }));
  const cell = (next: string, ...actions: string[]) => ({ next, actions });
  const end = { ...cell('CLOSED', 'CLOSE'), requirement: ['PSP-A-1', 'PSP-A-2'] };
  writeFileSync(
    join(root, 'spec', 'v1', 'states', 'sender.json'),
    JSON.stringify({
      initial: 'OPEN',
      states: [
        {
          name: 'OPEN',
          means: 'Open.',
          timer: { name: 'idle', milliseconds: 2500, since: 'last-frame' },
        },
        { name: 'CLOSED', means: 'Closed.' },
      ],
      events: [
        { name: 'ACK', kind: 'message', means: 'Ack.' },
        { name: 'OFFER', kind: 'message', means: 'Offer.' },
        { name: 'RECEIPT', kind: 'message', means: 'Receipt.' },
        { name: 'END', kind: 'peer', means: 'End.' },
      ],
      actions: [{ name: 'CLOSE', means: 'Close.' }],
      transitions: {
        OPEN: {
          ACK: cell('OPEN', 'NOTE_ACK'),
          OFFER: cell('CLOSED', 'SEND_ABORT'),
          RECEIPT: end,
          END: end,
        },
        CLOSED: {
          ACK: cell('CLOSED'),
          OFFER: cell('CLOSED'),
          RECEIPT: cell('CLOSED'),
          END: cell('CLOSED'),
        },
      },
    }),
  );

  it('becomes a table for each state with every event once', () => {
    expect(renderStates(root, 'sender')).toEqual([
      '**`OPEN`** — Open. Timer: idle, 2.5 s since last frame.',
      '',
      '| events | next state | actions, in order | requirements |',
      '|---|---|---|---|',
      '| `ACK` | stays | `NOTE_ACK` | – |',
      '| `OFFER` | `CLOSED` | `SEND_ABORT` | – |',
      '| `RECEIPT`, `END` | `CLOSED` | `CLOSE` | PSP-A-1, PSP-A-2 |',
      '',
      '**`CLOSED`** — Closed.',
      '',
      '| events | next state | actions, in order | requirements |',
      '|---|---|---|---|',
      '| `ACK`, `OFFER`, `RECEIPT`, `END` | stays | – | – |',
    ]);
  });

  it('becomes a diagram without the ways in which any session may end', () => {
    expect(renderDiagram(root, 'sender')).toEqual([
      '```mermaid',
      'stateDiagram-v2',
      '    [*] --> OPEN',
      '    OPEN --> OPEN: ACK',
      '    OPEN --> CLOSED: RECEIPT',
      '    CLOSED --> [*]',
      '```',
    ]);
  });

  it('tells what its events and actions mean', () => {
    expect(renderVocabulary(root, 'sender', 'actions').slice(2)).toEqual(['| `CLOSE` | Close. |']);
    expect(() => renderVocabulary(root, 'receiver', 'events')).toThrow(RenderError);
  });
});

describe('a vector', () => {
  const root = mkdtempSync(join(tmpdir(), 'peersync-vector-'));
  mkdirSync(join(root, 'vectors', 'v1'), { recursive: true });
  afterAll(() => rmSync(root, { recursive: true }));
  const octets = Array.from({ length: 17 }, (_, index) => index.toString(16).padStart(2, '0'));
  writeFileSync(
    join(root, 'vectors', 'v1', 'frame.json'),
    JSON.stringify({ groups: [{ vectors: [{ id: 'f-1', expect: { k: octets.join('') } }] }] }),
  );

  it('is shown as hex, 16 octets a line', () => {
    const block = ['```text', octets.slice(0, 16).join(' '), '10', '```'];
    expect(renderVector(root, ['frame#f-1', 'expect.k'])).toEqual(block);
    expect(hexBlock('')).toEqual(['```text', '```']);
  });

  it.each([
    [['none#f-1', 'expect.k'], 'vectors/v1/none.json does not exist'],
    [['frame#f-2', 'expect.k'], 'vectors/v1/frame.json has no vector f-2'],
    [['frame#f-1', 'expect.x'], 'frame#f-1 has no text at expect.x'],
  ])('that is missing is told: %s', (words, message) => {
    expect(() => renderVector(root, words)).toThrow(message);
  });
});

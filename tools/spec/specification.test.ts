// The directives over a small repository: tables of its data, the index of its requirements, and
// data that names a requirement which is not there.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkData, renderChapters, renderersOf } from './specification.ts';

const root = mkdtempSync(join(tmpdir(), 'peersync-specification-'));

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
}

beforeAll(() => {
  write('spec/v1/limits.json', {
    limits: [
      { name: 'cursor', value: 256, scope: 'message', requirement: ['PSP-A-1'] },
      { name: 'idle', value: 30, scope: 'timer', requirement: 'PSP-A-7' },
    ],
  });
  write('spec/v1/registries.json', {
    registries: [{ name: 'capabilities', entries: [{ id: 1, name: 'deflate' }] }],
  });
  write('spec/v1/states/sender.json', {
    transitions: { OPEN: { ACK: { next: 'OPEN', requirement: ['PSP-A-8', 'PSP-A-1'] } } },
  });
  write('proto/fhirpeersync/v1/a.proto', '// A.\nmessage A {\n}\n');
  write(
    'spec/v1/01-a.md',
    [
      '- **[PSP-A-1]** A reader MUST read.',
      '<!-- render: limits scope=timer -->',
      'old',
      '<!-- /render -->',
      '<!-- render: errors -->',
      '<!-- /render -->',
    ].join('\n'),
  );
});
afterAll(() => rmSync(root, { recursive: true }));

const render = (name: string, ...words: string[]) => renderersOf(root).get(name)?.(words);

describe('directives', () => {
  it('show data as tables', () => {
    expect(render('limits', 'scope=message')?.at(-1)).toBe('| `cursor` | 256 | PSP-A-1 |');
    expect(render('registry', 'capabilities')?.at(-1)).toBe('| 1 | `deflate` |');
    expect(() => render('registry', 'none')).toThrow('no registry "none"');
    expect(render('proto', 'A')).toContain('// A.');
  });

  it('list the requirements', () => {
    expect(render('requirements')?.at(-1)).toBe('| PSP-A-1 | must | reader | [01](01-a.md) |');
  });

  it('fill a chapter, and tell where data is missing', () => {
    const [chapter] = renderChapters(root);
    expect(chapter?.text).toContain('| `idle` | 30 | PSP-A-7 |');
    expect(chapter?.text).not.toContain('old');
    expect(chapter?.faults).toEqual([
      { path: 'spec/v1/01-a.md', line: 5, message: 'spec/v1/errors.json does not exist' },
    ]);
  });
});

describe('data', () => {
  it('names requirements that exist', () => {
    const found = checkData(root, new Set(['PSP-A-1'])).map(
      ({ path, message }) => `${path}: ${message}`,
    );
    expect(found).toEqual([
      'spec/v1/limits.json: requirement PSP-A-7 does not exist',
      'spec/v1/states/sender.json: requirement PSP-A-8 does not exist',
    ]);
  });
});

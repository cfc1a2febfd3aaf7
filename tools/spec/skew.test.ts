// The table of builds of different age, from data made here.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RenderError } from './regions.ts';
import { renderSkew } from './skew.ts';

const root = mkdtempSync(join(tmpdir(), 'peersync-skew-table-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, 'spec/v1'), { recursive: true });
const write = (name: string, data: unknown): void =>
  writeFileSync(join(root, 'spec/v1', name), JSON.stringify(data));

write('registries.json', {
  registries: [{ name: 'capabilities', entries: [{ id: 1, name: 'deflate' }] }],
});
const completed = { outcome: 'completed', by: null, version: 1, capabilities: [1, 9] };
write('skew.json', {
  builds: [{ build: 'old', what: 'an old one' }],
  outcomes: [
    { sender: 'old', receiver: 'old', ...completed, stores: 'equal' },
    { sender: 'old', receiver: 'new', ...completed, capabilities: [], stores: 'different' },
    {
      sender: 'new',
      receiver: 'old',
      outcome: 'rejected CODE',
      by: 'receiver',
      stores: 'untouched',
    },
  ],
});

describe('the table of builds', () => {
  it('has a row for each sender and a column for each receiver', () => {
    expect(renderSkew(root, 'outcomes')).toEqual([
      '| sender \\ receiver | old | new |',
      '|---|---|---|',
      '| old | version 1; `deflate`, 9 | version 1; no capability; stores different |',
      '| new | rejected, `CODE` of the receiver | – |',
    ]);
  });

  it('lists the builds, and nothing that it does not know', () => {
    expect(renderSkew(root, 'builds')).toContain('| old | an old one |');
    expect(() => renderSkew(root, 'others')).toThrow(RenderError);
  });
});

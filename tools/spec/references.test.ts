// Citations and links: what exists passes, what does not is found with its place.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { anchors, chapterOf, readChapters } from './document.ts';
import { checkCitations, checkLinks } from './references.ts';

describe('a citation', () => {
  it('is found when its requirement does not exist', () => {
    const text = 'ok PSP-FRAME-1\n// PSP-FRAME-2: and PSP-FRAME-12\nPSP-FRAME-n';
    const faults = checkCitations(
      [{ path: 'a.ts', text }],
      new Set(['PSP-FRAME-1']),
      new Set(['PSP-FRAME-12']),
    );
    expect(faults.map(({ path, line, message }) => `${path}:${line}: ${message}`)).toEqual([
      'a.ts:2: PSP-FRAME-2 does not exist; correct the id, or write the sentence',
      'a.ts:2: PSP-FRAME-12 was given up for good; cite what took its place',
    ]);
  });
});

describe('anchors', () => {
  it('are those of the headings as the web makes them', () => {
    const text = '# 8. Key *schedule*, `th` and ISK\n## A\n## A\n```\n## B\n```\n<a id="x"></a>';
    expect([...anchors(chapterOf('a.md', text))]).toEqual([
      '8-key-schedule-th-and-isk',
      'a',
      'a-1',
      'x',
    ]);
  });
});

describe('a link', () => {
  const root = mkdtempSync(join(tmpdir(), 'peersync-links-'));
  mkdirSync(join(root, 'spec', 'v1'), { recursive: true });
  afterAll(() => rmSync(root, { recursive: true }));

  it('is found when its file or heading does not exist', () => {
    writeFileSync(join(root, 'spec', 'v1', 'b.md'), '# Title\n');
    writeFileSync(
      join(root, 'spec', 'v1', 'a.md'),
      [
        '# Here',
        '[a](b.md) [b](b.md#title) [c](#here) [d](https://example.org/x#y) `[e](no.md)`',
        '[f](c.md) [g](b.md#other) [h](../v1/b.md#title)',
        '[i]: #nowhere',
      ].join('\n'),
    );
    expect(checkLinks(root, readChapters(root))).toEqual([
      { path: 'spec/v1/a.md', line: 3, message: 'c.md: no such file' },
      { path: 'spec/v1/a.md', line: 3, message: 'b.md#other: no such heading' },
      { path: 'spec/v1/a.md', line: 4, message: '#nowhere: no such heading' },
    ]);
  });
});

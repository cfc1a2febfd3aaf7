// The package as a library: the example that the READMEs show is the one that runs here.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';

const example = new URL('../examples/hand-over.ts', import.meta.url);
const readmes = ['../README.md', '../../README.md'].map((path) => new URL(path, import.meta.url));
const marked = /<!-- example: (\S+) -->\n+```ts\n([\s\S]*?)```\n+<!-- \/example -->/g;

describe('the example of the library', () => {
  it('hands over a resource with its local change', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await import('../examples/hand-over.ts');
      expect(write.mock.calls.flat()).toContain('complete, complete: 1 change\n');
    } finally {
      write.mockRestore();
    }
  });

  it('is shown by the READMEs octet for octet', () => {
    const source = readFileSync(example, 'utf8');
    const shown = readmes
      .filter((readme) => existsSync(readme))
      .flatMap((readme) => [...readFileSync(readme, 'utf8').matchAll(marked)]);
    expect(shown.length).toBeGreaterThan(0);
    for (const [, path, text] of shown) {
      expect(path).toBe('reference/examples/hand-over.ts');
      expect(text).toBe(source);
    }
  });
});

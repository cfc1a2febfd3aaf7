// The kit's copy of the specification's data against the specification.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kitData } from './kit-data.ts';

const root = join(import.meta.dirname, '..');
const files = await kitData(root);

describe('the data of the conformance kit', () => {
  it.each([...files])('kit: %s is current (else: node tools/kit-data.ts)', (path, text) => {
    const written = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
    expect(written).toBe(text);
  });

  it('kit: holds every sentence with its hash', () => {
    const text = files.get(join('conformance', 'data', 'requirements.json')) ?? '';
    const { requirements } = JSON.parse(text) as { requirements: Record<string, string>[] };
    expect(requirements.length).toBeGreaterThan(250);
    expect(requirements[0]).toMatchObject({ id: 'PSP-CONV-1', level: 'MUST', actor: 'writer' });
    for (const { id, sha256 } of requirements) expect(sha256, id).toMatch(/^[0-9a-f]{64}$/);
  });
});

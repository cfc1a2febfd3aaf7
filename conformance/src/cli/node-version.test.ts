import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { oldNode } from './node-version.ts';

describe('the Node.js that runs the kit', () => {
  it.each(['22.18.0', '22.19.1', '23.0.0', '24.21.0'])('%s will do', (version) => {
    expect(oldNode(version)).toBeUndefined();
  });

  it.each(['18.20.4', '20.20.2', '22.17.9'])('%s is told what is needed', (version) => {
    expect(oldNode(version)).toMatch(/^error: The kit needs Node.js 22.18 [^]*npm install node@24/);
    expect(oldNode(version)).toContain(version);
  });

  it('asks for what package.json asks for', () => {
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { engines } = JSON.parse(manifest) as { readonly engines: { readonly node: string } };
    expect(engines.node).toBe('>=22.18');
  });
});

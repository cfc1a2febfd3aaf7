// Keeps the import directions and the purity of the inner layers, and shows that the check bites.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checkConformanceFile,
  checkReferenceFile,
  forTestsOnly,
  importedPackages,
} from './architecture.ts';

const root = join(import.meta.dirname, '..');

function sources(folder: string): { path: string; text: string }[] {
  const cwd = join(root, folder);
  return globSync('**/*.ts', { cwd }).map((path) => ({
    path: path.replaceAll('\\', '/'),
    text: readFileSync(join(cwd, path), 'utf8'),
  }));
}

const messages = (path: string, text: string): string[] =>
  checkReferenceFile(path, text).map((finding) => finding.message);

describe('the tree', () => {
  it('keeps the import directions and pure layers of the reference', () => {
    expect(sources('reference/src').flatMap((s) => checkReferenceFile(s.path, s.text))).toEqual([]);
  });

  it('keeps the conformance kit free of the reference', () => {
    const kit = sources('conformance').filter((s) => !/(^|\/)(dist|node_modules)\//.test(s.path));
    expect(kit.map((s) => s.path)).toContain('src/security/cpace.ts');
    expect(kit.flatMap((s) => checkConformanceFile(s.path, s.text))).toEqual([]);
  });
});

describe.each(['reference', 'conformance'])('package %s', (folder) => {
  it('imports only packages that its package.json names', () => {
    const text = readFileSync(join(root, folder, 'package.json'), 'utf8');
    const manifest = JSON.parse(text) as { dependencies: Record<string, string> };
    const imported = sources(`${folder}/src`)
      .filter((source) => !forTestsOnly.test(source.path))
      .flatMap((source) => importedPackages(source.text));
    expect(imported.filter((name) => !(name in manifest.dependencies))).toEqual([]);
  });
});

describe('a violation is found', () => {
  it.each([
    ['wire/frame.ts', `import { x } from '../security/cpace.ts';`],
    ['wire/frame.ts', `export { x } from '../fhir/json.ts';`],
    ['wire/frame.ts', `type T = import('../store/store.ts').Store;`],
    ['wire/frame.ts', `import { x } from '../../../tools/check.ts';`],
    ['security/cpace.ts', `import { x } from '../machine/step.ts';`],
    ['machine/sender.ts', `import { x } from '../session/driver.ts';`],
    ['fhir/json.ts', `import { x } from '../wire/frame.ts';`],
    ['fhir/json.ts', `import { x } from '../store/store.ts';`],
    ['fhir/changes.ts', `import { X } from '../wire/gen/fhirpeersync/v1/payload.ts';`],
    ['store/memory.ts', `import { x } from '../sync/report.ts';`],
    ['sync/receiver.ts', `import { x } from '../store/store.ts';`],
    ['sync/receiver.ts', `import type { X } from '../store/memory.ts';`],
    ['transport/tcp.ts', `import { x } from '../wire/frame.ts';`],
    ['session/driver.ts', `import { x } from '../store/sqlite.ts';`],
    ['session/driver.ts', `import { x } from '../transport/tcp.ts';`],
    ['session/driver.ts', `const x = await import('../cli/main.ts');`],
    ['session/driver.ts', `import { x } from '../store/store.laws.ts';`],
    ['upload/uploader.ts', `import { x } from '../session/driver.ts';`],
    ['testee/testee.ts', `import { x } from '../cli/program.ts';`],
    ['misc/thing.ts', `export const x = 1;`],
  ])('import in %s: %s', (path, text) => {
    expect(messages(path, text)).toHaveLength(1);
  });

  it.each([
    ['wire/frame.ts', `export async function f(): Promise<void> {}`],
    ['machine/step.ts', `const now = Date.now();`],
    ['machine/step.ts', `const now = new Date();`],
    ['machine/step.ts', `const now = performance.now();`],
    ['fhir/json.ts', `const n = Math.random();`],
    ['fhir/json.ts', `import { readFileSync } from 'node:fs';`],
    ['fhir/json.ts', `import { createHash } from 'node:crypto';`],
    ['security/key.ts', `import { randomBytes } from 'node:crypto';`],
    ['security/key.ts', `import * as crypto from 'node:crypto';`],
    ['security/key.ts', `const b = crypto.getRandomValues(a);`],
    ['sync/classification.ts', `setTimeout(f, 1);`],
    ['sync/classification.ts', `import { Worker } from 'node:worker_threads';`],
  ])('impurity in %s: %s', (path, text) => {
    expect(messages(path, text).length).toBeGreaterThan(0);
  });

  it.each([
    `import { x } from 'peersync';`,
    `import type { X } from 'peersync/wire';`,
    `import { x } from '../../reference/src/index.ts';`,
    `export * from '../../reference/src/wire/frame.ts';`,
    `type T = import('../../reference/src/index.ts').T;`,
    `const x = await import('../../reference/src/index.ts');`,
    `const x = await import(path);`,
    `import { createRequire } from 'node:module';`,
    `import { x } from '@noble/curves/ed25519.js';`,
    `import { x } from '../../tools/check.ts';`,
    `import { x } from './testing/messages.ts';`,
  ])('conformance: %s', (text) => {
    expect(checkConformanceFile('src/peer.ts', text)).toHaveLength(1);
  });
});

it('finds the package behind a subpath', () => {
  const text = `import a from '@noble/curves/ed25519.js'; import b from 'uqr/x'; import 'node:fs';`;
  expect(importedPackages(text)).toEqual(['@noble/curves', 'uqr']);
});

describe('what is allowed passes', () => {
  it.each([
    ['security/key.ts', `import { createHash, hkdfSync } from 'node:crypto';`],
    ['security/key.ts', `import { x } from '../wire/violation.ts';`],
    ['wire/batch.ts', `import { deflateRawSync } from 'node:zlib';`],
    ['fhir/changes.ts', `import type { X } from '../wire/violation.ts';`],
    ['fhir/changes.ts', `import { ChangeType } from '../wire/messages.ts';`],
    ['fhir/instant.ts', `const d = new Date(0); const p = { process: 1 }.process;`],
    ['sync/receiver.ts', `import type { X } from '../store/store.ts';`],
    ['sync/receiver.ts', `export async function f() { await g(); }`],
    ['wire/frame.test.ts', `import { x } from '../session/driver.ts'; Date.now();`],
    ['cli/main.ts', `import { x } from '../store/sqlite.ts';`],
    ['testee/testee.ts', `import { x } from '../session/index.ts';`],
    ['index.ts', `export * from './session/sender.ts';`],
  ])('%s: %s', (path, text) => {
    expect(messages(path, text)).toEqual([]);
  });

  it.each([
    ['src/peer/peer.ts', `import { x } from '../wire/frame.ts'; import s from 'libsodium-x';`],
    ['src/peer/peer.test.ts', `import { x } from '../testing/messages.ts';`],
    ['canaries/echo.ts', `import { x } from '../src/wire/frame.ts';`],
  ])('conformance, %s: %s', (path, text) => {
    expect(checkConformanceFile(path, text)).toEqual([]);
  });
});

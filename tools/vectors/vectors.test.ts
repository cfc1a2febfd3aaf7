// The files of golden vectors as files: layout, ids, flags, citations, and that they are what their
// generator gives.
import { spawnSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'vectors', 'v1');
const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const matches = new Ajv2020({ strict: true, strictRequired: false }).compile(
  read(join(root, 'vectors', 'vectors.schema.json')) as object,
);

interface Vector {
  readonly id: string;
  readonly flags: string[];
  readonly result: string;
  readonly expect?: unknown;
  readonly encode?: 'exact' | 'semantic';
}

interface VectorFile {
  readonly area: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly groups: readonly {
    readonly kind: string;
    readonly vectors: readonly Vector[];
  }[];
}

const files = readdirSync(folder).map((name) => ({
  name,
  file: read(join(folder, name)) as VectorFile,
}));
const vectorsOf = (file: VectorFile) => file.groups.flatMap((group) => group.vectors);

/** What is invalid, no match or a conflict. */
function isRefusal({ result, expect: expected }: Vector): boolean {
  if (result === 'invalid' || expected === false) return true;
  return (expected as { relation?: string } | undefined)?.relation === 'CONFLICT';
}

describe('vectors: layout', () => {
  it.each(files)('$name obeys the schema and uses its own flags only', ({ name, file }) => {
    matches(file);
    expect(matches.errors).toBeNull();
    expect(`${file.area}.json`).toBe(name);
    for (const { flags } of vectorsOf(file)) {
      for (const flag of flags) expect(file.flags).toHaveProperty(flag);
    }
  });

  it('gives every id once, and refuses more than it accepts', () => {
    const all = files.flatMap(({ file }) => vectorsOf(file));
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.filter(isRefusal).length).toBeGreaterThan(all.length / 2);
  });

  it('would notice a vector without a verdict', () => {
    const broken = structuredClone(files[0]?.file) as VectorFile;
    Object.assign(broken.groups[0]?.vectors[0] ?? {}, { result: 'perhaps' });
    expect(matches(broken)).toBe(false);
  });
});

describe('vectors: messages', () => {
  const groups = files.flatMap(({ file }) => file.groups);
  const isMessage = ({ result, expect: expected }: Vector): boolean =>
    result === 'valid' && (expected as { type?: string } | undefined)?.type !== 'Ignorable';

  it('say of each valid one how it is written again, and of nothing else', () => {
    const wrong = groups.flatMap(({ kind, vectors }) =>
      vectors.filter(
        (vector) => (vector.encode !== undefined) !== (kind === 'body' && isMessage(vector)),
      ),
    );
    expect(wrong.map(({ id }) => id)).toEqual([]);
    const ways = groups.flatMap(({ vectors }) => vectors.flatMap(({ encode = [] }) => encode));
    expect(new Set(ways)).toEqual(new Set(['exact', 'semantic']));
  });
});

describe('vectors: generator', () => {
  it('imports nothing but itself and the standard library', () => {
    const own = /^(?:areas|psp)$/;
    const standard = new Set(
      'base64 copy datetime decimal hashlib hmac json math pathlib re sys zlib'.split(' '),
    );
    const sources = globSync('tools/vectors/**/*.py', { cwd: root });
    expect(sources.length).toBeGreaterThan(20);
    for (const path of sources) {
      const text = readFileSync(join(root, path), 'utf8');
      for (const [, name = ''] of text.matchAll(/^\s*(?:import|from) ([a-z_]\w*)/gm)) {
        expect(own.test(name) || standard.has(name), `${path} imports ${name}`).toBe(true);
      }
      // Neither in a path put together nor in a written one.
      expect(text, path).not.toMatch(/\/ "(?:reference|conformance)"|(?:reference|conformance)\//);
    }
  });

  const python = spawnSync('python3', ['-c', 'import sys; print(sys.version_info >= (3, 9))']);
  const present = python.status === 0 && python.stdout.toString().trim() === 'True';
  if (!present) {
    console.log('notice: no Python 3.9 here; that the vectors are current is not checked');
    return;
  }
  it('gives exactly the committed files', () => {
    const run = spawnSync('python3', [join('tools', 'vectors', 'generate.py'), '--check'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
  });
});

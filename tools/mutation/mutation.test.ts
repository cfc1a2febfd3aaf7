// What is kept of Stryker's report, over a small one, and that every module has sources and tests.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modules } from './modules.ts';
import { moduleScore, survivorLines, withModule } from './stryker-report.ts';
import type { MutationReport } from './stryker-report.ts';

const root = join(import.meta.dirname, '..', '..');
const source = 'const a = b < 3;\nif (a) {\n  stop();\n}\n';

function mutant(status: string, line: number, column: number, endLine: number, endColumn: number) {
  const location = { start: { line, column }, end: { line: endLine, column: endColumn } };
  return { mutatorName: 'Any', replacement: `for ${status}`, status, location };
}

const report: MutationReport = {
  files: {
    'reference/src/wire/frame.ts': {
      source,
      mutants: [
        mutant('NoCoverage', 2, 8, 4, 2),
        mutant('Survived', 1, 11, 1, 16),
        mutant('Killed', 2, 5, 2, 6),
      ],
    },
    'reference/src/wire/limits.ts': {
      source,
      mutants: [
        mutant('Timeout', 2, 5, 2, 6),
        mutant('RuntimeError', 2, 5, 2, 6),
        mutant('Ignored', 2, 5, 2, 6),
      ],
    },
  },
};

describe('the score of a module', () => {
  const wire = { name: 'wire', date: '2026-05-01', mutants: 4, killed: 2, survived: 2, left: 1 };

  it('counts what no test reaches as survived, and leaves out what did not run', () => {
    expect(moduleScore('wire', '2026-05-01', report)).toEqual(wire);
  });

  it('takes the place of its older one and leaves the others, with their dates', () => {
    const older = { ...wire, date: '2026-04-01', killed: 1, survived: 3 };
    const machine = { ...wire, name: 'machine', date: '2026-04-01' };
    const score = { command: 'old', modules: [older, machine] };
    expect(withModule(score, 'new', wire)).toEqual({ command: 'new', modules: [machine, wire] });
    expect(withModule(undefined, 'new', wire)).toEqual({ command: 'new', modules: [wire] });
  });
});

describe('the survivors', () => {
  it('are named by place, with what stood there and what stands there now', () => {
    expect(survivorLines(report)).toEqual([
      'frame.ts:1 Any: b < 3 => for Survived',
      'frame.ts:2 Any (no test comes here): { stop(); } => for NoCoverage',
    ]);
  });
});

describe.each(modules)('the module $name', ({ files, tests }) => {
  it('names patterns that all fit something, and mutates no test', () => {
    for (const pattern of [...files, ...tests]) {
      expect([pattern, globSync(pattern.replace(/^!/, ''), { cwd: root }).length]).not.toEqual([
        pattern,
        0,
      ]);
    }
    const left = files.filter((pattern) => pattern.startsWith('!'));
    const mutated = files
      .filter((pattern) => !left.includes(pattern))
      .flatMap((pattern) => globSync(pattern, { cwd: root }))
      .filter((path) => !left.some((pattern) => path.endsWith(pattern.split('*').at(-1) ?? '')));
    expect(mutated.length).toBeGreaterThan(0);
    expect(mutated.filter((path) => /\.test\.ts$/.test(path))).toEqual([]);
  });
});

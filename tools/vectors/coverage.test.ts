// Which rules the golden vectors show, and from both sides: what a rule takes and what it just does
// not. Reads the specification for what there is to show; knows no code that obeys it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Vector {
  readonly id: string;
  readonly requirements: readonly string[];
  readonly flags: readonly string[];
  readonly result: 'valid' | 'invalid';
  readonly error?: string;
  readonly input: unknown;
  readonly expect?: unknown;
}

const root = join(import.meta.dirname, '..', '..');

function vectorsOf(area: string): readonly Vector[] {
  const text = readFileSync(join(root, 'vectors', 'v1', `${area}.json`), 'utf8');
  const { groups } = JSON.parse(text) as { groups: { vectors: Vector[] }[] };
  return groups.flatMap(({ vectors }) => vectors);
}

const chapter = (name: string): string =>
  readFileSync(join(root, 'spec', 'v1', name), 'utf8').replaceAll('\r', '');

const relationOf = (vector: Vector): string =>
  (vector.expect as { relation?: string } | undefined)?.relation ?? '';

/** Each row of the table with each outcome that it can have: `PSP-CLS-4 STALE`. */
function rowsOfTable(): string[] {
  const rows = chapter('16-classification.md').matchAll(
    /^\| (PSP-CLS-[\d, ]+) \|.*\| (\w+…?) \|$/gm,
  );
  return [...rows].flatMap(([, numbers = '', outcome = '']) =>
    numbers
      .replace('PSP-CLS-', '')
      .split(', ')
      .map((number) => `PSP-CLS-${number} ${outcome.replace('_…', '')}`),
  );
}

/** What of the table no vector shows. */
function gapsOfTable(vectors: readonly Vector[]): string[] {
  const decided = new Set(
    vectors.map((vector) => `${vector.requirements[0] ?? ''} ${relationOf(vector)}`),
  );
  const missed = new Set(vectors.flatMap(({ requirements }) => requirements.slice(1)));
  const rows = rowsOfTable();
  const last = 'PSP-CLS-11';
  return [
    ...rows.filter((row) => !decided.has(row)).map((row) => `no vector is ${row}`),
    ...[...new Set(rows.map((row) => row.split(' ')[0] ?? ''))]
      // What misses the last row is everything else.
      .filter((row) => row !== last && !missed.has(row))
      .map((row) => `no vector just misses ${row}`),
  ];
}

/** The rules of which vectors show not both: that something passes, and that something does not. */
function oneSided(
  vectors: readonly Vector[],
  rules: readonly string[],
  passes: (vector: Vector) => boolean,
): string[] {
  return rules.flatMap((rule) => {
    const about = vectors.filter(({ requirements }) => requirements.includes(rule));
    return [
      ...(about.some(passes) ? [] : [`nothing passes by ${rule}`]),
      ...(about.some((vector) => !passes(vector)) ? [] : [`nothing fails by ${rule}`]),
    ];
  });
}

describe('vectors: classification covers its chapter', () => {
  const vectors = vectorsOf('classification');

  it('shows each row of the table with each outcome, and just misses each', () => {
    expect(rowsOfTable()).toHaveLength(15);
    expect(gapsOfTable(vectors)).toEqual([]);
  });

  const rules = ['PSP-CLS-12', 'PSP-CLS-23', 'PSP-CLS-24', 'PSP-CLS-26'];
  const isSettled = (vector: Vector): boolean => relationOf(vector) !== 'CONFLICT';

  it('shows the rules beside the table with and without a conflict', () => {
    expect(oneSided(vectors, rules, isSettled)).toEqual([]);
  });

  it('would notice each row or rule that goes', () => {
    for (const row of rowsOfTable()) {
      const [id = '', outcome = ''] = row.split(' ');
      const without = vectors.filter(
        (vector) => vector.requirements[0] !== id || relationOf(vector) !== outcome,
      );
      expect(gapsOfTable(without)).toContain(`no vector is ${row}`);
      if (id === 'PSP-CLS-11') continue;
      const hits = vectors.filter(({ requirements }) => !requirements.slice(1).includes(id));
      expect(gapsOfTable(hits)).toContain(`no vector just misses ${id}`);
    }
    for (const rule of rules) {
      const passing = vectors.filter((vector) => isSettled(vector));
      expect(oneSided(passing, [rule], isSettled)).toEqual([`nothing fails by ${rule}`]);
    }
  });
});

describe('vectors: selection covers its chapter', () => {
  const vectors = [...vectorsOf('selection'), ...vectorsOf('search')];
  const passes = ({ result, expect: expected }: Vector): boolean =>
    result === 'valid' && expected === true;
  // What a receiver does, what a sender should do, and what a report or a refusal says.
  const shownElsewhere = [6, 7, 8, 10, 25, 26].map((number) => `PSP-SEL-${number}`);
  const written = [...chapter('15-selection.md').matchAll(/\*\*\[(PSP-SEL-\d+)\]\*\*/g)];
  const rules = written
    .map(([, rule = '']) => rule)
    .filter((rule) => !shownElsewhere.includes(rule));

  it('shows what each rule selects and what it does not', () => {
    expect(rules.length).toBeGreaterThan(15);
    expect(oneSided(vectors, rules, passes)).toEqual([]);
  });

  it('would notice each rule of which one side goes', () => {
    for (const rule of rules) {
      const about = (vector: Vector): boolean => vector.requirements.includes(rule);
      const passing = vectors.filter((vector) => !about(vector) || passes(vector));
      expect(oneSided(passing, rules, passes)).toContain(`nothing fails by ${rule}`);
      const failing = vectors.filter((vector) => !about(vector) || !passes(vector));
      expect(oneSided(failing, rules, passes)).toContain(`nothing passes by ${rule}`);
    }
  });
});

describe('vectors: instants cover their section', () => {
  const vectors = vectorsOf('instant');
  const parts = ['form', 'year', 'day', 'time', 'offset', 'fraction', 'leap'];

  it.each(parts)('shows the %s of an instant and of what is none', (part) => {
    const about = vectors.filter(({ flags }) => flags.includes(part));
    const results = new Set(about.map(({ result }) => result));
    expect([...results].sort()).toEqual(['invalid', 'valid']);
  });

  it('shows every order', () => {
    const orders = new Set(vectors.map(({ expect: order }) => order));
    expect([...orders]).toEqual(expect.arrayContaining([-1, 0, 1]));
  });
});

describe('vectors: squash shows both verdicts', () => {
  it('of every list', () => {
    const lists = new Map<string, Set<string>>();
    for (const { input, result } of vectorsOf('squash')) {
      const { content, changes } = input as { content: unknown; changes: unknown };
      const list = JSON.stringify([content, changes]);
      lists.set(list, (lists.get(list) ?? new Set()).add(result));
    }
    expect(lists.size).toBeGreaterThan(20);
    for (const results of lists.values()) expect([...results].sort()).toEqual(['invalid', 'valid']);
  });
});

describe('vectors: merge covers its section', () => {
  const vectors = vectorsOf('merge');
  const [, section = ''] = chapter('16-classification.md').split('## 16.4 Merging');
  const reasons = [...section.matchAll(/^\| ([A-Z_]+) \|/gm)].map(([, reason = '']) => reason);

  it('shows each reason for the fall-back, but the one that takes a megabyte', () => {
    expect(reasons).toHaveLength(6);
    const shown = new Set(vectors.map(({ error }) => error));
    expect(reasons.filter((reason) => !shown.has(reason))).toEqual(['TOO_LARGE']);
    expect([...shown].filter((error) => error && !reasons.includes(error))).toEqual([]);
  });

  it('shows each resolution', () => {
    const shown = new Set(
      vectors.map((vector) => (vector.expect as { resolution?: string } | undefined)?.resolution),
    );
    expect(['merged', 'theirs', 'ours'].filter((name) => !shown.has(name))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { badgeOf, badgeText } from './badge.ts';
import { junitOf } from './junit.ts';
import { markdownOf } from './markdown.ts';
import type { CaseResult, Results } from './results.ts';
import { tapOf } from './tap.ts';
import { sampleCase, sampleResults } from './testing/sample-results.ts';
import { readXml, type XmlElement } from './testing/xml.ts';

const hostile = '</failure>]]> & "q" \u0000\u001b[31m # \\ | `x` \ud800';
const known = { pattern: 'RCV-0003', state: 'expected' } as const;
const cases: readonly CaseResult[] = [
  sampleCase('RCV-0001'),
  sampleCase('RCV-0002', { verdict: 'fail', title: hostile, observed: hostile }),
  sampleCase('RCV-0003', { verdict: 'fail', known }),
  sampleCase('RCV-0004', { known: { pattern: 'RCV-0004', state: 'passes' } }),
  sampleCase('RCV-0005', { verdict: 'unsupported', observed: 'needs clock' }),
  sampleCase('RCV-0006', { verdict: 'warn', level: 'SHOULD', observed: 'It closed late.' }),
  sampleCase('RCV-0007', { verdict: 'hang' }),
  sampleCase('RCV-0008', { verdict: 'kit-error', observed: 'octets broke PSP-FRAME-1 too' }),
  sampleCase('SND-0001', { role: 'sender', family: 'framing', verdict: 'untestable' }),
];
const results = sampleResults(cases);

function find(element: XmlElement, name: string): XmlElement[] {
  const own = element.name === name ? [element] : [];
  return [...own, ...element.children.flatMap((child) => find(child, name))];
}

describe('JUnit', () => {
  const tree = readXml(junitOf(results));
  const kinds = new Map(
    find(tree, 'testcase').map((test) => [
      test.attributes['name']?.slice(0, 8),
      test.children[0]?.name ?? 'passed',
    ]),
  );

  it('says for each case what a build server understands; a skip is never a pass', () => {
    expect(Object.fromEntries(kinds)).toEqual({
      'RCV-0001': 'passed',
      'RCV-0002': 'failure',
      'RCV-0003': 'skipped',
      'RCV-0004': 'failure',
      'RCV-0005': 'skipped',
      'RCV-0006': 'system-out',
      'RCV-0007': 'failure',
      'RCV-0008': 'error',
      'SND-0001': 'skipped',
    });
  });

  it('counts them in the head of each suite and of the whole', () => {
    const { attributes } = tree;
    expect(attributes).toMatchObject({ tests: '9', failures: '3', errors: '1', skipped: '3' });
    const suites = find(tree, 'testsuite').map((suite) => suite.attributes['name']);
    expect(suites).toEqual(['receiver.transfer', 'sender.framing']);
  });

  it('carries any text: what XML cannot hold is replaced', () => {
    const [, failed] = find(tree, 'testcase');
    const shown = hostile.replaceAll(/[^ -~]/g, '\ufffd');
    expect(failed?.attributes['name']).toBe(`RCV-0002 ${shown} [whole]`);
    expect(failed?.children[0]?.text).toContain(`observed: ${shown}`);
  });

  it('a run without failing cases fails where the testee is unusable or nothing is proven', () => {
    const lost: Results = sampleResults([], { unusable: 'it does not start', unmatched: ['X-*'] });
    const messages = find(readXml(junitOf(lost)), 'failure').map(
      (failure) => failure.attributes['message'],
    );
    expect(messages).toEqual([
      'The testee cannot be used: it does not start',
      'The known-failing pattern X-* matches no case.',
    ]);
    expect(junitOf(sampleResults([]))).toContain('Nothing was proven');
  });
});

describe('TAP 14', () => {
  const lines = tapOf(results).split('\n');

  it('has a plan, and a point for each case in order', () => {
    expect(lines.slice(0, 2)).toEqual(['TAP version 14', '1..9']);
    const points = lines.filter((line) => /^(not )?ok /.test(line));
    expect(points.map((line) => /^(not ok|ok) (\d+)/.exec(line)?.[0])).toEqual([
      'ok 1',
      'not ok 2',
      'not ok 3',
      'not ok 4',
      'ok 5',
      'ok 6',
      'not ok 7',
      'not ok 8',
      'ok 9',
    ]);
    expect(points[2]).toContain(' # TODO known failing');
    expect(points[4]).toContain(' # SKIP unsupported: needs clock');
  });

  it('escapes what has a meaning, and gives diagnostics as YAML', () => {
    expect(lines[3]).toContain('\\# \\\\ | `x`');
    const start = lines.indexOf('  ---');
    const end = lines.indexOf('  ...');
    const block = parse(lines.slice(start + 1, end).join('\n')) as { verdict: string };
    expect(block.verdict).toBe('fail');
  });

  it('bails out where the testee is unusable', () => {
    expect(tapOf(sampleResults([], { unusable: 'gone' }))).toContain('\nBail out! gone\n');
  });
});

describe('Markdown', () => {
  const text = markdownOf(results);

  it('opens with the state, the summary line and what failed', () => {
    expect(text).toMatch(/^## FHIR Peer Sync: Fault of the kit\n/);
    expect(text).toContain('**required 2/6 proven, 1 known-failing, 1 stale');
    expect(text).toMatch(/### Failures\n[^]*\*\*RCV-0002\*\*[^]*\*\*RCV-0007\*\*/);
    expect(text).toMatch(/### Known failures\n[^]*\*\*RCV-0003\*\*/);
    expect(text).toContain('Not declared by the testee, so not played: clock.');
  });

  it('lets no text of a testee leave its cell', () => {
    const row = text.split('\n').find((line) => line.includes('RCV-0002'));
    expect(row?.match(/(?<!\\)\|/g)).toHaveLength(6);
    expect(text).not.toContain('<Sync>');
  });

  it('joins deliveries that fail alike, and says how many rows are left out', () => {
    const alike = (['whole', 'octet'] as const).map((delivery) =>
      sampleCase('RCV-0002', { verdict: 'fail', delivery }),
    );
    expect(markdownOf(sampleResults(alike))).toContain('| fail | whole, octet |');
    const many = Array.from({ length: 60 }, (_, number) =>
      sampleCase(`RCV-1${String(number).padStart(3, '0')}`, { verdict: 'fail' }),
    );
    expect(markdownOf(sampleResults(many))).toContain('… and 10 more.');
  });
});

describe('badge', () => {
  const proven = sampleResults([sampleCase('RCV-0001')]);

  it('says how much of what is required was proven, and is well-formed', () => {
    expect(badgeText(proven)).toBe('1/1 proven');
    const svg = readXml(badgeOf(proven));
    expect(svg.name).toBe('svg');
    expect(find(svg, 'title')[0]?.text).toBe('fhir peer sync: 1/1 proven');
  });

  it('is green only for a whole run that conforms', () => {
    const green = '#1a6b2d';
    expect(badgeOf(proven)).toContain(green);
    expect(badgeOf(results)).not.toContain(green);
    const stopped = sampleResults([sampleCase('RCV-0001')], {
      run: { ...proven.run, interrupted: true },
    });
    expect(badgeOf(stopped)).not.toContain(green);
    expect(badgeText(stopped)).toBe('stopped early');
    expect(badgeText(sampleResults([]))).toBe('nothing proven');
  });

  it('needs nothing from elsewhere', () => {
    expect(badgeOf(results)).not.toMatch(/href|url\((?!#)|@import/);
  });
});

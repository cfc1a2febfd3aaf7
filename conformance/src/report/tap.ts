// TAP 14: one point for each case and delivery, in the order of the results. Pure.
import { stringify } from 'yaml';
import { kindOf, reasonOf } from './junit.ts';
import type { CaseResult, Results } from './results.ts';
import { headlineOf, summaryLine } from './summary.ts';

/** One line without what has a meaning in TAP. */
function described(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\\/g, '\\\\').replace(/#/g, '\\#');
}

function directive(result: CaseResult): string {
  const { verdict, known } = result;
  if (known?.state === 'expected') return ` # TODO ${described(reasonOf(result))}`;
  if (kindOf(result) === 'skipped') return ` # SKIP ${verdict}: ${described(reasonOf(result))}`;
  return '';
}

function diagnostics(result: CaseResult): string {
  const { verdict, requirements, broken, expected, observed, reported, step, store } = result;
  const content = { verdict, requirements, broken, expected, observed, reported, step, store };
  const lines = stringify(content, { lineWidth: 0 }).trimEnd().split('\n');
  return ['  ---', ...lines.map((line) => `  ${line}`), '  ...'].join('\n');
}

function point(result: CaseResult, index: number): string {
  const kind = kindOf(result);
  const isOk = kind === 'passed' || (kind === 'skipped' && result.known === undefined);
  const text = described(`${result.id} ${result.title} [${result.delivery}]`);
  const line = `${isOk ? 'ok' : 'not ok'} ${index + 1} - ${text}${directive(result)}`;
  const isPlain = result.verdict === 'pass' && result.known === undefined;
  return isPlain || kind === 'skipped' ? line : `${line}\n${diagnostics(result)}`;
}

/** The whole run as TAP 14. */
export function tapOf(results: Results): string {
  const { cases, unusable, unmatched = [] } = results;
  const bail = unusable === undefined ? [] : [`Bail out! ${described(unusable)}`];
  return [
    'TAP version 14',
    `1..${cases.length}`,
    ...cases.map(point),
    ...unmatched.map((pattern) => `# known-failing pattern ${pattern} matches no case`),
    `# ${headlineOf(results)}: ${summaryLine(results)}`,
    ...bail,
    '',
  ].join('\n');
}

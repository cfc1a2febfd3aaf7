// Results as a person reads them in a terminal: what failed and why, then the line that sums it up.
import { crashLine } from '../report/crash-count.ts';
import type { CaseResult, Results, Verdict } from '../report/results.ts';
import { conforms, headlineOf, isFailing, summaryLine } from '../report/summary.ts';
import { requirementOf } from '../cases/requirements.ts';
import { harmless, type Emphasis, type Screen } from './screen.ts';

const colours: Readonly<Record<Verdict, Emphasis>> = {
  pass: 'green',
  fail: 'red',
  warn: 'yellow',
  hang: 'red',
  blocked: 'yellow',
  unsupported: 'dim',
  'not-applicable': 'dim',
  untestable: 'red',
  'kit-error': 'red',
};
const shownMax = 20;

/** A verdict in its colour. */
export function markVerdict(screen: Screen, verdict: Verdict): string {
  return screen.mark(colours[verdict], verdict);
}

function sentence(id: string): string {
  const found = requirementOf(id);
  return found === undefined ? id : `${id}: ${found.text}`;
}

const knownTexts = {
  expected: 'known',
  passes: 'is in the known-failing file, but passes: remove the entry',
  changed: 'is in the known-failing file, but fails in another way',
  expired: 'is in the known-failing file, but its entry is past its date',
} as const;

/** What one failing result says, deliveries that failed alike joined. */
export function failureText(screen: Screen, group: readonly CaseResult[]): string {
  const [first] = group;
  if (first === undefined) return '';
  const { id, title, verdict, expected, observed, step, store = [], known, noise = [] } = first;
  const broken = first.broken ?? first.requirements.slice(0, 1);
  const deliveries = group.map(({ delivery }) => delivery).join(', ');
  const lines = [
    `${markVerdict(screen, verdict)} ${screen.mark('bold', id)} ${title} (${deliveries})`,
    ...(known === undefined ? [] : [`     ${knownTexts[known.state]} (${known.pattern})`]),
    ...broken.map((requirement) => `     ${sentence(requirement)}`),
    `     expected: ${expected}`,
    ...(observed === undefined ? [] : [`     observed: ${observed}`]),
    ...(step === undefined ? [] : [`     at step:  ${step}`]),
    ...store.map((text) => `     store:    ${text}`),
    ...noise.slice(-3).map((text) => `     it said:  ${text.slice(0, 300)}`),
  ];
  return harmlessLines(lines);
}

/** Colours stay, what came from the testee does not act on the terminal. */
function harmlessLines(lines: readonly string[]): string {
  const [head = '', ...rest] = lines;
  return [head, ...rest.map((line) => harmless(line))].join('\n');
}

function isWorthTelling({ verdict, known }: CaseResult): boolean {
  if (known !== undefined) return known.state !== 'expected';
  return isFailing(verdict) || verdict === 'kit-error' || verdict === 'warn';
}

/** Failures, warnings and stale entries, worst first; then the summary. */
export function resultsText(screen: Screen, results: Results): string {
  const told = results.cases.filter(isWorthTelling);
  const groups = [...Map.groupBy(told, ({ id, signature }) => `${id} ${signature}`).values()];
  const isWarning = (group: readonly CaseResult[]): boolean => group[0]?.verdict === 'warn';
  const ordered = [
    ...groups.filter((group) => !isWarning(group)),
    ...groups.filter((group) => isWarning(group)),
  ];
  const rest = ordered.length - shownMax;
  const headline = screen.mark(conforms(results) ? 'green' : 'red', headlineOf(results));
  const { unusable, unmatched = [] } = results;
  return [
    ...ordered.slice(0, shownMax).map((group) => failureText(screen, group)),
    ...(rest > 0 ? [`… and ${rest} more, all of them in what --report FOLDER writes.`] : []),
    ...unmatched.map((pattern) => `The known-failing pattern ${pattern} matches no case.`),
    ...(unusable === undefined ? [] : [`The testee cannot be used: ${harmless(unusable)}`]),
    `${screen.mark('bold', headline)}: ${summaryLine(results)}`,
    ...(results.crash === undefined ? [] : [crashLine(results.crash)]),
  ].join('\n');
}

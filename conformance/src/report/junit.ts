// JUnit XML, as build servers read it: one suite for each role and family, one test case for each
// case and delivery. Pure.
import { markupText } from './markup.ts';
import type { CaseResult, Results } from './results.ts';
import { isUnexpectedFailure } from './summary.ts';

type Kind = 'failure' | 'error' | 'skipped' | 'passed';

/** How a result shows in formats that know passed, failed, error and skipped alone. */
export function kindOf(result: CaseResult): Kind {
  const { verdict, known } = result;
  if (known !== undefined) return known.state === 'expected' ? 'skipped' : 'failure';
  if (verdict === 'kit-error') return 'error';
  if (isUnexpectedFailure(result)) return 'failure';
  return verdict === 'pass' || verdict === 'warn' ? 'passed' : 'skipped';
}

/** The reason for what is not a plain pass; one line. */
export function reasonOf({ verdict, known, observed, signature }: CaseResult): string {
  const what = observed ?? signature ?? verdict;
  if (known === undefined) return what;
  const states = {
    expected: `known failing (${known.pattern})`,
    passes: `known failing (${known.pattern}), but it passes: remove the entry`,
    changed: `known failing (${known.pattern}), but it fails in another way: ${what}`,
    expired: `known failing (${known.pattern}), but the entry is past its date: ${what}`,
  };
  return states[known.state];
}

function details(result: CaseResult): string {
  const { requirements, expected, observed, reported, step, store = [], broken = [] } = result;
  return [
    `requirements: ${requirements.join(', ')}`,
    ...(broken.length === 0 ? [] : [`broken: ${broken.join(', ')}`]),
    `expected: ${expected}`,
    ...(observed === undefined ? [] : [`observed: ${observed}`]),
    ...(reported === undefined ? [] : [`the testee reported: ${reported}`]),
    ...(step === undefined ? [] : [`step: ${step}`]),
    ...store.map((text) => `store: ${text}`),
  ].join('\n');
}

function testCase(result: CaseResult): string {
  const { id, title, role, family, delivery, verdict, durationMs } = result;
  const name = markupText(`${id} ${title} [${delivery}]`);
  const time = (durationMs / 1000).toFixed(3);
  const place = markupText(`${role}.${family}`);
  const open = `    <testcase classname="${place}" name="${name}" time="${time}"`;
  const kind = kindOf(result);
  const message = markupText(reasonOf(result));
  if (kind === 'passed') {
    if (verdict !== 'warn') return `${open}/>`;
    const text = markupText(`warning: ${details(result)}`);
    return `${open}>\n      <system-out>${text}</system-out>\n    </testcase>`;
  }
  const body =
    kind === 'skipped'
      ? `<skipped message="${message}"/>`
      : `<${kind} type="${verdict}" message="${message}">${markupText(details(result))}</${kind}>`;
  return `${open}>\n      ${body}\n    </testcase>`;
}

function counts(cases: readonly CaseResult[]): string {
  const of = (kind: Kind): number => cases.filter((result) => kindOf(result) === kind).length;
  const seconds = cases.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
  return (
    `tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}" ` +
    `skipped="${of('skipped')}" time="${seconds.toFixed(3)}"`
  );
}

/** What failed beside the cases: a testee that cannot be used, stale entries, nothing proven. */
function otherFailures({ unusable, unmatched = [], exitCode }: Results): string[] {
  return [
    ...(unusable === undefined ? [] : [`The testee cannot be used: ${unusable}`]),
    ...unmatched.map((pattern) => `The known-failing pattern ${pattern} matches no case.`),
    ...(exitCode === 5 ? ['Nothing was proven: no case that applies passed.'] : []),
  ];
}

/** The whole run as JUnit XML. */
export function junitOf(results: Results): string {
  const groups = Map.groupBy(results.cases, ({ role, family }) => `${role}.${family}`);
  const suites = [...groups].map(([name, cases]) => {
    const head = `  <testsuite name="${markupText(name)}" ${counts(cases)}>`;
    return [head, ...cases.map(testCase), '  </testsuite>'].join('\n');
  });
  const others = otherFailures(results);
  if (others.length > 0) {
    const head = `  <testsuite name="run" tests="${others.length}" failures="${others.length}">`;
    const bodies = others.map((text) => {
      const name = markupText(text);
      return `    <testcase classname="run" name="${name}"><failure message="${name}"/></testcase>`;
    });
    suites.push([head, ...bodies, '  </testsuite>'].join('\n'));
  }
  const { impl } = results.testee;
  const name = markupText(`peersync-conformance ${impl.name} ${impl.version}`);
  const all = `<testsuites name="${name}" ${counts(results.cases)}>`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', all, ...suites, '</testsuites>', ''].join('\n');
}

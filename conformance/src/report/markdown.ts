// A summary in Markdown, short enough for a pull request or a build's summary page. Pure.
import type { CaseResult, Results } from './results.ts';
import { headlineOf, isFailing, summaryLine } from './summary.ts';

const shownMax = 50;

/** Text that stays in its table cell and means nothing to Markdown. */
export function markdownCell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>|#~&!]/g, (character) => `\\${character}`)
    .trim();
}

function rows(results: readonly CaseResult[]): string[] {
  const byFailure = Map.groupBy(results, ({ id, signature }) => `${id} ${signature}`);
  return [...byFailure.values()].slice(0, shownMax).map((group) => {
    const [first] = group;
    if (first === undefined) return '';
    const deliveries = group.map(({ delivery }) => delivery).join(', ');
    const broken = (first.broken ?? first.requirements.slice(0, 1)).join(', ');
    const what = first.observed ?? first.store?.[0] ?? first.verdict;
    const cells = [`**${first.id}** ${markdownCell(first.title)}`, first.verdict, deliveries];
    return `| ${[...cells, broken, markdownCell(what)].join(' | ')} |`;
  });
}

function table(title: string, results: readonly CaseResult[]): string[] {
  if (results.length === 0) return [];
  const shown = rows(results);
  const groups = new Set(results.map(({ id, signature }) => `${id} ${signature}`)).size;
  const rest = groups > shown.length ? ['', `… and ${groups - shown.length} more.`] : [];
  return [
    `### ${title}`,
    '',
    '| case | verdict | deliveries | requirement | what came |',
    '|---|---|---|---|---|',
    ...shown,
    ...rest,
    '',
  ];
}

function byFamily({ cases }: Results): string[] {
  const groups = Map.groupBy(cases, ({ role, family }) => `${role} | ${family}`);
  const lines = [...groups].map(([name, results]) => {
    const count = (test: (result: CaseResult) => boolean): number => results.filter(test).length;
    const passed = count(({ verdict }) => verdict === 'pass');
    const failed = count(({ verdict }) => isFailing(verdict));
    const warned = count(({ verdict }) => verdict === 'warn');
    const rest = results.length - passed - failed - warned;
    return `| ${name} | ${passed} | ${failed} | ${warned} | ${rest} |`;
  });
  if (lines.length === 0) return [];
  const head = ['| role | family | pass | fail | warn | not played |', '|---|---|--:|--:|--:|--:|'];
  return ['### By family', '', ...head, ...lines, ''];
}

/** The summary of a run in Markdown. */
export function markdownOf(results: Results): string {
  const { cases, testee, run, kit, undeclared, unusable, unmatched = [] } = results;
  const { impl } = testee;
  const who = [impl.name, impl.version, impl.language].map(markdownCell).join(', ');
  const isNew = ({ verdict, known }: CaseResult): boolean => isFailing(verdict) && !known;
  const of = (test: (result: CaseResult) => boolean): CaseResult[] => cases.filter(test);
  return [
    `## FHIR Peer Sync: ${headlineOf(results)}`,
    '',
    `${who} · roles ${testee.roles.join(', ') || 'none'} · profile ${run.profile} · kit ${kit}`,
    '',
    `**${summaryLine(results)}**`,
    '',
    ...(unusable === undefined ? [] : [`Testee unusable: ${markdownCell(unusable)}`, '']),
    ...table('Failures', of(isNew)),
    ...table(
      'Faults of the kit',
      of(({ verdict }) => verdict === 'kit-error'),
    ),
    ...table(
      'Stale entries of the known-failing file',
      of(({ known }) => known !== undefined && known.state !== 'expected'),
    ),
    ...unmatched.map((pattern) => `- \`${pattern}\` of the known-failing file matches no case.\n`),
    ...table(
      'Known failures',
      of(({ known }) => known?.state === 'expected'),
    ),
    ...table(
      'Warnings',
      of(({ verdict, known }) => verdict === 'warn' && !known),
    ),
    ...table(
      'Untestable',
      of(({ verdict }) => verdict === 'untestable'),
    ),
    ...byFamily(results),
    ...(undeclared.length === 0
      ? []
      : [`Not declared by the testee, so not played: ${undeclared.join(', ')}.`, '']),
    [`Seed \`${run.seed}\``, ...run.filters.map(markdownCell), run.startedAt].join(', '),
    '',
  ].join('\n');
}

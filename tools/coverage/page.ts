// `conformance/COVERAGE.md` and `coverage.json`, from the same values. Pure, without a date: the
// same repository gives the same page.
import type { CellCoverage } from './cells.ts';
import type { IndexEntry } from './index.ts';
import type { MutantResult } from './mutants.ts';
import type { MutationScore } from './mutation-score.ts';
import { percent, proofOf } from './proof.ts';
import { countsByLevel, countsByRole } from './summary.ts';
import type { NamedCount } from './summary.ts';

/** Everything that the page shows. */
export interface Coverage {
  readonly index: readonly IndexEntry[];
  readonly results: readonly MutantResult[];
  readonly cells: readonly CellCoverage[];
  /** Of the last mutation test by hand, where there was one. */
  readonly score: MutationScore | undefined;
}

const shownMax = 6;

/** Names in one cell of a table: the first few, and how many more there are. */
function few(names: readonly string[]): string {
  if (names.length === 0) return '–';
  const rest = names.length - shownMax;
  const shown = names.slice(0, shownMax).join(' ');
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}

const inCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [row(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(row)];
}

const link = ({ id, anchor }: IndexEntry): string => `[${id}](../spec/v1/${anchor})`;

function countTable(what: string, counts: readonly NamedCount[]): string[] {
  return table(
    [what, 'sentences', 'with a case', 'excluded', 'open', 'proven', 'proven of those with a case'],
    counts.map(({ name, sentences, cased, excluded, open, proven }) => [
      name,
      sentences,
      cased,
      excluded,
      open,
      proven,
      cased === 0 ? '–' : `${percent(proven, cased)} %`,
    ]),
  );
}

function proofText(entry: IndexEntry, results: readonly MutantResult[]): string {
  if (entry.mutants.length === 0) return '–';
  const names = few(entry.mutants.map((name) => `\`${name}\``));
  return `${proofOf(entry, results)}: ${names}`;
}

function requirementSection({ index, results }: Coverage): string[] {
  const chapters = [...new Set(index.map(({ anchor }) => anchor.replace(/#.*/, '')))].sort();
  return chapters.flatMap((chapter) => {
    const own = index.filter(({ anchor }) => anchor.startsWith(`${chapter}#`));
    const rows = own.map((entry) => [
      link(entry),
      entry.level,
      entry.role,
      few([...entry.cases, ...entry.namedBy.map((name) => `(${name})`)]),
      few(entry.vectors),
      proofText(entry, results),
    ]);
    const head = ['requirement', 'level', 'binds', 'cases', 'vectors', 'proof'];
    return ['', `### ${chapter.replace(/\.md$/, '')}`, '', ...table(head, rows)];
  });
}

function exclusionSection({ index }: Coverage): string[] {
  const rows = index.flatMap((entry) => {
    const { observability } = entry;
    if (observability.kind !== 'none') return [];
    return [[link(entry), entry.level, observability.class, inCell(observability.reason)]];
  });
  const open = index.filter(({ observability }) => observability.kind === 'open');
  return [
    ...(rows.length === 0 ? ['None.'] : table(['requirement', 'level', 'class', 'reason'], rows)),
    '',
    open.length === 0
      ? 'Every other sentence has a case.'
      : `Neither a case nor an exclusion: ${open.map(link).join(', ')}.`,
  ];
}

function cellSection({ role, cells, cased, untestable, open }: CellCoverage): string[] {
  const without = untestable.flatMap((reason) => reason.cells).length;
  const rows = untestable.map(({ why, cells: names }) => [
    inCell(why),
    names.map((name) => `\`${name}\``).join(', '),
  ]);
  return [
    '',
    `### ${role}`,
    '',
    `${cells} cells: ${Object.keys(cased).length} with a case, ${without} that no case can be ` +
      `about, ${open.length} open${open.length === 0 ? '' : ` (${open.join(', ')})`}.`,
    ...(rows.length === 0 ? [] : ['', ...table(['why no case', 'cells'], rows)]),
  ];
}

function killSection({ index, results }: Coverage): string[] {
  if (results.length === 0) return ['No run of the mutants is recorded.'];
  const killed = results.filter((result) => result.killed).length;
  const rows = results.map(({ name, breaks, cases, killed: isKilled, why = '' }) => [
    `\`${name}\``,
    breaks,
    few(cases),
    isKilled ? 'killed' : `**survived**: ${inCell(why)}`,
  ]);
  const left = index.filter(
    (entry) => entry.observability.kind === 'wire' && proofOf(entry, results) !== 'killed',
  );
  const names = left.map((entry) => `${link(entry)} (${entry.level}, ${proofOf(entry, results)})`);
  return [
    `${killed} of ${results.length} mutants are killed.`,
    '',
    left.length === 0
      ? 'Every sentence with a case is proven.'
      : `With a case and not proven: ${names.join(', ')}.`,
    '',
    ...table(['mutant', 'breaks', 'cases', 'verdict'], rows),
  ];
}

function scoreSection(score: MutationScore | undefined): string[] {
  if (score === undefined) return ['No run is recorded.'];
  const { command, modules } = score;
  return [
    'Small changes to the source, made one at a time by a tool that knows nothing of the',
    'specification; the unit tests of the same module have to notice. Among the survivors are',
    `texts for people and changes that change nothing. Run by hand: \`${command}\`.`,
    'Left out are, where it says so, changes to tables that are made when a file is loaded.',
    '',
    ...table(
      ['module', 'run on', 'mutants', 'killed', 'survived', 'score', 'left out'],
      modules.map(({ name, date, mutants, killed, survived, left = 0 }) => [
        name,
        date,
        mutants,
        killed,
        survived,
        `${percent(killed, mutants)} %`,
        left,
      ]),
    ),
  ];
}

/** The page. */
export function coveragePage(coverage: Coverage): string {
  const { index, results, cells, score } = coverage;
  const lines = [
    '# Coverage',
    '',
    '<!-- Written by `npm run coverage`; do not edit. -->',
    '',
    'What the kit proves, sentence by sentence. A sentence has a *case* that plays it, or it is',
    '*excluded* by name with a class and a reason. It is *proven* where faulty implementations',
    'that break this one sentence are caught by their cases, for the reason that it gives.',
    'The same as data: [`coverage.json`](coverage.json).',
    '',
    '## Totals',
    '',
    ...countTable('level', countsByLevel(index, results)),
    '',
    ...countTable('binds', countsByRole(index, results)),
    '',
    '## Requirements',
    '',
    'A case in brackets names the sentence beside another that it proves.',
    ...requirementSection(coverage),
    '',
    '## Exclusions',
    '',
    ...exclusionSection(coverage),
    '',
    '## Transitions',
    '',
    'Every state with every event of the tables in chapter 10.',
    ...cells.flatMap(cellSection),
    '',
    '## Kills',
    '',
    ...killSection(coverage),
    '',
    '## Mutation testing of the reference',
    '',
    ...scoreSection(score),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as data, for a site: counts, sentences with their proof, cells, kills. */
export function coverageData({ index, results, cells, score }: Coverage): object {
  return {
    format: 1,
    levels: countsByLevel(index, results),
    roles: countsByRole(index, results),
    requirements: index.map((entry) => ({ ...entry, proof: proofOf(entry, results) })),
    cells,
    kills: results,
    ...(score === undefined ? {} : { mutationTesting: score }),
  };
}

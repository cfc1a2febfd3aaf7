// One case on the report page: its line, and what stands below it when it is opened. Deliveries
// that ended alike share one account. CPace has to be ready for transcripts.
import { markupText } from './markup.ts';
import { verdicts, type CaseResult, type Verdict } from './results.ts';
import { isFailing } from './summary.ts';
import { transcriptView, type MarkView } from './transcript-view.ts';

/** A sentence of the specification. */
export interface Sentence {
  readonly id: string;
  readonly level: string;
  readonly actor: string;
  readonly text: string;
  /** Path in the repository of the specification. */
  readonly path: string;
}

/** The sentences by their ids. */
export type Sentences = ReadonlyMap<string, Sentence>;

/** Worst first. */
const severity: readonly Verdict[] = [
  'kit-error',
  'fail',
  'hang',
  'blocked',
  'untestable',
  'warn',
  'unsupported',
  'not-applicable',
  'pass',
];

/** The verdict that stands for several. */
export function worstOf(results: readonly CaseResult[]): Verdict {
  return severity.find((verdict) => results.some((one) => one.verdict === verdict)) ?? 'pass';
}

/** A chip that names a verdict. */
export function verdictChip(verdict: Verdict): string {
  return `<span class="v ${verdict}">${verdict}</span>`;
}

/** JSON that may stand in a script element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function sentenceMarkup(id: string, sentences: Sentences): string {
  const sentence = sentences.get(id);
  if (sentence === undefined) return `<b>${markupText(id)}</b>`;
  const { level, text, path } = sentence;
  return (
    `<b>${markupText(id)}</b> ${markupText(level)} <span class="soft">${markupText(path)}</span>` +
    `<blockquote>${markupText(text)}</blockquote>`
  );
}

function fact(name: string, markup: string | undefined): string {
  return markup === undefined ? '' : `<dt>${name}</dt><dd>${markup}</dd>`;
}

function listMarkup(texts: readonly string[] | undefined): string | undefined {
  if (texts === undefined || texts.length === 0) return undefined;
  return `<ul>${texts.map((text) => `<li>${markupText(text)}</li>`).join('')}</ul>`;
}

const states = {
  expected: 'expected to fail',
  passes: 'passes: remove the entry',
  changed: 'fails in another way than the entry says',
  expired: 'the entry is past its date',
} as const;

function knownMarkup({ known }: CaseResult): string | undefined {
  if (known === undefined) return undefined;
  return `${markupText(known.pattern)} of the known-failing file: ${states[known.state]}`;
}

/** A failure of which no octets tell: it shows at the end, in what the testee did not do. */
function owed(result: CaseResult): MarkView[] {
  const { verdict, findings = [], broken = [], level, observed, expected } = result;
  if (!isFailing(verdict) || findings.some(({ side }) => side === 'testee')) return [];
  const detail = observed ?? expected;
  return broken.map((requirement) => ({ requirement, level, side: 'testee', detail }));
}

function transcriptMarkup(result: CaseResult): string {
  const { transcripts, findings = [] } = result;
  if (transcripts === undefined) {
    return isFailing(result.verdict) ? '<p class="soft">No transcript was kept.</p>' : '';
  }
  const views = transcripts.map((transcript, session) =>
    transcriptView(
      transcript,
      findings.filter((finding) => finding.session === session),
      session === transcripts.length - 1 ? owed(result) : [],
    ),
  );
  const json = scriptJson(views);
  return (
    '<p class="legend">Octets on the connection, grouped by field. An arrow leads from octets to ' +
    'the sentence that they break.</p>' +
    `<div class="transcript"><script type="application/json">${json}</script></div>`
  );
}

/** Deliveries that ended in the same way, in their order. */
function alike(results: readonly CaseResult[]): CaseResult[][] {
  const key = ({ verdict, observed, reported, step, store, broken, known }: CaseResult): string =>
    JSON.stringify([verdict, observed, reported, step, store, broken, known]);
  return [...Map.groupBy(results, key).values()];
}

function groupMarkup(group: readonly CaseResult[], sentences: Sentences): string {
  const first = group.find(({ transcripts }) => transcripts !== undefined) ?? group[0];
  if (first === undefined) return '';
  const { verdict, observed, reported, step, store, noise, requirements } = first;
  const broken = (first.broken ?? []).filter((id) => id !== requirements[0]);
  const names = group.map(({ delivery }) => delivery).join(', ');
  const optional = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : markupText(text);
  const brokenMarkup = broken.map((id) => sentenceMarkup(id, sentences)).join('');
  return [
    `<div class="group">${verdictChip(verdict)} <span class="soft">delivery ${names}</span>`,
    '<dl>',
    fact('observed', optional(observed)),
    fact('also broken', brokenMarkup === '' ? undefined : brokenMarkup),
    fact('at step', optional(step)),
    fact('testee reported', optional(reported)),
    fact('store', listMarkup(store)),
    fact('known failing', knownMarkup(first)),
    fact('testee printed', noise && `<pre>${markupText(noise.join('\n'))}</pre>`),
    '</dl>',
    transcriptMarkup(first),
    '</div>',
  ].join('');
}

function searchText(results: readonly CaseResult[]): string {
  const texts = results.flatMap(({ observed = '', store = [] }) => [observed, ...store]);
  const [first] = results;
  if (first === undefined) return '';
  const { id, title, family, role, requirements, expected } = first;
  const all = [id, title, family, role, ...requirements, expected, ...new Set(texts)];
  return all.join(' ').slice(0, 2_000);
}

function summaryMarkup(results: readonly CaseResult[], first: CaseResult): string {
  const marks = results.map(({ delivery, verdict }) => {
    const name = `${delivery}: ${verdict}`;
    return `<span class="${verdict}" title="${name}">${delivery.charAt(0).toUpperCase()}</span>`;
  });
  const text = results.map(({ delivery, verdict }) => `${delivery} ${verdict}`).join(', ');
  return (
    `<summary>${verdictChip(worstOf(results))}<code>${markupText(first.id)}</code>` +
    `<span class="title">${markupText(first.title)}</span>` +
    `<span class="proves">${markupText(first.requirements[0] ?? '')}</span>` +
    `<span class="deliveries" role="img" aria-label="${text}">${marks.join('')}</span></summary>`
  );
}

/** One case with all its deliveries. */
export function caseMarkup(results: readonly CaseResult[], sentences: Sentences): string {
  const [first] = results;
  if (first === undefined) return '';
  const { id, role, family, requirements, expected, level } = first;
  const own = verdicts.filter((verdict) => results.some((one) => one.verdict === verdict));
  const broken = results.flatMap((result) => [
    ...(result.broken ?? []),
    ...(result.findings ?? []).map(({ requirement }) => requirement),
  ]);
  const named = [...new Set([...requirements, ...broken])];
  const [proved = '', ...others] = requirements;
  const isOpenable = results.some(({ verdict }) => isFailing(verdict) || verdict === 'kit-error');
  return [
    `<details class="case" id="${markupText(id)}" data-verdicts="${own.join(' ')}"`,
    ` data-role="${role}" data-family="${markupText(family)}"`,
    ` data-requirements="${markupText(named.join(' '))}"`,
    ` data-failing="${isOpenable ? 'yes' : 'no'}"`,
    ` data-text="${markupText(searchText(results))}">`,
    summaryMarkup(results, first),
    '<div class="body"><dl>',
    fact(level === 'MUST' ? 'proves' : 'proves (SHOULD)', sentenceMarkup(proved, sentences)),
    fact('touches', others.length === 0 ? undefined : markupText(others.join(', '))),
    fact('expected', markupText(expected)),
    '</dl>',
    ...alike(results).map((group) => groupMarkup(group, sentences)),
    '</div></details>\n',
  ].join('');
}

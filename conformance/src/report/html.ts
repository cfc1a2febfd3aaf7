// The report as one HTML page that opens from disk: no network, no file beside it. Style and script
// are arguments, so that it stays pure; CPace has to be ready for transcripts.
import { readFileSync } from 'node:fs';
import { crashLine } from './crash-count.ts';
import { caseMarkup, scriptJson, type Sentences } from './html-case.ts';
import { markupText } from './markup.ts';
import { verdicts, type CaseResult, type Results } from './results.ts';
import { conforms, headlineOf, isFailing, isUnexpectedFailure, summaryLine } from './summary.ts';

/** Which transcripts the page holds. */
export type TranscriptChoice = 'all' | 'failing' | 'none';

/** What the page is made of beside the results. */
export interface PageParts {
  readonly sentences: Sentences;
  readonly style: string;
  readonly script: string;
  readonly transcripts: TranscriptChoice;
}

const pageFolder = new URL('../../page/', import.meta.url);

/** Style and script of the page, from the kit's own package. */
export function readPageParts(): Pick<PageParts, 'style' | 'script'> {
  const read = (name: string): string => readFileSync(new URL(name, pageFolder), 'utf8');
  return { style: read('report.css'), script: read('report.js') };
}

// Nothing may be loaded from anywhere, whatever a testee's texts hold.
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

const failedShown = 24;

function chosen(result: CaseResult, choice: TranscriptChoice): CaseResult {
  const isShown = choice === 'all' || (choice === 'failing' && result.verdict !== 'pass');
  if (isShown || result.transcripts === undefined) return result;
  const kept = Object.entries(result).filter(([name]) => name !== 'transcripts');
  return Object.fromEntries(kept) as unknown as CaseResult;
}

function sum(cases: readonly CaseResult[], test: (one: CaseResult) => boolean): number {
  return cases.filter(test).length;
}

function headMarkup(results: Results): string {
  const { testee, run, kit, specification, summary, undeclared, unusable, unmatched } = results;
  const { proven, total } = summary.required;
  const tone = conforms(results) ? 'good' : 'bad';
  const percent = total === 0 ? 0 : (100 * proven) / total;
  const facts: readonly (readonly [string, string])[] = [
    ['roles', testee.roles.join(', ') || 'none'],
    ['features', testee.features.join(', ') || 'none'],
    ...(undeclared.length === 0 ? [] : [['not declared', undeclared.join(', ')] as const]),
    ['profile', run.profile],
    ['seed', run.seed],
    ...(run.filters.length === 0 ? [] : [['filters', run.filters.join(' ')] as const]),
    ['started', run.startedAt],
    ...(results.crash === undefined
      ? []
      : [['losses of power', crashLine(results.crash).replace('kills: ', '')] as const]),
    ['took', `${(run.durationMs / 1000).toFixed(1)} s`],
    ['kit', kit],
    ['specification', specification],
  ];
  const { name, version, language } = testee.impl;
  const problems = [
    ...(unusable === undefined ? [] : [`The testee cannot be used: ${unusable}`]),
    ...(unmatched ?? []).map((pattern) => `Known-failing pattern ${pattern} matches no case.`),
  ];
  return [
    '<header><p class="soft">FHIR Peer Sync conformance</p>',
    `<h1>${markupText(name)} ${markupText(version)} <small class="soft">${markupText(language)}`,
    '</small></h1>',
    `<div class="headline ${tone}"><b>${headlineOf(results)}</b> `,
    `<span>${markupText(summaryLine(results))}</span></div>`,
    `<div class="bar ${tone}" role="img" aria-label="${proven} of ${total} required proven">`,
    `<span style="width:${percent.toFixed(2)}%"></span></div>`,
    ...problems.map((text) => `<p class="bad">${markupText(text)}</p>`),
    '<dl class="facts">',
    ...facts.map(([term, text]) => `<div><dt>${term}</dt><dd>${markupText(text)}</dd></div>`),
    '</dl>',
    failedMarkup(results),
    '</header>',
  ].join('');
}

/** What a reader came for: the cases that fail and that nobody knew of. */
function failedMarkup({ cases }: Results): string {
  const failed = cases.filter((one) => isUnexpectedFailure(one) || one.verdict === 'kit-error');
  const byId = [...new Map(failed.map((one) => [one.id, one])).values()];
  if (byId.length === 0) return '';
  const items = byId.slice(0, failedShown).map(({ id, title, verdict }) => {
    const link = `<a href="#${markupText(id)}">${markupText(id)}</a>`;
    return `<li>${link} ${markupText(title)} <span class="soft">${verdict}</span></li>`;
  });
  const rest = byId.length - items.length;
  const more = rest > 0 ? `<li class="soft">and ${rest} more</li>` : '';
  return `<h2>Failing cases</h2><ul class="failed">${items.join('')}${more}</ul>`;
}

function selectMarkup(name: string, values: readonly string[]): string {
  const options = values.map((value) => `<option>${markupText(value)}</option>`).join('');
  const all = `<option value="">any</option>${options}`;
  return `<label>${name}<select name="${name}">${all}</select></label>`;
}

const deliveryKey =
  'How frames are cut: <b>W</b> whole, <b>O</b> octet by octet, <b>H</b> header split, ' +
  '<b>C</b> coalesced';

function filterMarkup({ cases }: Results): string {
  const chips = verdicts.flatMap((verdict) => {
    const number = sum(cases, (one) => one.verdict === verdict);
    const box = `<input type="checkbox" name="verdict" value="${verdict}">`;
    return number === 0
      ? []
      : [`<label class="chip ${verdict}">${box}${verdict} ${number}</label>`];
  });
  const families = [...new Set(cases.map(({ family }) => family))].sort();
  const roles = [...new Set(cases.map(({ role }) => role))].sort();
  const ids = [...new Set(cases.flatMap(({ requirements }) => requirements))].sort();
  const hasFailure = cases.some(({ verdict }) => isFailing(verdict));
  return [
    '<form aria-label="Filter the cases"><fieldset><legend>Verdict</legend>',
    ...chips,
    '</fieldset><div class="filters">',
    selectMarkup('role', roles),
    selectMarkup('family', families),
    '<label>requirement<input type="text" name="requirement" list="ids" placeholder="PSP-PAY-2" ',
    'autocomplete="off" spellcheck="false"></label>',
    '<label>text<input type="search" name="text" id="text" autocomplete="off" ',
    'placeholder="id, title, what came"></label>',
    `<button type="button" id="open"${hasFailure ? '' : ' hidden'}>Open failures</button>`,
    '<button type="reset">Clear</button>',
    `</div><datalist id="ids">${ids.map((id) => `<option>${markupText(id)}`).join('')}</datalist>`,
    '<p id="count" role="status"></p>',
    // The letters at the end of each row.
    `<p class="soft key">${deliveryKey}</p></form>`,
  ].join('');
}

function familyMarkup(name: string, cases: readonly CaseResult[], parts: PageParts): string {
  const byId = [...Map.groupBy(cases, ({ id }) => id).values()];
  const failed = byId.filter((group) => group.some(({ verdict }) => isFailing(verdict))).length;
  const note = failed === 0 ? '' : `, <span class="bad">${failed} failing</span>`;
  const size = `<small>${byId.length} cases${note}</small>`;
  return [
    `<section class="family"><h2>${markupText(name)} ${size}</h2>`,
    ...byId.map((group) => caseMarkup(group, parts.sentences)),
    '</section>',
  ].join('\n');
}

/** The sentences that transcripts may point at. */
function namedSentences(cases: readonly CaseResult[], sentences: Sentences): unknown {
  const findings = cases.flatMap((result) => result.findings ?? []);
  const ids = new Set([
    ...cases.flatMap(({ requirements }) => requirements),
    ...findings.map(({ requirement }) => requirement),
  ]);
  const shown = [...ids].sort().flatMap((id) => {
    const sentence = sentences.get(id);
    return sentence === undefined ? [] : [[id, { level: sentence.level, text: sentence.text }]];
  });
  return Object.fromEntries(shown) as unknown;
}

const keys = `<p class="keys">Keys: <kbd>/</kbd> search, <kbd>j</kbd> and <kbd>k</kbd> next and
previous case, <kbd>Enter</kbd> opens. Deliveries: W whole, O one octet at a time, H split in the
header, C coalesced. The address keeps the filters; add #RCV-0001 to open a case.</p>`;

/** The page. */
export function htmlOf(results: Results, parts: PageParts): string {
  const cases = results.cases.map((result) => chosen(result, parts.transcripts));
  const groups = Map.groupBy(cases, ({ role, family }) => `${role} · ${family}`);
  const { name, version } = results.testee.impl;
  return [
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<link rel="icon" href="data:,">',
    `<title>${markupText(`${headlineOf(results)}: ${name} ${version}`)}</title>`,
    `<style>${parts.style}</style></head><body>`,
    headMarkup(results),
    '<noscript><p class="bad">Filters and transcripts need JavaScript.</p></noscript>',
    filterMarkup(results),
    '<main>',
    ...[...groups].map(([group, own]) => familyMarkup(group, own, parts)),
    `</main><footer>${keys}</footer>`,
    '<script type="application/json" id="sentences">',
    scriptJson(namedSentences(cases, parts.sentences)),
    `</script><script>${parts.script}</script></body></html>\n`,
  ].join('');
}

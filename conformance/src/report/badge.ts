// A badge as SVG that needs no network: what was proven, of how much. Pure.
import { markupText } from './markup.ts';
import type { Results } from './results.ts';
import { conforms } from './summary.ts';

const label = 'fhir peer sync';
const height = 20;
const paddingPx = 8;
/** Widths in tenths of the font size of 11 px, near enough for Verdana and its substitutes. */
const narrow = /[ilj.,:;'|!fIt/() ]/;

function widthOf(text: string): number {
  const units = Array.from(text, (character) => (narrow.test(character) ? 4 : 7));
  return Math.round(units.reduce((sum, unit) => sum + unit, 0)) + 2 * paddingPx;
}

/** What the badge says. */
export function badgeText(results: Results): string {
  const { required } = results.summary;
  if (results.run.interrupted === true) return 'stopped early';
  if (results.exitCode === 3) return 'testee unusable';
  if (results.exitCode === 4) return 'kit error';
  if (required.proven === 0) return 'nothing proven';
  const known = results.summary.knownFailing;
  const suffix = known > 0 ? `, ${known} known` : '';
  return `${required.proven}/${required.total} proven${suffix}`;
}

function colourOf(results: Results): string {
  if (!conforms(results)) return results.exitCode === 1 ? '#b3261e' : '#5f6368';
  return results.summary.knownFailing > 0 ? '#8a5300' : '#1a6b2d';
}

/** The badge of a run. */
export function badgeOf(results: Results): string {
  const text = badgeText(results);
  const [left, right] = [widthOf(label), widthOf(text)];
  const width = left + right;
  const name = markupText(`${label}: ${text}`);
  const font = 'font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11"';
  const half = (from: number, span: number): number => from + span / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img" aria-label="${name}">
<title>${name}</title>
<clipPath id="r"><rect width="${width}" height="${height}" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="${left}" height="${height}" fill="#3c4043"/>
<rect x="${left}" width="${right}" height="${height}" fill="${colourOf(results)}"/></g>
<g fill="#fff" text-anchor="middle" ${font}>
<text x="${half(0, left)}" y="14">${markupText(label)}</text>
<text x="${half(left, right)}" y="14">${markupText(text)}</text></g>
</svg>
`;
}

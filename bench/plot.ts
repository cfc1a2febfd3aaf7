// A bar chart as SVG: resources per second, with the spread of the repetitions. Knows figures, not
// how they came about.
import type { ScenarioRun } from './run.ts';
import { figuresOf } from './statistics.ts';

const width = 860;
const labelWidth = 380;
const rowHeight = 26;
const margin = 12;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The chart of a run. */
export function plotOf(runs: readonly ScenarioRun[]): string {
  const bars = runs.flatMap((run) => {
    const figure = figuresOf(run)['resourcesPerSecond'];
    return figure === undefined ? [] : [{ title: run.scenario.title, ...figure }];
  });
  const most = Math.max(1, ...bars.map((bar) => bar.most));
  const scale = (value: number): number => (value / most) * (width - labelWidth - 90);
  const height = bars.length * rowHeight + 2 * margin;
  const rows = bars.map(({ title, median, least, most: top }, index) => {
    const y = margin + index * rowHeight;
    const middle = y + rowHeight / 2;
    const [from, to] = [labelWidth + scale(least), labelWidth + scale(top)];
    const colour = title.startsWith('protocol') ? '#1f6f8b' : '#9aa5ab';
    return [
      `<text x="${labelWidth - 8}" y="${middle + 4}" text-anchor="end">${escaped(title)}</text>`,
      `<rect x="${labelWidth}" y="${y + 4}" width="${scale(median).toFixed(1)}"` +
        ` height="${rowHeight - 8}" fill="${colour}"/>`,
      `<line x1="${from.toFixed(1)}" x2="${to.toFixed(1)}" y1="${middle}" y2="${middle}"` +
        ' stroke="#222" stroke-width="1.5"/>',
      `<text x="${(to + 6).toFixed(1)}" y="${middle + 4}">${Math.round(median)}</text>`,
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"` +
      ' font-family="sans-serif" font-size="12" role="img">',
    '<title>Resources per second, medians with the least and the most</title>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

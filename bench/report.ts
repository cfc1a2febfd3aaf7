// The report of a run: JSON with every repetition, a Markdown page, a plot as SVG. Runs nothing.
import { mkdir, writeFile } from 'node:fs/promises';
import { arch, availableParallelism, platform } from 'node:os';
import { join } from 'node:path';
import { plotOf } from './plot.ts';
import type { ScenarioRun } from './run.ts';
import { metrics } from './scenario.ts';
import { figureOf, figuresOf, ratioOf, type Figure } from './statistics.ts';
import { verdictsOf } from './targets.ts';

const rate = 'resourcesPerSecond';

function written({ median, least, most }: Figure, digits: number): string {
  const text = (value: number): string => value.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, ' ');
  const plain = (value: number): string => (digits === 0 ? text(value) : value.toFixed(digits));
  return least === most ? plain(median) : `${plain(median)} (${plain(least)}–${plain(most)})`;
}

/** The Markdown page. */
export function pageOf(runs: readonly ScenarioRun[], when: string): string {
  const measured = runs.filter(({ samples }) => samples.length > 0);
  const loads = figureOf(measured.flatMap(({ loads: all }) => all));
  return [
    '# Benchmarks',
    '',
    `${when}, Node ${process.versions.node}, ${platform()} ${arch()}, ` +
      `${availableParallelism()} cores, load over a minute before each repetition: ` +
      `${loads === undefined ? '–' : written(loads, 1)}. Medians of interleaved repetitions, ` +
      'with the least and the most. Compare figures of one run only.',
    '',
    `![resources per second](latest.svg)`,
    '',
    ...throughputTable(measured),
    ...otherTable(measured),
    ...targetTable(measured),
    ...faultLines(runs),
  ].join('\n');
}

function throughputTable(runs: readonly ScenarioRun[]): string[] {
  const ours = runs.find(({ scenario }) => scenario.name === 'protocol');
  const columns = ['senderCpuUs', 'receiverCpuUs', 'senderRssMb', 'receiverRssMb', 'wireOctets'];
  const shown = runs.filter(({ samples }) => samples[0]?.[rate] !== undefined);
  if (shown.length === 0) return [];
  const titles = columns.map((name) => metrics[name]?.title ?? name);
  const rows = shown.map((run) => {
    const figures = figuresOf(run);
    const cell = (name: string): string => {
      const figure = figures[name];
      return figure === undefined ? '–' : written(figure, metrics[name]?.digits ?? 0);
    };
    const isOther = ours !== undefined && ours !== run && ours.count === run.count;
    const ratio = isOther ? ratioOf(ours, run, rate) : undefined;
    const than = ratio === undefined ? '–' : written(ratio, 2);
    const { title, name } = run.scenario;
    const cells = [`${title} (\`${name}\`)`, run.count, cell(rate), than, ...columns.map(cell)];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '## Hand-over of all',
    '',
    `| what | resources | resources/s | protocol is × | ${titles.join(' | ')} |`,
    `|---|---|---|---|${columns.map(() => '---|').join('')}`,
    ...rows,
    '',
  ];
}

function otherTable(runs: readonly ScenarioRun[]): string[] {
  const names = Object.keys(metrics).filter(
    (name) => !['resourcesPerSecond', 'senderCpuUs', 'receiverCpuUs', 'wireOctets'].includes(name),
  );
  const rows = runs.flatMap((run) => {
    const figures = figuresOf(run);
    const isHandOver = figures[rate] !== undefined && !run.scenario.name.startsWith('link');
    const shown = names.flatMap((name) => {
      const figure = figures[name];
      if (figure === undefined || (isHandOver && !/firstEntry|handshake/.test(name))) return [];
      return [`${metrics[name]?.title ?? name} ${written(figure, metrics[name]?.digits ?? 0)}`];
    });
    const { title, name } = run.scenario;
    return shown.length === 0
      ? []
      : [`| ${title} (\`${name}\`) | ${run.count} | ${shown.join('; ')} |`];
  });
  return ['## Everything else', '', '| what | resources | figures |', '|---|---|---|', ...rows, ''];
}

function targetTable(runs: readonly ScenarioRun[]): string[] {
  const rows = verdictsOf(runs).map(
    ({ text, wanted, figure, isMet }) =>
      `| ${text} | ${wanted} | ${written(figure, 2)} | ${isMet ? 'yes' : '**no**'} |`,
  );
  if (rows.length === 0) return [];
  return ['## Targets', '', '| target | wanted | seen | met |', '|---|---|---|---|', ...rows, ''];
}

function faultLines(runs: readonly ScenarioRun[]): string[] {
  const lines = runs.flatMap(({ scenario, fault }) =>
    fault === undefined ? [] : [`- ${scenario.name} was not measured: ${fault}`],
  );
  return lines.length === 0 ? [] : ['## Not measured', '', ...lines, ''];
}

/** Writes `latest.json`, `latest.md` and `latest.svg`; gives the page. */
export async function writeReport(runs: readonly ScenarioRun[], folder: string): Promise<string> {
  const when = new Date().toISOString().slice(0, 10);
  await mkdir(folder, { recursive: true });
  const scenarios = runs.map((run) => ({
    name: run.scenario.name,
    title: run.scenario.title,
    count: run.count,
    loads: run.loads,
    fault: run.fault,
    samples: run.samples,
    figures: figuresOf(run),
  }));
  const machine = { node: process.versions.node, platform: platform(), arch: arch() };
  const report = { when, machine: { ...machine, cores: availableParallelism() }, scenarios };
  const targets = verdictsOf(runs);
  const json = JSON.stringify({ ...report, targets }, undefined, 2);
  const page = pageOf(runs, when);
  await writeFile(join(folder, 'latest.json'), `${json}\n`);
  await writeFile(join(folder, 'latest.md'), page);
  await writeFile(join(folder, 'latest.svg'), plotOf(runs));
  return page;
}

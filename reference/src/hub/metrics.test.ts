// The text of metrics, read by a reader of its own.
import { describe, expect, it } from 'vitest';
import { MetricSet } from './metrics.ts';
import { readPrometheus } from './testing/prometheus-text.ts';

describe('metrics', () => {
  it('are text that Prometheus reads', () => {
    const set = new MetricSet();
    set.counter('a_total', 'Counts\nover two lines, with a \\.').add(2);
    const labelled = set.counter('b_total', 'By name.', 'labelled');
    labelled.add(1, { name: 'with "quotes", a \\ and\na line', kind: 'x' });
    labelled.add(2, { name: 'y', kind: 'x' });
    labelled.add(3, { name: 'y', kind: 'x' });
    set.gauge('c', 'A gauge.', () => [{ value: Infinity }]);
    const samples = readPrometheus(set.text());
    expect([...samples]).toEqual([
      ['a_total', 2],
      ['b_total{name="with \\"quotes\\", a \\\\ and\\na line",kind="x"}', 1],
      ['b_total{name="y",kind="x"}', 5],
      ['c', Infinity],
    ]);
  });

  it('count what a histogram is shown below each bound, the bound included', () => {
    const set = new MetricSet();
    const seconds = set.histogram('d_seconds', 'How long.', [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(value);
    const samples = readPrometheus(set.text());
    expect([...samples]).toEqual([
      ['d_seconds_bucket{le="0.1"}', 2],
      ['d_seconds_bucket{le="1"}', 3],
      ['d_seconds_bucket{le="+Inf"}', 4],
      ['d_seconds_sum', 7.65],
      ['d_seconds_count', 4],
    ]);
  });

  it('are there before anything was counted, but for values that have no labels yet', () => {
    const set = new MetricSet();
    set.counter('a_total', 'None yet.');
    set.counter('b_total', 'None yet.', 'labelled');
    expect([...readPrometheus(set.text())]).toEqual([['a_total', 0]]);
  });
});

// Counters, gauges and histograms, and their text as Prometheus reads it (exposition format 0.0.4).
// Knows nothing of what is counted.

/** Labels of one value, such as `{ kind: 'complete' }`. */
export type Labels = Readonly<Record<string, string>>;

/** One value of a gauge. */
export interface GaugeValue {
  readonly labels?: Labels;
  readonly value: number;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Lines without the name: suffix, labels and value. */
  readonly samples: () => Iterable<readonly [suffix: string, labels: Labels, value: number]>;
}

/** A number that only grows. */
export class Counter {
  readonly #values = new Map<string, { readonly labels: Labels; value: number }>();

  /** Without labels it is there from the start, at 0. */
  constructor(labels?: Labels) {
    if (labels !== undefined) this.add(0, labels);
  }

  add(by: number, labels: Labels = {}): void {
    const key = labelText(labels);
    const found = this.#values.get(key);
    if (found === undefined) this.#values.set(key, { labels, value: by });
    else found.value += by;
  }

  values(): Iterable<{ readonly labels: Labels; readonly value: number }> {
    return this.#values.values();
  }
}

/** How often values fell below each of some bounds. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  /** @param bounds - Ascending. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.#sum += value;
    this.#count += 1;
    for (const [index, bound] of this.#bounds.entries()) {
      if (value <= bound) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    }
  }

  *samples(): Generator<readonly [string, Labels, number]> {
    for (const [index, bound] of this.#bounds.entries()) {
      yield ['_bucket', { le: String(bound) }, this.#counts[index] ?? 0];
    }
    yield ['_bucket', { le: '+Inf' }, this.#count];
    yield ['_sum', {}, this.#sum];
    yield ['_count', {}, this.#count];
  }
}

/** Metrics under their names, in order of making. */
export class MetricSet {
  readonly #metrics: Metric[] = [];

  /** A counter; its name ends in `_total`. */
  counter(name: string, help: string, labels?: 'labelled'): Counter {
    const counter = new Counter(labels === undefined ? {} : undefined);
    this.#metrics.push({
      name,
      help,
      type: 'counter',
      samples: function* () {
        for (const { labels: own, value } of counter.values()) yield ['', own, value];
      },
    });
    return counter;
  }

  /** A number that is read when somebody asks. */
  gauge(name: string, help: string, read: () => readonly GaugeValue[]): void {
    this.#metrics.push({
      name,
      help,
      type: 'gauge',
      samples: function* () {
        for (const { labels = {}, value } of read()) yield ['', labels, value];
      },
    });
  }

  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    const histogram = new Histogram(bounds);
    this.#metrics.push({ name, help, type: 'histogram', samples: () => histogram.samples() });
    return histogram;
  }

  /** Everything as text. */
  text(): string {
    const lines: string[] = [];
    for (const { name, help, type, samples } of this.#metrics) {
      lines.push(`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`);
      for (const [suffix, labels, value] of samples()) {
        lines.push(`${name}${suffix}${labelText(labels)} ${numberText(value)}`);
      }
    }
    return `${lines.join('\n')}\n`;
  }
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  );
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

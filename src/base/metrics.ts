import { decimalText } from './decimal-text.ts';

/** What is measured, as those who read `/metrics` see it. Made once; every `Metrics` holds its own figures for it. */
interface FamilyBase {
  /** `[a-z_]+`, with its unit at the end. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** How much the Kubernetes project promises of the name, as it stands before the help. */
  readonly stability?: 'ALPHA' | 'BETA' | 'STABLE';
}

/** Only grows. */
export interface CounterFamily extends FamilyBase {
  readonly type: 'counter';
}

/** Goes up and down. */
export interface GaugeFamily extends FamilyBase {
  readonly type: 'gauge';
}

/** How values spread over buckets. */
export interface HistogramFamily extends FamilyBase {
  readonly type: 'histogram';
  /** Upper bounds, each within its bucket, growing; that of infinity is not listed. */
  readonly buckets: readonly number[];
}

export type MetricFamily = CounterFamily | GaugeFamily | HistogramFamily;

/** One number of one family with one set of label values. Whoever records often keeps it: finding it again is what costs. */
class Figure {
  value = 0;

  inc(by = 1): void {
    this.value += by;
  }

  dec(by = 1): void {
    this.value -= by;
  }

  set(value: number): void {
    this.value = value;
  }
}

/** A figure of a counter, which nobody can make smaller. */
export type Counter = Pick<Figure, 'inc'> & { readonly value: number };

export type Gauge = Figure;

/** The values of one histogram with one set of label values. */
export class Histogram {
  /** How many fell into each bucket, and last those above all of them. */
  readonly counts: number[];
  readonly #buckets: readonly number[];
  sum = 0;

  constructor(buckets: readonly number[]) {
    this.#buckets = buckets;
    this.counts = new Array<number>(buckets.length + 1).fill(0);
  }

  observe(value: number): void {
    const buckets = this.#buckets;
    let at = 0;
    // Most values are small: they lie in the first buckets.
    while (at < buckets.length && value > (buckets[at] ?? 0)) at++;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sum += value;
  }
}

export const metricLimits = {
  /** Sets of label values of one family. What comes on top is counted together, with `unexpected` for each label. */
  seriesPerFamily: 10_000,
} as const;

const unexpectedValue = 'unexpected';

const unexpected: CounterFamily = {
  type: 'counter',
  name: 'cardinality_enforcement_unexpected_categorizations_total',
  help: 'The count of unexpected categorizations during cardinality enforcement.',
  labels: [],
  stability: 'ALPHA',
};

/** The figures of one family. */
interface Kept {
  readonly family: MetricFamily;
  readonly series: Map<string, Series>;
}

interface Series {
  /** `{name="value",...}` without the braces. */
  readonly labels: string;
  readonly figure: Figure | Histogram;
}

/** The figures of one server, or of one process. Families without any are not shown. */
export class Metrics {
  readonly #families = new Map<MetricFamily, Kept>();
  readonly #collectors: (() => void)[] = [];

  /** The figure for these values of the family's labels, in their order; made when it is asked for first. */
  counter(family: CounterFamily, ...values: string[]): Counter {
    return this.#figure(family, values);
  }

  gauge(family: GaugeFamily, ...values: string[]): Gauge {
    return this.#figure(family, values);
  }

  histogram(family: HistogramFamily, ...values: string[]): Histogram {
    const { figure } = this.#series(family, values);
    if (figure instanceof Histogram) return figure;
    throw new Error(`${family.name} is no histogram`);
  }

  /** Called before the figures are read: for what is looked at rather than counted. */
  beforeReading(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /** Forgets the figures of a family: what is looked at anew may be less than before. */
  clear(family: MetricFamily): void {
    this.#families.delete(family);
  }

  /** All figures in the text format of Prometheus, version 0.0.4, sorted by name. */
  text(): string {
    for (const collect of this.#collectors) collect();
    const kept = [...this.#families.values()];
    return kept
      .sort((one, other) => (one.family.name < other.family.name ? -1 : 1))
      .map(familyText)
      .join('');
  }

  #figure(family: CounterFamily | GaugeFamily, values: readonly string[]): Figure {
    const { figure } = this.#series(family, values);
    if (figure instanceof Figure) return figure;
    throw new Error(`${family.name} is a histogram`);
  }

  #series(family: MetricFamily, values: readonly string[]): Series {
    let kept = this.#families.get(family);
    if (!kept) {
      kept = { family, series: new Map() };
      this.#families.set(family, kept);
    }
    const key = values.length === 1 ? (values[0] ?? '') : JSON.stringify(values);
    return kept.series.get(key) ?? this.#add(kept, key, values);
  }

  #add({ family, series }: Kept, key: string, values: readonly string[]): Series {
    if (values.length !== family.labels.length)
      throw new Error(`${family.name} has ${family.labels.length} labels`);
    if (series.size >= metricLimits.seriesPerFamily && values.some((value) => value !== unexpectedValue)) {
      this.counter(unexpected).inc();
      return this.#series(
        family,
        values.map(() => unexpectedValue),
      );
    }
    const made: Series = {
      labels: family.labels
        .map((name, at) => `${name}="${escaped(values[at] ?? '')}"`)
        .sort()
        .join(','),
      figure: family.type === 'histogram' ? new Histogram(family.buckets) : new Figure(),
    };
    series.set(key, made);
    return made;
  }
}

function familyText({ family, series }: Kept): string {
  const { name, help, stability, type } = family;
  const promise = stability === undefined ? '' : `[${stability}] `;
  let text = `# HELP ${name} ${promise}${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n# TYPE ${name} ${type}\n`;
  for (const { labels, figure } of series.values()) {
    text +=
      family.type === 'histogram' && figure instanceof Histogram
        ? histogramText(family, labels, figure)
        : `${name}${labels === '' ? '' : `{${labels}}`} ${figure instanceof Figure ? decimalText(figure.value) : ''}\n`;
  }
  return text;
}

/** Each bucket counts what lies in those below it too. */
function histogramText({ name, buckets }: HistogramFamily, labels: string, { counts, sum }: Histogram) {
  const before = labels === '' ? '' : `${labels},`;
  let total = 0;
  let text = '';
  for (const [at, count] of counts.entries()) {
    total += count;
    const bound = buckets[at];
    text += `${name}_bucket{${before}le="${bound === undefined ? '+Inf' : decimalText(bound)}"} ${total}\n`;
  }
  const braces = labels === '' ? '' : `{${labels}}`;
  return `${text}${name}_sum${braces} ${decimalText(sum)}\n${name}_count${braces} ${total}\n`;
}

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}

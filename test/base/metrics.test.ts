import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CounterFamily, type HistogramFamily, Metrics, metricLimits } from '../../src/base/index.ts';

const requests: CounterFamily = {
  type: 'counter',
  name: 'requests_total',
  help: 'Requests,\nby \\ who.',
  labels: ['who'],
  stability: 'STABLE',
};
const sizes: HistogramFamily = {
  type: 'histogram',
  name: 'sizes_bytes',
  help: 'Sizes.',
  labels: [],
  buckets: [0.005, 1000, 1e6],
};

test('figures are written as Prometheus reads them, whatever a label holds', () => {
  const metrics = new Metrics();
  metrics.histogram(sizes).observe(1000);
  metrics.histogram(sizes).observe(1001);
  metrics.histogram(sizes).observe(2e6);
  metrics.counter(requests, 'a"b\\c\nrequests_total{who="forged"} 7').inc();
  metrics.counter(requests, 'many').inc(1_234_567);
  assert.equal(
    metrics.text(),
    `# HELP requests_total [STABLE] Requests,\\nby \\\\ who.
# TYPE requests_total counter
requests_total{who="a\\"b\\\\c\\nrequests_total{who=\\"forged\\"} 7"} 1
requests_total{who="many"} 1.234567e+06
# HELP sizes_bytes Sizes.
# TYPE sizes_bytes histogram
sizes_bytes_bucket{le="0.005"} 0
sizes_bytes_bucket{le="1000"} 1
sizes_bytes_bucket{le="1e+06"} 2
sizes_bytes_bucket{le="+Inf"} 3
sizes_bytes_sum 2.002001e+06
sizes_bytes_count 3
`,
  );
});

test('the same values give the same figure, and a family has a limit of them', () => {
  const metrics = new Metrics();
  assert.equal(metrics.counter(requests, 'one'), metrics.counter(requests, 'one'));
  for (let n = 0; n < metricLimits.seriesPerFamily + 500; n++) metrics.counter(requests, `n${n}`).inc();
  metrics.counter(requests, 'one').inc();
  const text = metrics.text();
  const lines = text.split('\n').filter((line) => line.startsWith('requests_total{'));
  assert.equal(lines.length, metricLimits.seriesPerFamily + 1);
  assert.ok(lines.includes('requests_total{who="one"} 1'), 'what was there before is still told apart');
  assert.ok(lines.includes('requests_total{who="unexpected"} 501'));
  assert.match(text, /^cardinality_enforcement_unexpected_categorizations_total 501$/m);
});

test('what is looked at is looked at when it is read', () => {
  const metrics = new Metrics();
  let seen = 0;
  metrics.beforeReading(() => metrics.gauge({ ...requests, type: 'gauge' }, 'x'));
  metrics.beforeReading(() => {
    seen++;
  });
  metrics.text();
  metrics.text();
  assert.equal(seen, 2);
});

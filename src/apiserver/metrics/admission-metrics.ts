import type { Counter, CounterFamily, Histogram, HistogramFamily, Metrics } from '../../base/index.ts';

/** As the real server calls the two parts of admission. */
type Part = 'admit' | 'validate';

const buckets = [0.005, 0.025, 0.1, 0.5, 1, 2.5];

const controllers: HistogramFamily = {
  type: 'histogram',
  name: 'apiserver_admission_controller_admission_duration_seconds',
  help: 'Admission controller latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
  labels: ['name', 'type', 'operation', 'rejected'],
  buckets,
  stability: 'STABLE',
};
const webhookDuration: HistogramFamily = {
  type: 'histogram',
  name: 'apiserver_admission_webhook_admission_duration_seconds',
  help: 'Admission webhook latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
  labels: ['name', 'type', 'operation', 'rejected'],
  buckets: [...buckets, 10, 25],
  stability: 'STABLE',
};
const webhookRequests: CounterFamily = {
  type: 'counter',
  name: 'apiserver_admission_webhook_request_total',
  help: 'Admission webhook request total, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify whether the request was rejected or not and an HTTP status code. Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.',
  labels: ['name', 'type', 'operation', 'code', 'rejected'],
  stability: 'ALPHA',
};
const webhookRejections: CounterFamily = {
  type: 'counter',
  name: 'apiserver_admission_webhook_rejection_count',
  help: 'Admission webhook rejection count, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify an error type (calling_webhook_error or apiserver_internal_error if an error occurred; no_error otherwise) and optionally a non-zero rejection code if the webhook rejects the request with an HTTP status code (honored by the apiserver when the code is greater or equal to 400). Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.',
  labels: ['name', 'type', 'operation', 'error_type', 'rejection_code'],
  stability: 'ALPHA',
};
const webhookFailedOpen: CounterFamily = {
  type: 'counter',
  name: 'apiserver_admission_webhook_fail_open_count',
  help: 'Admission webhook fail open count, identified by name and broken out for each admission type (validating or admit).',
  labels: ['name', 'type'],
  stability: 'ALPHA',
};

const mutationLabels = ['policy', 'policy_binding', 'error_type'];
const mutations: CounterFamily = {
  type: 'counter',
  name: 'apiserver_mutating_admission_policy_check_total',
  help: 'Mutation admission policy check total, labeled by policy and further identified by binding.',
  labels: mutationLabels,
  stability: 'ALPHA',
};
const mutationDuration: HistogramFamily = {
  type: 'histogram',
  name: 'apiserver_mutating_admission_policy_check_duration_seconds',
  help: 'Mutation admission latency for individual mutation expressions in seconds, labeled by policy and binding.',
  labels: mutationLabels,
  buckets: [0.000_000_5, 0.001, 0.01, 0.1, 1],
  stability: 'ALPHA',
};

/** One mutation of a policy, as it ended. */
export interface MutationCall {
  readonly policy: string;
  readonly binding: string;
  readonly outcome: 'no_error' | 'invalid_error' | 'out_of_budget' | 'compile_error';
  readonly seconds: number;
}

/** One call of a webhook, as it ended. */
export interface WebhookCall {
  readonly name: string;
  readonly type: 'admit' | 'validating';
  readonly operation: string;
  readonly seconds: number;
  /** Of the refusal; 200 for what is allowed, 0 when there was no answer. */
  readonly code: number;
  readonly outcome: 'allowed' | 'refused' | 'failed' | 'failed open';
}

const largestCode = 600;

/** What is measured of admission. */
export class AdmissionMetrics {
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /** Finds the histogram of one plug-in without a search: each is looked up once. */
  plugIn(name: string, part: Part): (operation: string, isRefused: boolean) => Histogram {
    return remembered((operation, refused) =>
      this.#metrics.histogram(controllers, name, part, operation, refused),
    );
  }

  webhook({ name, type, operation, seconds, code, outcome }: WebhookCall): void {
    const isRefused = outcome === 'refused' || outcome === 'failed';
    const refused = String(isRefused);
    const shownCode = String(Math.min(code, largestCode));
    this.#metrics.histogram(webhookDuration, name, type, operation, refused).observe(seconds);
    this.#counter(webhookRequests, name, type, operation, shownCode, refused).inc();
    if (outcome === 'failed open') this.#counter(webhookFailedOpen, name, type).inc();
    if (outcome === 'allowed') return;
    const error = outcome === 'refused' ? 'no_error' : 'calling_webhook_error';
    const rejectionCode = outcome === 'refused' ? shownCode : '0';
    if (isRefused) this.#counter(webhookRejections, name, type, operation, error, rejectionCode).inc();
  }

  mutation({ policy, binding, outcome, seconds }: MutationCall): void {
    this.#counter(mutations, policy, binding, outcome).inc();
    this.#metrics.histogram(mutationDuration, policy, binding, outcome).observe(seconds);
  }

  #counter(family: CounterFamily, ...values: string[]): Counter {
    return this.#metrics.counter(family, ...values);
  }
}

function remembered(
  find: (operation: string, refused: string) => Histogram,
): (operation: string, isRefused: boolean) => Histogram {
  const allowed = new Map<string, Histogram>();
  const refused = new Map<string, Histogram>();
  return (operation, isRefused) => {
    const known = isRefused ? refused : allowed;
    let histogram = known.get(operation);
    if (!histogram) known.set(operation, (histogram = find(operation, String(isRefused))));
    return histogram;
  };
}

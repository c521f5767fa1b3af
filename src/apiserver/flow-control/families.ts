import type { CounterFamily, GaugeFamily, HistogramFamily } from '../../base/index.ts';

/**
 * What is measured of flow control, under the names, labels and buckets of the real server.
 * Source: kubernetes.io/docs/concepts/cluster-administration/flow-control/#metrics
 */
const ofLevel = ['priority_level'];
const ofFlow = ['priority_level', 'flow_schema'];
const secondsBuckets = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const subsystem = 'apiserver_flowcontrol';

interface Shape {
  readonly labels: readonly string[];
  readonly stability?: 'ALPHA' | 'BETA';
}

function gauge(name: string, help: string, { labels, stability = 'ALPHA' }: Shape): GaugeFamily {
  return { type: 'gauge', name: `${subsystem}_${name}`, help, labels, stability };
}

function counter(name: string, help: string, { labels, stability = 'ALPHA' }: Shape): CounterFamily {
  return { type: 'counter', name: `${subsystem}_${name}`, help, labels, stability };
}

function histogram(
  name: string,
  help: string,
  { labels, stability = 'ALPHA', buckets }: Shape & { readonly buckets: readonly number[] },
): HistogramFamily {
  return { type: 'histogram', name: `${subsystem}_${name}`, help, labels, stability, buckets };
}

export const rejectedRequests = counter(
  'rejected_requests_total',
  'Number of requests rejected by API Priority and Fairness subsystem',
  { labels: [...ofFlow, 'reason'], stability: 'BETA' },
);

export const dispatchedRequests = counter(
  'dispatched_requests_total',
  'Number of requests executed by API Priority and Fairness subsystem',
  { labels: ofFlow, stability: 'BETA' },
);

export const noAccommodation = counter(
  'request_dispatch_no_accommodation_total',
  'Number of times a dispatch attempt resulted in a non accommodation due to lack of available seats',
  { labels: ofFlow },
);

export const inqueueRequests = gauge(
  'current_inqueue_requests',
  'Number of requests currently pending in queues of the API Priority and Fairness subsystem',
  { labels: ofFlow, stability: 'BETA' },
);

export const inqueueSeats = gauge(
  'current_inqueue_seats',
  'Number of seats currently pending in queues of the API Priority and Fairness subsystem',
  { labels: ofFlow },
);

export const executingRequests = gauge(
  'current_executing_requests',
  'Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem',
  { labels: ofFlow, stability: 'BETA' },
);

export const executingSeats = gauge(
  'current_executing_seats',
  'Concurrency (number of seats) occupied by the currently executing (initial stage for a WATCH, any stage otherwise) requests in the API Priority and Fairness subsystem',
  { labels: ofFlow, stability: 'BETA' },
);

export const queueLengths = histogram(
  'request_queue_length_after_enqueue',
  'Length of queue in the API Priority and Fairness subsystem, as seen by each request after it is enqueued',
  { labels: ofFlow, buckets: [0, 10, 25, 50, 100, 250, 500, 1000] },
);

export const waitSeconds = histogram(
  'request_wait_duration_seconds',
  'Length of time a request spent waiting in its queue',
  { labels: [...ofFlow, 'execute'], stability: 'BETA', buckets: secondsBuckets },
);

export const executionSeconds = histogram(
  'request_execution_seconds',
  'Duration of initial stage (for a WATCH) or any (for a non-WATCH) stage of request execution in the API Priority and Fairness subsystem',
  { labels: [...ofFlow, 'type'], buckets: secondsBuckets },
);

export const watchCounts = histogram(
  'watch_count_samples',
  'count of watchers for mutating requests in API Priority and Fairness',
  { labels: ofFlow, buckets: [0, 1, 10, 100, 1000, 10_000] },
);

export const estimatedSeats = histogram(
  'work_estimated_seats',
  'Number of estimated seats (maximum of initial and final seats) associated with requests in API Priority and Fairness',
  { labels: ofFlow, buckets: [1, 2, 4, 8, 16, 32, 64, 100] },
);

/** Of a priority level: looked at when somebody reads them. */
export const levelGauges = {
  nominal: gauge(
    'nominal_limit_seats',
    'Nominal number of execution seats configured for each priority level',
    {
      labels: ofLevel,
      stability: 'BETA',
    },
  ),
  least: gauge(
    'lower_limit_seats',
    'Configured lower bound on number of execution seats available to each priority level',
    { labels: ofLevel },
  ),
  most: gauge(
    'upper_limit_seats',
    'Configured upper bound on number of execution seats available to each priority level',
    { labels: ofLevel },
  ),
  current: gauge(
    'current_limit_seats',
    'current derived number of execution seats available to each priority level',
    { labels: ofLevel },
  ),
  highWatermark: gauge(
    'demand_seats_high_watermark',
    'High watermark, over last adjustment period, of demand_seats',
    { labels: ofLevel },
  ),
  average: gauge(
    'demand_seats_average',
    'Time-weighted average, over last adjustment period, of demand_seats',
    { labels: ofLevel },
  ),
  deviation: gauge(
    'demand_seats_stdev',
    'Time-weighted standard deviation, over last adjustment period, of demand_seats',
    { labels: ofLevel },
  ),
  smoothed: gauge('demand_seats_smoothed', 'Smoothed seat demands', { labels: ofLevel }),
  target: gauge('target_seats', 'Seat allocation targets', { labels: ofLevel }),
  time: gauge('current_r', 'R(time of last change)', { labels: ofLevel }),
  dispatchTime: gauge('dispatch_r', 'R(time of last dispatch)', { labels: ofLevel }),
  dispatchStart: gauge('latest_s', 'S(most recently dispatched request)', { labels: ofLevel }),
} as const;

export const startBounds = gauge(
  'next_s_bounds',
  'min and max, over queues, of S(oldest waiting request in queue)',
  { labels: [...ofLevel, 'bound'] },
);

export const discountedStartBounds = gauge(
  'next_discounted_s_bounds',
  'min and max, over queues, of S(oldest waiting request in queue) - estimated work in progress',
  { labels: [...ofLevel, 'bound'] },
);

export const fairFraction = gauge(
  'seat_fair_frac',
  "Fair fraction of server's concurrency to allocate to each priority level that can use it",
  { labels: [] },
);

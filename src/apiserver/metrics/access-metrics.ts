import type { UserInfo } from '../../apimachinery/contract.ts';
import type { Counter, CounterFamily, Histogram, HistogramFamily, Metrics } from '../../base/index.ts';

const attempts: CounterFamily = {
  type: 'counter',
  name: 'authentication_attempts',
  help: 'Counter of authenticated attempts.',
  labels: ['result'],
  stability: 'ALPHA',
};
const users: CounterFamily = {
  type: 'counter',
  name: 'authenticated_user_requests',
  help: 'Counter of authenticated requests broken out by username.',
  labels: ['username'],
  stability: 'ALPHA',
};
const decisions: CounterFamily = {
  type: 'counter',
  name: 'authorization_attempts_total',
  help: "Counter of authorization attempts broken down by result. It can be either 'allowed', 'denied', 'no-opinion' or 'error'.",
  labels: ['result'],
  stability: 'ALPHA',
};
const buckets = Array.from({ length: 15 }, (_, power) => 0.001 * 2 ** power);
const authenticationDuration: HistogramFamily = {
  type: 'histogram',
  name: 'authentication_duration_seconds',
  help: 'Authentication duration in seconds broken out by result.',
  labels: ['result'],
  buckets,
  stability: 'ALPHA',
};
const authorizationDuration: HistogramFamily = {
  type: 'histogram',
  name: 'authorization_duration_seconds',
  help: 'Authorization duration in seconds broken out by result.',
  labels: ['result'],
  buckets,
  stability: 'ALPHA',
};

/** Names that are shown as they are; everybody else's is nobody's business. */
const known: ReadonlySet<string> = new Set([
  'admin',
  'client',
  'kube_proxy',
  'kubelet',
  'system:serviceaccount:kube-system:default',
]);

interface Outcome {
  readonly total: Counter;
  readonly duration: Histogram;
}

/** What is measured of who asks and whether he may. */
export class AccessMetrics {
  readonly #metrics: Metrics;
  readonly #users = new WeakMap<UserInfo, Counter>();
  readonly #authenticated: Readonly<Record<'success' | 'failure' | 'error', () => Outcome>>;
  readonly #authorized: Readonly<Record<'allow' | 'deny' | 'no-opinion' | 'error', () => Outcome>>;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    const outcome = (total: CounterFamily, duration: HistogramFamily, result: string) =>
      once(() => ({
        total: metrics.counter(total, result),
        duration: metrics.histogram(duration, result),
      }));
    const authenticated = (result: string) => outcome(attempts, authenticationDuration, result);
    const authorized = (result: string) => outcome(decisions, authorizationDuration, result);
    this.#authenticated = {
      success: authenticated('success'),
      failure: authenticated('failure'),
      error: authenticated('error'),
    };
    this.#authorized = {
      allow: authorized('allowed'),
      deny: authorized('denied'),
      'no-opinion': authorized('no-opinion'),
      error: authorized('error'),
    };
  }

  authenticated(result: 'success' | 'failure' | 'error', seconds: number, user?: UserInfo): void {
    const { total, duration } = this.#authenticated[result]();
    total.inc();
    duration.observe(seconds);
    if (user) this.#of(user).inc();
  }

  authorized(result: 'allow' | 'deny' | 'no-opinion' | 'error', seconds: number): void {
    const { total, duration } = this.#authorized[result]();
    total.inc();
    duration.observe(seconds);
  }

  #of(user: UserInfo): Counter {
    let counter = this.#users.get(user);
    if (!counter) {
      const { username } = user;
      const other = username.includes('@') ? 'email_id' : 'other';
      counter = this.#metrics.counter(users, known.has(username) ? username : other);
      this.#users.set(user, counter);
    }
    return counter;
  }
}

/** Made when it is needed first: what never happens is not shown. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

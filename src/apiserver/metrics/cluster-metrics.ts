import type { GaugeFamily, Metrics } from '../../base/index.ts';
import { AccessMetrics } from './access-metrics.ts';
import { Inflight } from './inflight.ts';
import { RequestMetrics } from './request-metrics.ts';

const buildInfo: GaugeFamily = {
  type: 'gauge',
  name: 'kubernetes_build_info',
  help: "A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
  labels: [
    'major',
    'minor',
    'git_version',
    'git_commit',
    'git_tree_state',
    'build_date',
    'go_version',
    'compiler',
    'platform',
  ],
  stability: 'ALPHA',
};

/** What a cluster's server is said to be, as `/version` has it. */
export interface BuildInfo {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
  readonly gitCommit: string;
  readonly gitTreeState: string;
  readonly buildDate: string;
  readonly goVersion: string;
  readonly compiler: string;
  readonly platform: string;
}

/** What is measured of the requests of one cluster. */
export class ClusterMetrics {
  readonly requests: RequestMetrics;
  readonly inflight: Inflight;
  readonly access: AccessMetrics;

  /** `build` is asked when the figures are read: a cluster may be upgraded. */
  constructor(metrics: Metrics, options: { readonly now: () => number; readonly build: () => BuildInfo }) {
    this.requests = new RequestMetrics(metrics);
    this.inflight = new Inflight(metrics, options.now);
    this.access = new AccessMetrics(metrics);
    metrics.beforeReading(() => {
      metrics.clear(buildInfo);
      const { major, minor, gitVersion, gitCommit, gitTreeState, buildDate, ...rest } = options.build();
      const { goVersion, compiler, platform } = rest;
      const git = [gitVersion, gitCommit, gitTreeState, buildDate];
      metrics.gauge(buildInfo, major, minor, ...git, goVersion, compiler, platform).set(1);
    });
  }
}

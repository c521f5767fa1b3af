import { withCondition } from '../../apimachinery/conditions.ts';
import { isConflict, objectKey } from '../../apimachinery/kinds.ts';
import type { FullCondition } from '../../apimachinery/meta.ts';
import { type LabelSelector, parseLabelSelector } from '../../apimachinery/selectors/labels.ts';
import { errorMessage, type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import type { HorizontalPodAutoscaler } from '../kinds/autoscaling.ts';
import type { Pod } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { commitStatus } from '../shared/status.ts';
import { limited, noteChange } from './limits.ts';
import { type AutoscalerMemory, newMemory } from './memory.ts';
import { FailedMetric, type Judged, judge } from './metric.ts';
import { readScale, type Scale, writeScale } from './scale.ts';

export interface AutoscalerContext extends ClusterContext {
  readonly autoscalers: Informer<HorizontalPodAutoscaler>;
  readonly pods: Informer<Pod>;
  /** By the keys of autoscalers. */
  readonly memories: Map<string, AutoscalerMemory>;
  /** The pods that each autoscaler looks at, by its key. */
  readonly selectors: Map<string, string>;
}

/** `--horizontal-pod-autoscaler-sync-period`. */
const periodMs = 15_000;
const component = 'horizontal-pod-autoscaler';

/** One pass over an autoscaler: what is used, how many there should be, what that says; again after a while. */
export async function reconcileAutoscaler(
  key: string,
  context: AutoscalerContext,
): Promise<Reconciled | undefined> {
  const autoscaler = context.autoscalers.get(key);
  if (!autoscaler || autoscaler.metadata.deletionTimestamp) {
    context.memories.delete(key);
    context.selectors.delete(key);
    return undefined;
  }
  const pass = new Pass(autoscaler, context);
  const scale = await readScale(autoscaler, context);
  if (typeof scale === 'string') {
    pass.warn('FailedGetScale', scale);
    pass.say('AbleToScale', 'False', 'FailedGetScale', `${unableToGet}: ${scale}`);
    await pass.commit();
    return { againAfterMs: periodMs };
  }
  pass.say('AbleToScale', 'True', 'SucceededGetScale', ableToGet);
  await pass.scaleBy(scale);
  return { againAfterMs: periodMs };
}

const unableToGet = "the HPA controller was unable to get the target's current scale";
const ableToGet = "the HPA controller was able to get the target's current scale";
const unableToCompute = 'the HPA was unable to compute the replica count';

interface Wanted {
  readonly replicas: number;
  readonly why: string;
  readonly metrics: readonly JsonObject[] | undefined;
}

class Pass {
  readonly #autoscaler: HorizontalPodAutoscaler;
  readonly #context: AutoscalerContext;
  readonly #key: string;
  readonly #memory: AutoscalerMemory;
  #conditions: FullCondition[];

  constructor(autoscaler: HorizontalPodAutoscaler, context: AutoscalerContext) {
    this.#autoscaler = autoscaler;
    this.#context = context;
    this.#key = objectKey(autoscaler);
    this.#memory = context.memories.get(this.#key) ?? newMemory();
    context.memories.set(this.#key, this.#memory);
    this.#conditions = autoscaler.status?.conditions ?? [];
  }

  say(type: string, status: 'True' | 'False', reason: string, message: string): void {
    const condition = { type, status, reason, message };
    this.#conditions = withCondition(this.#conditions, condition, this.#context.clock.now());
  }

  warn(reason: string, message: string): void {
    this.#context.events.record(this.#autoscaler, { type: 'Warning', reason, message, component });
  }

  /** Writes the status, with what is handed in in the place of what it said. */
  async commit(now: Partial<NonNullable<HorizontalPodAutoscaler['status']>> = {}): Promise<void> {
    const { client, autoscalers } = this.#context;
    const { currentMetrics: _metrics, ...before } = this.#autoscaler.status ?? { desiredReplicas: 0 };
    const status = { ...before, ...now, conditions: this.#conditions };
    try {
      await commitStatus(this.#autoscaler, status, { client, informer: autoscalers });
    } catch (thrown) {
      // The next pass says it again.
      if (!isConflict(thrown)) throw thrown;
    }
  }

  async scaleBy(scale: Scale): Promise<void> {
    const current = scale.specReplicas;
    if (this.#memory.recommendations.length === 0) {
      this.#memory.recommendations.push({ replicas: current, atMs: this.#context.clock.now() });
    }
    const wanted = await this.#wanted(scale);
    if (!wanted) return;
    const { replicas, why, metrics } = wanted;
    const told = { currentReplicas: current, ...(metrics && { currentMetrics: [...metrics] }) };
    if (replicas === current) {
      await this.commit({ ...told, desiredReplicas: current });
      return;
    }
    if (!(await this.#write(scale, replicas, { why, told }))) return;
    const nowMs = this.#context.clock.now();
    noteChange(this.#memory, { from: current, to: replicas, nowMs }, this.#autoscaler.spec.behavior);
    await this.commit({ ...told, desiredReplicas: replicas, lastScaleTime: rfc3339Seconds(nowMs) });
  }

  /** False when the target was not written. */
  async #write(
    scale: Scale,
    replicas: number,
    { why, told }: { readonly why: string; readonly told: object },
  ): Promise<boolean> {
    try {
      await this.#writeOnce(scale, replicas);
    } catch (thrown) {
      const error = errorMessage(thrown);
      this.warn('FailedRescale', `New size: ${replicas}; reason: ${why}; error: ${error}`);
      const message = `the HPA controller was unable to update the target scale: ${error}`;
      this.say('AbleToScale', 'False', 'FailedUpdateScale', message);
      await this.commit(told);
      return false;
    }
    const message = `the HPA controller was able to update the target scale to ${replicas}`;
    this.say('AbleToScale', 'True', 'SucceededRescale', message);
    const event = { type: 'Normal', reason: 'SuccessfulRescale', component } as const;
    this.#context.events.record(this.#autoscaler, {
      ...event,
      message: `New size: ${replicas}; reason: ${why}`,
    });
    return true;
  }

  /** Once more when somebody else wrote the target in between. */
  async #writeOnce(scale: Scale, replicas: number): Promise<void> {
    try {
      await writeScale(scale, replicas, this.#context);
    } catch (thrown) {
      if (!isConflict(thrown)) throw thrown;
      const latest = await readScale(this.#autoscaler, this.#context);
      if (typeof latest === 'string') throw thrown;
      await writeScale(latest, replicas, this.#context);
    }
  }

  /** How many there should be; undefined when that cannot be known, which is then said. */
  async #wanted(scale: Scale): Promise<Wanted | undefined> {
    const { minReplicas: minimum = 1, maxReplicas } = this.#autoscaler.spec;
    const current = scale.specReplicas;
    if (current === 0 && minimum !== 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      this.say('ScalingActive', 'False', 'ScalingDisabled', message);
      return { replicas: 0, why: '', metrics: undefined };
    }
    if (current > maxReplicas) {
      const why = 'Current number of replicas above Spec.MaxReplicas';
      return { replicas: maxReplicas, why, metrics: undefined };
    }
    if (current < minimum) {
      const why = 'Current number of replicas below Spec.MinReplicas';
      return { replicas: minimum, why, metrics: undefined };
    }
    const judged = await this.#judged(scale);
    if (!judged) return undefined;
    const desired = judged.replicas;
    const why = desired > current ? `${judged.name} above target` : 'All metrics below target';
    const asked = { current, desired, minimum, memory: this.#memory, nowMs: this.#context.clock.now() };
    const { replicas, able, limit } = limited(this.#autoscaler.spec, asked);
    this.say('AbleToScale', 'True', able.reason, able.message);
    this.say('ScalingLimited', limit.isLimited ? 'True' : 'False', limit.reason, limit.message);
    return { replicas, why, metrics: judged.statuses };
  }

  /** The highest that any metric asks for. Where one is not known, no fewer are asked for than there are. */
  async #judged(
    scale: Scale,
  ): Promise<{ replicas: number; name: string; statuses: JsonObject[] } | undefined> {
    const current = { currentReplicas: scale.specReplicas };
    const pods = this.#podsOf(scale);
    if (typeof pods === 'string') {
      await this.commit(current);
      this.warn('FailedComputeMetricsReplicas', pods);
      return undefined;
    }
    const { metrics = [] } = this.#autoscaler.spec;
    const statuses: JsonObject[] = [];
    const failures: FailedMetric[] = [];
    let highest: Judged | undefined;
    const { clock, client, served } = this.#context;
    const target = {
      ...{ pods, context: { client, served }, nowMs: clock.now(), selector: scale.selector },
      current: scale.specReplicas,
      statusReplicas: scale.statusReplicas,
      namespace: this.#autoscaler.metadata.namespace ?? '',
    };
    for (const spec of metrics) {
      try {
        const judged = await judge(spec, target);
        statuses.push(judged.status);
        if (!highest || judged.replicas > highest.replicas) highest = judged;
      } catch (thrown) {
        if (!(thrown instanceof FailedMetric)) throw thrown;
        statuses.push({ type: '' });
        this.warn(thrown.reason, thrown.told);
        failures.push(thrown);
      }
    }
    const [first] = failures;
    if (!highest || (first && highest.replicas < scale.specReplicas)) {
      const { reason = '', told = '', message = '' } = first ?? {};
      this.say('ScalingActive', 'False', reason, `${unableToCompute}: ${told}`);
      await this.commit({ ...current, currentMetrics: statuses });
      const counts = `${failures.length} invalid out of ${metrics.length}`;
      const all = `invalid metrics (${counts}), first error is: ${message}`;
      this.warn('FailedComputeMetricsReplicas', all);
      return undefined;
    }
    const valid = `the HPA was able to successfully calculate a replica count from ${highest.name}`;
    this.say('ScalingActive', 'True', 'ValidMetricFound', valid);
    return { replicas: highest.replicas, name: highest.name, statuses };
  }

  /** The target's pods; a text says why they are not known. */
  #podsOf({ selector }: Scale): Pod[] | string {
    if (selector === '') {
      this.warn('SelectorRequired', 'selector is required');
      const message = "the HPA target's scale is missing a selector";
      this.say('ScalingActive', 'False', 'InvalidSelector', message);
      return 'selector is required';
    }
    const parsed = read(selector);
    if (typeof parsed === 'string') {
      const why = `couldn't convert selector into a corresponding internal selector object: ${parsed}`;
      this.warn('InvalidSelector', why);
      this.say('ScalingActive', 'False', 'InvalidSelector', why);
      return why;
    }
    const { selectors, pods } = this.#context;
    selectors.set(this.#key, selector);
    const { namespace = '' } = this.#autoscaler.metadata;
    const own: Pod[] = [];
    for (const pod of pods.list())
      if (pod.metadata.namespace === namespace && parsed.matches(pod.metadata.labels ?? {})) own.push(pod);
    const several = this.#others(own);
    if (several.length === 0) return own;
    const keys = [...several, this.#key].sort().join(' ');
    const why = `pods by selector ${selector} are controlled by multiple HPAs: [${keys}]`;
    this.warn('AmbiguousSelector', why);
    this.say('ScalingActive', 'False', 'AmbiguousSelector', why);
    return why;
  }

  /** Other autoscalers of one of these pods. */
  #others(own: readonly Pod[]): string[] {
    const { namespace = '' } = this.#autoscaler.metadata;
    return [...this.#context.selectors].flatMap(([key, selector]) => {
      if (key === this.#key || !key.startsWith(`${namespace}/`)) return [];
      const theirs = parseLabelSelector(selector);
      const isTheirs = own.some(({ metadata }) => theirs?.matches(metadata.labels ?? {}));
      return isTheirs ? [key] : [];
    });
  }
}

/** A selector as a target's scale says it; a text says what is wrong with it. */
function read(selector: string): LabelSelector | string {
  try {
    return parseLabelSelector(selector) ?? '';
  } catch (thrown) {
    return errorMessage(thrown);
  }
}

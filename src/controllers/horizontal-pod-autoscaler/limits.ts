import type { HorizontalPodAutoscaler, ScalingRules } from '../kinds/autoscaling.ts';
import { type AutoscalerMemory, type Change, forgetOlder } from './memory.ts';

const secondMs = 1000;
/** `--horizontal-pod-autoscaler-downscale-stabilization`. */
const downscaleWindowMs = 5 * 60 * secondMs;

/** How many replicas there are to be, and what the conditions AbleToScale and ScalingLimited say of it. */
export interface Limited {
  readonly replicas: number;
  readonly able: { readonly reason: string; readonly message: string };
  readonly limit: { readonly isLimited: boolean; readonly reason: string; readonly message: string };
}

interface Asked {
  readonly current: number;
  /** What metrics ask for. */
  readonly desired: number;
  readonly minimum: number;
  readonly memory: AutoscalerMemory;
  readonly nowMs: number;
}

const readyForNew = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const downStabilized = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const upStabilized = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const tooMany = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const tooFew = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const upLimit = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const downLimit = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};
const inRange = {
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
};

/** What metrics ask for, held by recent recommendations, by how fast it may go, and by minimum and maximum. */
export function limited(spec: HorizontalPodAutoscaler['spec'], asked: Asked): Limited {
  const { behavior } = spec;
  const { desired, memory, nowMs } = asked;
  const held = behavior ? heldByBehavior(asked, behavior) : heldByWindow(asked);
  memory.recommendations.push({ replicas: desired, atMs: nowMs });
  const able = held.replicas === desired ? readyForNew : held.why;
  const bounded = behavior
    ? boundedByBehavior({ ...asked, desired: held.replicas }, spec.maxReplicas, behavior)
    : bounds({ ...asked, desired: held.replicas }, spec.maxReplicas);
  const isLimited = bounded.replicas !== held.replicas;
  const { reason, message } = bounded.why;
  return { replicas: bounded.replicas, able, limit: { isLimited, reason, message } };
}

interface Step {
  readonly replicas: number;
  readonly why: { readonly reason: string; readonly message: string };
}

function heldByWindow({ desired, memory, nowMs }: Asked): Step {
  memory.recommendations = forgetOlder(memory.recommendations, downscaleWindowMs, nowMs);
  const replicas = Math.max(desired, ...memory.recommendations.map((each) => each.replicas));
  return { replicas, why: downStabilized };
}

type Behavior = NonNullable<HorizontalPodAutoscaler['spec']['behavior']>;

function heldByBehavior({ current, desired, memory, nowMs }: Asked, behavior: Behavior): Step {
  const upMs = (behavior.scaleUp?.stabilizationWindowSeconds ?? 0) * secondMs;
  const downMs = windowOf(behavior.scaleDown);
  memory.recommendations = forgetOlder(memory.recommendations, Math.max(upMs, downMs), nowMs);
  let [lowest, highest] = [desired, desired];
  for (const { replicas, atMs } of memory.recommendations) {
    if (atMs > nowMs - upMs) lowest = Math.min(lowest, replicas);
    if (atMs > nowMs - downMs) highest = Math.max(highest, replicas);
  }
  const replicas = Math.min(Math.max(current, lowest), highest);
  return { replicas, why: desired >= current ? upStabilized : downStabilized };
}

function windowOf(rules: ScalingRules | undefined): number {
  const seconds = rules?.stabilizationWindowSeconds;
  return seconds === undefined ? downscaleWindowMs : seconds * secondMs;
}

/** At most twice as many at once, or 4. */
function bounds({ current, desired, minimum }: Asked, maximum: number): Step {
  const atOnce = Math.max(2 * current, 4);
  if (desired < minimum) return { replicas: minimum, why: tooFew };
  const [most, why] = maximum > atOnce ? ([atOnce, upLimit] as const) : ([maximum, tooMany] as const);
  return desired > most ? { replicas: most, why } : { replicas: desired, why: inRange };
}

function boundedByBehavior(asked: Asked, maximum: number, behavior: Behavior): Step {
  const { current, desired, minimum } = asked;
  if (desired > current) {
    const most = Math.max(current, upTo(asked, behavior.scaleUp ?? {}));
    const [bound, why] = maximum > most ? ([most, upLimit] as const) : ([maximum, tooMany] as const);
    if (desired > bound) return { replicas: bound, why };
  } else if (desired < current) {
    const least = Math.min(current, downTo(asked, behavior.scaleDown ?? {}));
    const [bound, why] = minimum < least ? ([least, downLimit] as const) : ([minimum, tooFew] as const);
    if (desired < bound) return { replicas: bound, why };
  }
  return { replicas: desired, why: inRange };
}

/** How many there were at the beginning of a period. */
function before({ current, memory, nowMs }: Asked, periodSeconds: number): number {
  const since = nowMs - periodSeconds * secondMs;
  const sum = (changes: readonly Change[]) =>
    changes.reduce((all, { replicas, atMs }) => (atMs > since ? all + replicas : all), 0);
  return current - sum(memory.added) + sum(memory.removed);
}

function upTo(asked: Asked, { selectPolicy, policies = [] }: ScalingRules): number {
  if (selectPolicy === 'Disabled') return asked.current;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = before(asked, periodSeconds);
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return selectPolicy === 'Min' ? Math.min(...proposals) : Math.max(...proposals);
}

function downTo(asked: Asked, { selectPolicy, policies = [] }: ScalingRules): number {
  if (selectPolicy === 'Disabled') return asked.current;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = before(asked, periodSeconds);
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return selectPolicy === 'Min' ? Math.max(...proposals) : Math.min(...proposals);
}

/** Notes a change of the number of replicas, for the limits of those to come. */
export function noteChange(
  memory: AutoscalerMemory,
  change: { readonly from: number; readonly to: number; readonly nowMs: number },
  behavior: Behavior | undefined,
): void {
  if (!behavior) return;
  const { from, to, nowMs } = change;
  const isUp = to > from;
  const { policies = [] } = (isUp ? behavior.scaleUp : behavior.scaleDown) ?? {};
  const keptMs = Math.max(0, ...policies.map(({ periodSeconds }) => periodSeconds)) * secondMs;
  const member = isUp ? 'added' : 'removed';
  const kept = forgetOlder(memory[member], keptMs, nowMs);
  memory[member] = [...kept, { replicas: Math.abs(to - from), atMs: nowMs }];
}

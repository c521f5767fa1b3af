import type { JsonObject } from '../../base/index.ts';
import { type Amounts, addAmounts, amountsAt } from '../amounts.ts';
import {
  hasPodLevelAmounts,
  isExtendedResource,
  isNativeResource,
  podLimits,
  podRequests,
} from '../pod-amounts.ts';
import { type Quantity, quantityOf } from '../quantity.ts';
import { at, numberAt, objectAt, objectsAt, textAt } from '../read.ts';
import type { Counted } from './counted.ts';
import { namesMatch } from './scopes.ts';

const count = 'count/pods';
const measured = ['cpu', 'memory', 'ephemeral-storage'];
const own = new Set([
  count,
  'pods',
  ...measured,
  ...measured.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
]);

/** Where a quota bounds one of these, every container says how much it wants. */
const demanded = new Set(['cpu', 'memory'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]));

/** Pods: how many there are, how many still run, and what those ask for. */
export const countedPods: Counted = {
  names: (hard) => hard.filter((name) => own.has(name) || isHugePages(name) || isExtendedRequest(name)),
  concerns: ({ operation, subresource }) =>
    subresource === '' ? operation !== 'DELETE' : subresource === 'resize' && operation === 'UPDATE',
  // Of an update of the pod itself only a deadline moves it from one scope to the other; a resize has a path of its own.
  mayChange: (pod, old) => isTerminating(pod) !== isTerminating(old),
  usage(pod, nowMs) {
    const stored = new Map([[count, quantityOf(1, 'decimal')]]);
    if (!isRunning(pod, nowMs)) return stored;
    const options = { withStatus: true, withOverhead: true };
    return addAmounts(stored, computeUsage(podRequests(pod, options), podLimits(pod, options)));
  },
  isInScope(pod, requirement) {
    switch (requirement.scope) {
      case 'Terminating':
        return isTerminating(pod);
      case 'NotTerminating':
        return !isTerminating(pod);
      case 'BestEffort':
        return isBestEffort(pod);
      case 'NotBestEffort':
        return !isBestEffort(pod);
      case 'PriorityClass': {
        const name = textAt(pod, 'spec', 'priorityClassName');
        return namesMatch(name === '' ? [] : [name], requirement);
      }
      case 'CrossNamespacePodAffinity':
        return looksIntoOtherNamespaces(pod);
      default:
        return false;
    }
  },
  missing(pod, names) {
    if (hasPodLevelAmounts(pod)) return undefined;
    const silent = new Map<string, Set<string>>();
    for (const container of [
      ...objectsAt(pod, 'spec', 'containers'),
      ...objectsAt(pod, 'spec', 'initContainers'),
    ]) {
      const said = computeUsage(
        amountsAt(container, 'resources', 'requests'),
        amountsAt(container, 'resources', 'limits'),
      );
      for (const name of names) {
        if (!demanded.has(name) || said.has(name)) continue;
        const containers = silent.get(name) ?? new Set();
        silent.set(name, containers.add(textAt(container, 'name')));
      }
    }
    if (silent.size === 0) return undefined;
    const lines = [...silent]
      .sort()
      .map(([name, containers]) => `${name} for: ${[...containers].sort().join(',')}`);
    return `must specify ${lines.join('; ')}`;
  },
};

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-') || name.startsWith('requests.hugepages-');
}

function isExtendedRequest(name: string): boolean {
  return !isNativeResource(name) && name.startsWith('requests.');
}

function computeUsage(requests: Amounts, limits: Amounts): Map<string, Quantity> {
  const usage = new Map<string, Quantity>([['pods', quantityOf(1, 'decimal')]]);
  for (const name of measured) {
    const request = requests.get(name);
    if (request) usage.set(name, request).set(`requests.${name}`, request);
    const limit = limits.get(name);
    if (limit) usage.set(`limits.${name}`, limit);
  }
  for (const [name, request] of requests) {
    if (name.startsWith('hugepages-')) usage.set(name, request).set(`requests.${name}`, request);
    else if (isExtendedResource(name)) usage.set(`requests.${name}`, request);
  }
  return usage;
}

/** True unless it has come to its end, or should have long ago: a lost node keeps nobody from a new pod. */
function isRunning(pod: JsonObject, nowMs: number): boolean {
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Failed' || phase === 'Succeeded') return false;
  const deletion = textAt(pod, 'metadata', 'deletionTimestamp');
  if (deletion === '' || at(pod, 'metadata', 'deletionGracePeriodSeconds') === undefined) return true;
  const graceMs = numberAt(pod, 'metadata', 'deletionGracePeriodSeconds') * 1_000;
  return nowMs <= Date.parse(deletion) + graceMs;
}

function isTerminating(pod: JsonObject): boolean {
  const deadline = at(pod, 'spec', 'activeDeadlineSeconds');
  return typeof deadline === 'number' && deadline >= 0;
}

function isBestEffort(pod: JsonObject): boolean {
  const quality = textAt(pod, 'status', 'qosClass');
  if (quality !== '') return quality === 'BestEffort';
  const asking = [
    objectAt(pod, 'spec'),
    ...['containers', 'initContainers'].flatMap((list) => objectsAt(pod, 'spec', list)),
  ];
  return asking.every((each) =>
    ['requests', 'limits'].every((kind) => {
      const amounts = amountsAt(each, 'resources', kind);
      return ['cpu', 'memory'].every((name) => (amounts.get(name)?.nano ?? 0n) <= 0n);
    }),
  );
}

const affinityTerms = [
  'requiredDuringSchedulingIgnoredDuringExecution',
  'preferredDuringSchedulingIgnoredDuringExecution',
];

function looksIntoOtherNamespaces(pod: JsonObject): boolean {
  return ['podAffinity', 'podAntiAffinity'].some((kind) =>
    affinityTerms.some((list) =>
      objectsAt(pod, 'spec', 'affinity', kind, list).some((each) => {
        const term = at(each, 'podAffinityTerm') === undefined ? each : objectAt(each, 'podAffinityTerm');
        const namespaces = at(term, 'namespaces');
        return (
          (Array.isArray(namespaces) && namespaces.length > 0) || at(term, 'namespaceSelector') !== undefined
        );
      }),
    ),
  );
}

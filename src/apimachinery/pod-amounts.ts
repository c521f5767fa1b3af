import type { JsonObject } from '../base/index.ts';
import { type Amounts, addAmounts, amountsAt, greatestOf } from './amounts.ts';
import { conditionOf } from './conditions.ts';
import { at, objectsAt, textAt } from './read.ts';
import { qualifiedName } from './validation/names.ts';

/** How the amounts of a pod are summed up. */
export interface PodAmountsOptions {
  /** What nodes say of its containers counts too, where that is more than what is asked for. */
  readonly withStatus?: boolean;
  /** What the pod's runtime class takes besides. */
  readonly withOverhead?: boolean;
}

/** True for resources that a pod may ask for as a whole. */
function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

/** True when the pod asks for something as a whole that can be asked for so. */
export function hasPodLevelAmounts(pod: JsonObject, of: readonly Kind[] = ['requests', 'limits']): boolean {
  return of.some((kind) => [...amountsAt(pod, 'spec', 'resources', kind).keys()].some(isPodLevelResource));
}

type Kind = 'requests' | 'limits';

/** What a node sets aside for the pod: its containers together, or its greatest init container. */
export function podRequests(pod: JsonObject, options: PodAmountsOptions = {}): Amounts {
  const sum = withPodLevel(pod, 'requests', ofContainers(pod, 'requests', options));
  return options.withOverhead ? addAmounts(sum, amountsAt(pod, 'spec', 'overhead')) : sum;
}

/** The most that the pod may take. */
export function podLimits(pod: JsonObject, options: PodAmountsOptions = {}): Amounts {
  const sum = withPodLevel(pod, 'limits', ofContainers(pod, 'limits', options));
  if (!options.withOverhead) return sum;
  const limited = [...amountsAt(pod, 'spec', 'overhead')].filter(
    ([name]) => (sum.get(name)?.nano ?? 0n) !== 0n,
  );
  return addAmounts(sum, new Map(limited));
}

function withPodLevel(pod: JsonObject, kind: Kind, sum: Amounts): Amounts {
  const whole = [...amountsAt(pod, 'spec', 'resources', kind)].filter(([name]) => isPodLevelResource(name));
  return new Map([...sum, ...whole]);
}

function ofContainers(pod: JsonObject, kind: Kind, { withStatus }: PodAmountsOptions): Amounts {
  const ofContainer = (container: JsonObject) =>
    withStatus ? withTold(pod, container, kind) : amountsAt(container, 'resources', kind);
  let sum: Amounts = new Map();
  for (const container of objectsAt(pod, 'spec', 'containers')) sum = addAmounts(sum, ofContainer(container));
  // Each init container runs beside those before it that stay.
  let staying: Amounts = new Map();
  let greatest: Amounts = new Map();
  for (const container of objectsAt(pod, 'spec', 'initContainers')) {
    if (container['restartPolicy'] === 'Always') {
      const own = ofContainer(container);
      sum = addAmounts(sum, own);
      staying = addAmounts(staying, own);
      greatest = greatestOf(greatest, staying);
    } else {
      greatest = greatestOf(greatest, addAmounts(amountsAt(container, 'resources', kind), staying));
    }
  }
  return greatestOf(sum, greatest);
}

/** What the container has counts as long as it has it, and what it asks for unless no node can give it. */
function withTold(pod: JsonObject, container: JsonObject, kind: Kind): Amounts {
  const asked = amountsAt(container, 'resources', kind);
  const status = ['containerStatuses', 'initContainerStatuses']
    .flatMap((list) => objectsAt(pod, 'status', list))
    .find((each) => textAt(each, 'name') === textAt(container, 'name'));
  if (!status || at(status, 'resources') === undefined) return asked;
  const has = amountsAt(status, 'resources', kind);
  const allocated = kind === 'requests' ? amountsAt(status, 'allocatedResources') : new Map();
  const told = greatestOf(has, allocated);
  return isResizeInfeasible(pod) ? told : greatestOf(asked, told);
}

function isResizeInfeasible(pod: JsonObject): boolean {
  return conditionOf(pod, 'PodResizePending')?.['reason'] === 'Infeasible';
}

/** True for resources that Kubernetes itself knows. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** True for what somebody else's devices offer; as a quota calls it, with `requests.` before it, it is none. */
export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith('requests.')) return false;
  return qualifiedName(`requests.${name}`).length === 0;
}

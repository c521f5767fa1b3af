import { withCondition } from '../../apimachinery/conditions.ts';
import { isConflict } from '../../apimachinery/kinds.ts';
import { isInRange, parseIp, parseIpRange, rangeContains } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import type { IpAddress, ServiceCidr } from '../kinds/networking.ts';
import type { ClusterContext } from '../shared/context.ts';
import { hold, release } from '../shared/finalizers.ts';
import { commitStatus } from '../shared/status.ts';

interface RangeContext extends ClusterContext {
  readonly ranges: Informer<ServiceCidr>;
  /** Those that API servers gave to services. */
  readonly addresses: Informer<IpAddress>;
}

const finalizer = 'networking.k8s.io/service-cidr-finalizer';
/** Selects the addresses that matter. */
export const givenAddresses = 'ipaddress.kubernetes.io/managed-by=ipallocator.k8s.io';
/** As in kube-controller-manager: API servers may give one more address while they have not seen that it goes. */
const goingMs = 10_000;

const ready = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' } as const;
const terminating = {
  status: 'False',
  reason: 'Terminating',
  message:
    'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
} as const;

/** One pass over a range: ready while it stays; when it is to go, gone as soon as nobody needs it. */
export async function reconcileServiceCidr(
  name: string,
  context: RangeContext,
): Promise<Reconciled | undefined> {
  const range = context.ranges.get(name);
  if (!range) return undefined;
  const holding = { client: context.client, informer: context.ranges };
  try {
    const deleted = range.metadata.deletionTimestamp;
    if (deleted === undefined) {
      await say(await hold(range, finalizer, holding), ready, context);
      return undefined;
    }
    if (isNeeded(range, context)) {
      await say(range, terminating, context);
      return undefined;
    }
    const leftMs = Date.parse(deleted) + goingMs - context.clock.now();
    if (leftMs > 0) return { againAfterMs: leftMs };
    await release(range, finalizer, holding);
  } catch (thrown) {
    // Whoever wrote meanwhile brings another pass.
    if (!isConflict(thrown)) throw thrown;
  }
  return undefined;
}

async function say(
  range: ServiceCidr,
  what: typeof ready | typeof terminating,
  { client, ranges, clock }: RangeContext,
): Promise<void> {
  const conditions = withCondition(range.status?.conditions ?? [], { type: 'Ready', ...what }, clock.now());
  await commitStatus(range, { ...range.status, conditions }, { client, informer: ranges });
}

/** True when an address lies in this range alone. */
function isNeeded(range: ServiceCidr, { ranges, addresses }: RangeContext): boolean {
  const others = [...ranges.list()].filter((other) => other.metadata.name !== range.metadata.name);
  const isHeldElsewhere = (cidr: string) => {
    const own = parseIpRange(cidr);
    return own && parsedRanges(others).some((other) => rangeContains(other, own));
  };
  if (range.spec.cidrs.every(isHeldElsewhere)) return false;
  for (const address of addresses.list()) {
    if (holdsAddress(range, address) && !others.some((other) => holdsAddress(other, address))) return true;
  }
  return false;
}

function parsedRanges(ranges: readonly ServiceCidr[]) {
  return ranges.flatMap(({ spec }) => spec.cidrs.flatMap((cidr) => parseIpRange(cidr) ?? []));
}

/** Whether an address lies in a range. */
export function holdsAddress(range: ServiceCidr, { metadata }: IpAddress): boolean {
  const address = parseIp(metadata.name ?? '');
  return address !== undefined && parsedRanges([range]).some((one) => isInRange(address, one));
}

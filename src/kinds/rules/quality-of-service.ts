import { compareQuantities, parseQuantity, type Quantity } from '../../apimachinery/quantity.ts';
import { at, objectsAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';

const measured = ['cpu', 'memory'];

/** `Guaranteed` when every container's limits are its requests, `BestEffort` when there are none, else `Burstable`. */
export function qualityOfService(spec: JsonObject): string {
  const containers = [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')];
  const amount = (container: JsonObject, kind: string, name: string): Quantity | undefined => {
    const quantity = parseQuantity(at(container, 'resources', kind, name));
    return quantity && quantity.nano > 0n ? quantity : undefined;
  };
  const states = containers.flatMap((container) =>
    measured.map((name) => ({
      request: amount(container, 'requests', name),
      limit: amount(container, 'limits', name),
    })),
  );
  if (states.every(({ request, limit }) => !request && !limit)) return 'BestEffort';
  const isGuaranteed = states.every(
    ({ request, limit }) => request && limit && compareQuantities(request, limit) === 0,
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

import { compareQuantities, parseQuantity, type Quantity } from '../../../apimachinery/quantity.ts';
import { at, maybeObjectAt, objectsAt } from '../../../apimachinery/read.ts';
import type { JsonObject } from '../../../base/index.ts';

const measured = ['cpu', 'memory'];

/** `Guaranteed` when every container's limits are its requests, `BestEffort` when there are none, else `Burstable`. */
export function qualityOfService(spec: JsonObject): string {
  let isAsked = false;
  let isGuaranteed = true;
  for (const container of [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')]) {
    const resources = maybeObjectAt(container, 'resources');
    for (const name of measured) {
      const request = amount(resources, 'requests', name);
      const limit = amount(resources, 'limits', name);
      if (request || limit) isAsked = true;
      if (!request || !limit || compareQuantities(request, limit) !== 0) isGuaranteed = false;
    }
  }
  if (!isAsked) return 'BestEffort';
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

function amount(resources: JsonObject | undefined, kind: string, name: string): Quantity | undefined {
  const written = at(resources, kind, name);
  const quantity = written === undefined ? undefined : parseQuantity(written);
  return quantity && quantity.nano > 0n ? quantity : undefined;
}

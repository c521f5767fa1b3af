import { type Amounts, amountsAt } from '../../apimachinery/amounts.ts';
import { podLimits, podRequests } from '../../apimachinery/pod-amounts.ts';
import {
  compareQuantities,
  formatQuantity,
  nanoPerUnit,
  type Quantity,
} from '../../apimachinery/quantity.ts';
import { objectsAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';

interface Asked {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** What an object of the resource (pods, claims) has that a LimitRange does not allow, in the real server's words. */
export function brokenLimits(range: JsonObject, resource: string, object: JsonObject): string[] {
  return objectsAt(range, 'spec', 'limits').flatMap((limit) => {
    const type = String(limit['type']);
    if (resource === 'persistentvolumeclaims') {
      if (type !== 'PersistentVolumeClaim') return [];
      const asked = { requests: amountsAt(object, 'spec', 'resources', 'requests'), limits: new Map() };
      return [
        ...each(limit, 'min', (name, least) =>
          belowLeast(`${name} usage per ${type}`, name, { least, asked }),
        ),
        ...each(limit, 'max', (name, most) =>
          aboveMostRequest(`${name} usage per ${type}`, most, asked.requests.get(name)),
        ),
      ];
    }
    return partsOf(type, object).flatMap((asked) => brokenBy(limit, type, asked));
  });
}

function partsOf(type: string, pod: JsonObject): Asked[] {
  if (type === 'Pod') return [{ requests: podRequests(pod), limits: podLimits(pod) }];
  if (type !== 'Container') return [];
  return ['containers', 'initContainers'].flatMap((list) =>
    objectsAt(pod, 'spec', list).map((container) => ({
      requests: amountsAt(container, 'resources', 'requests'),
      limits: amountsAt(container, 'resources', 'limits'),
    })),
  );
}

function brokenBy(limit: JsonObject, type: string, asked: Asked): string[] {
  return [
    ...each(limit, 'min', (name, least) => belowLeast(`${name} usage per ${type}`, name, { least, asked })),
    ...each(limit, 'max', (name, most) => aboveMost(`${name} usage per ${type}`, name, { most, asked })),
    ...each(limit, 'maxLimitRequestRatio', (name, most) =>
      aboveRatio(`${name} max limit to request ratio per ${type}`, name, { most, asked }),
    ),
  ];
}

function each(
  limit: JsonObject,
  member: string,
  judge: (name: string, bound: Quantity) => string | undefined,
): string[] {
  return [...amountsAt(limit, member)].flatMap(([name, bound]) => judge(name, bound) ?? []);
}

function belowLeast(
  what: string,
  name: string,
  { least, asked }: { readonly least: Quantity; readonly asked: Asked },
): string | undefined {
  const bound = `minimum ${what} is ${formatQuantity(least)}`;
  const request = asked.requests.get(name);
  const limit = asked.limits.get(name);
  if (!request) return `${bound}.  No request is specified`;
  if (isLess(request, least)) return `${bound}, but request is ${formatQuantity(request)}`;
  return limit && isLess(limit, least) ? `${bound}, but limit is ${formatQuantity(limit)}` : undefined;
}

function aboveMost(
  what: string,
  name: string,
  { most, asked }: { readonly most: Quantity; readonly asked: Asked },
): string | undefined {
  const bound = `maximum ${what} is ${formatQuantity(most)}`;
  const request = asked.requests.get(name);
  const limit = asked.limits.get(name);
  if (!limit) return `${bound}.  No limit is specified`;
  if (isLess(most, limit)) return `${bound}, but limit is ${formatQuantity(limit)}`;
  return request && isLess(most, request) ? `${bound}, but request is ${formatQuantity(request)}` : undefined;
}

function aboveMostRequest(what: string, most: Quantity, request: Quantity | undefined): string | undefined {
  const bound = `maximum ${what} is ${formatQuantity(most)}`;
  if (!request) return `${bound}.  No request is specified`;
  return isLess(most, request) ? `${bound}, but request is ${formatQuantity(request)}` : undefined;
}

function aboveRatio(
  what: string,
  name: string,
  { most, asked }: { readonly most: Quantity; readonly asked: Asked },
): string | undefined {
  const bound = `${what} is ${formatQuantity(most)}`;
  const request = asked.requests.get(name);
  const limit = asked.limits.get(name);
  if (!request || request.nano === 0n) return `${bound}, but no request is specified or request is 0`;
  if (!limit || limit.nano === 0n) return `${bound}, but no limit is specified or limit is 0`;
  // Compared whole; only what is shown is as near as a double comes.
  if (limit.nano * nanoPerUnit <= most.nano * request.nano) return undefined;
  return `${bound}, but provided ratio is ${(Number(limit.nano) / Number(request.nano)).toFixed(6)}`;
}

function isLess(a: Quantity, b: Quantity): boolean {
  return compareQuantities(a, b) < 0;
}

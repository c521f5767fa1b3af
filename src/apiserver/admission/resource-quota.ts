import {
  type AdmissionStep,
  type Alongside,
  type ClusterView,
  refused,
  type Write,
} from '../../apimachinery/admission.ts';
import {
  type Amounts,
  addAmounts,
  amountsAt,
  excessOf,
  onlyOf,
  writtenAmounts,
} from '../../apimachinery/amounts.ts';
import { compareQuantities, formatQuantity } from '../../apimachinery/quantity.ts';
import { type Counted, isInScopes } from '../../apimachinery/quota/counted.ts';
import { countedAs } from '../../apimachinery/quota/counted-kinds.ts';
import { scopesOf } from '../../apimachinery/quota/scopes.ts';
import { nameOf, objectAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';

/**
 * What a namespace's ResourceQuotas bound does not grow above it. What they say is used changes in the same commit as the object
 * that uses it, so that writers who come at once are counted one by one; what goes is counted by a controller.
 */
export const resourceQuota: AdmissionStep = {
  name: 'ResourceQuota',
  concerns: ({ definition, subresource, operation }) =>
    operation !== 'CONNECT' &&
    definition.namespaced &&
    countedAs(definition)?.concerns({ operation, subresource }) === true,
  validate(write, cluster) {
    const { namespace } = write;
    const found = cluster.list({ group: '', resource: 'resourcequotas', namespace });
    if (found instanceof Promise) return found.then((quotas) => charge(write, quotas, cluster));
    return charge(write, found, cluster);
  },
};

function charge(write: Write, quotas: readonly JsonObject[], { clock }: ClusterView): void {
  // Nearly all namespaces have none: that costs this one look-up.
  if (quotas.length === 0) return;
  const counted = countedAs(write.definition);
  const { object, old, operation, subresource } = write;
  if (!counted || !object) return;
  const isUpdate = operation === 'UPDATE' && old !== undefined;
  if (isUpdate && subresource === '' && counted.mayChange?.(object, old) === false) return;
  const bounding = quotas.filter((quota) => isBoundBy(counted, quota, object));
  for (const quota of bounding) checkCountable(write, counted, quota);
  if (bounding.length === 0) return;
  const usage = counted.usage(object, clock.now());
  const negative = [...usage].filter(([, { nano }]) => nano < 0n).map(([name]) => name);
  if (negative.length > 0) {
    throw refused(write, `quota usage is negative for resource(s): ${negative.sort().join(',')}`);
  }
  const before = isUpdate ? counted.usage(old, clock.now()) : undefined;
  const charged: Alongside[] = [];
  for (const quota of bounding) {
    const growth = before && old && isBoundBy(counted, quota, old) ? excessOf(usage, before) : usage;
    const next = withGrowth(write, quota, growth);
    if (next) charged.push(next);
  }
  if (!write.options.dryRun) write.alongside.push(...charged);
}

function isBoundBy(counted: Counted, quota: JsonObject, object: JsonObject): boolean {
  if (namesIn(counted, quota).length === 0) return false;
  return isInScopes(counted, object, scopesOf(quota));
}

/** What the quota bounds of it: what counts is what the quota's controller has taken up. */
function namesIn(counted: Counted, quota: JsonObject): readonly string[] {
  return counted.names(Object.keys(objectAt(quota, 'status', 'hard')));
}

function checkCountable(write: Write, counted: Counted, quota: JsonObject): void {
  const names = namesIn(counted, quota);
  const missing = write.object && counted.missing?.(write.object, names);
  if (missing !== undefined) throw refused(write, `failed quota: ${nameOf(quota)}: ${missing}`);
  const used = objectAt(quota, 'status', 'used');
  if (names.every((name) => used[name] !== undefined)) return;
  const shown = [...new Set(names)].sort().join(',');
  throw refused(write, `status unknown for quota: ${nameOf(quota)}, resources: ${shown}`);
}

/** The quota with the growth in it; undefined when it does not change. Throws 403 when that is too much. */
function withGrowth(write: Write, quota: JsonObject, growth: Amounts): Alongside | undefined {
  const hard = amountsAt(quota, 'status', 'hard');
  const requested = new Map([...onlyOf(growth, hard.keys())].filter(([, { nano }]) => nano !== 0n));
  if (requested.size === 0) return undefined;
  const used = amountsAt(quota, 'status', 'used');
  const next = addAmounts(used, requested);
  const exceeded = [...requested.keys()].filter((name) => {
    const [most, now] = [hard.get(name), next.get(name)];
    return most && now && compareQuantities(now, most) > 0;
  });
  // What a volume turned out to be has happened: it is counted and not refused.
  if (exceeded.length > 0 && write.subresource !== 'status') {
    const [asked, had, most] = [requested, used, hard].map((amounts) => shown(onlyOf(amounts, exceeded)));
    throw refused(
      write,
      `exceeded quota: ${nameOf(quota)}, requested: ${asked}, used: ${had}, limited: ${most}`,
    );
  }
  const status = { ...objectAt(quota, 'status'), used: writtenAmounts(next) };
  const object = { ...quota, status };
  const place = { group: '', resource: 'resourcequotas', namespace: write.namespace };
  return { ...place, object, subresource: 'status' };
}

function shown(amounts: Amounts): string {
  const parts = [...amounts].map(([name, quantity]) => `${name}=${formatQuantity(quantity)}`);
  return parts.sort().join(',');
}

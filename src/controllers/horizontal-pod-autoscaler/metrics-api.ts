import type { LabelSelector } from '../../apimachinery/meta.ts';
import { nanoPerUnit, parseQuantity } from '../../apimachinery/quantity.ts';
import { at, nameOf, objectsAt, textAt } from '../../apimachinery/read.ts';
import { goDuration, isObject, type Json, type JsonObject } from '../../base/index.ts';
import type { DescribedObject } from '../kinds/autoscaling.ts';
import type { ClusterContext } from '../shared/context.ts';
import { selectorText } from './selector-text.ts';

/** What one pod uses, in thousandths. */
export interface PodUse {
  readonly milli: number;
  readonly atMs: number;
  /** Over how long it was measured. */
  readonly windowMs: number;
}

/** What pods use, by their names. */
export type PodUses = Map<string, PodUse>;

/** Why something cannot be known, in the words of kube-controller-manager. */
export class MetricError extends Error {}

type Api = Pick<ClusterContext, 'client' | 'served'>;

/** Thousandths of a quantity, rounded up. */
export function milliOf(value: Json | undefined): number {
  const quantity = parseQuantity(value);
  if (!quantity) return 0;
  const perMilli = nanoPerUnit / 1000n;
  const rounded = quantity.nano / perMilli + (quantity.nano % perMilli > 0n ? 1n : 0n);
  return Number(rounded);
}

/** What pods, or one container of each, use of a resource: `metrics.k8s.io`. */
export async function resourceUses(
  api: Api,
  of: {
    readonly namespace: string;
    readonly selector: string;
    readonly resource: string;
    readonly container: string;
  },
): Promise<PodUses> {
  const query = new URLSearchParams({ labelSelector: of.selector });
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${of.namespace}/pods?${query}`;
  const from = 'resource metrics API';
  const { items } = await read(api, path, { from, what: 'get pods.metrics.k8s.io' });
  const metrics = itemsOf(items, from);
  const uses: PodUses = new Map();
  for (const metric of metrics) {
    const use = useOf(metric, of);
    if (use === undefined) continue;
    const window = goDuration(textAt(metric, 'window'));
    const windowMs = 'nanoseconds' in window ? window.nanoseconds / 1_000_000 : 0;
    uses.set(nameOf(metric), { milli: use, atMs: Date.parse(textAt(metric, 'timestamp')), windowMs });
  }
  return uses;
}

function useOf(metric: JsonObject, of: { resource: string; container: string }): number | undefined {
  const containers = objectsAt(metric, 'containers');
  const meant = of.container === '' ? containers : containers.filter(({ name }) => name === of.container);
  const uses = meant.map((container) => at(container, 'usage', of.resource));
  if (uses.length === 0 || uses.includes(undefined)) return undefined;
  return uses.reduce((sum: number, use) => sum + milliOf(use), 0);
}

const defaultWindowMs = 60_000;

/** A metric that somebody gives of pods: `custom.metrics.k8s.io`. */
export async function customUses(
  api: Api,
  of: {
    readonly namespace: string;
    readonly selector: string;
    readonly metric: string;
    readonly metricSelector: LabelSelector | undefined;
  },
): Promise<PodUses> {
  const query = new URLSearchParams({ labelSelector: of.selector });
  addSelector(query, 'metricLabelSelector', of.metricSelector);
  const { items } = await readCustom(api, `namespaces/${of.namespace}/pods/*/${segment(of.metric)}?${query}`);
  const uses: PodUses = new Map();
  for (const metric of itemsOf(items, 'custom metrics API')) {
    const seconds = at(metric, 'windowSeconds') ?? at(metric, 'window');
    uses.set(textAt(metric, 'describedObject', 'name'), {
      milli: milliOf(at(metric, 'value')),
      atMs: Date.parse(textAt(metric, 'timestamp')),
      windowMs: typeof seconds === 'number' ? seconds * 1000 : defaultWindowMs,
    });
  }
  return uses;
}

/** A metric that somebody gives of one object, in thousandths. */
export async function objectUse(
  api: Api,
  of: {
    readonly namespace: string;
    readonly object: DescribedObject;
    readonly metric: string;
    readonly metricSelector: LabelSelector | undefined;
  },
): Promise<number> {
  const { namespace, object, metric } = of;
  const query = new URLSearchParams();
  addSelector(query, 'metricLabelSelector', of.metricSelector);
  const group = object.apiVersion?.includes('/') ? object.apiVersion.split('/')[0] : '';
  if (object.kind === 'Namespace' && group === '') {
    return firstValue(await readCustom(api, `namespaces/${namespace}/metrics/${segment(metric)}?${query}`));
  }
  const kind = (await api.served.all()).find((each) => each.group === group && each.kind === object.kind);
  if (!kind) {
    const where = group === '' ? '' : ` in group ${JSON.stringify(group)}`;
    const why = `no matches for kind ${JSON.stringify(object.kind)}${where}`;
    throw new MetricError(`unable to fetch metrics from custom metrics API: ${why}`);
  }
  const resource = group === '' ? kind.resource : `${kind.resource}.${group}`;
  return firstValue(
    await readCustom(
      api,
      `namespaces/${namespace}/${resource}/${segment(object.name)}/${segment(metric)}?${query}`,
    ),
  );
}

function firstValue({ items }: JsonObject): number {
  return milliOf(at(itemsOf(items, 'custom metrics API')[0], 'value'));
}

/** The values of a metric from outside, in thousandths: `external.metrics.k8s.io`. */
export async function externalUses(
  api: Api,
  of: { readonly namespace: string; readonly metric: string; readonly selector: LabelSelector | undefined },
): Promise<number[]> {
  const query = new URLSearchParams();
  addSelector(query, 'labelSelector', of.selector);
  const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${of.namespace}/${segment(of.metric)}?${query}`;
  const from = 'external metrics API';
  const { items } = await read(api, path, { from, what: `get ${of.metric}.external.metrics.k8s.io` });
  return itemsOf(items, from).map((metric) => milliOf(at(metric, 'value')));
}

async function readCustom(api: Api, path: string): Promise<JsonObject> {
  const from = 'custom metrics API';
  const group = '/apis/custom.metrics.k8s.io';
  const { status, body } = await api.client.cluster.raw('GET', group);
  const versions = status === 200 ? objectsAt(parsed(body), 'versions').map(({ version }) => version) : [];
  const version = ['v1beta2', 'v1beta1'].find((known) => versions.includes(known));
  if (version === undefined) {
    const why = 'no custom metrics API (custom.metrics.k8s.io) registered';
    throw new MetricError(`unable to fetch metrics from ${from}: ${why}`);
  }
  const what = `get ${path.split('/')[2]?.split('?')[0]}.custom.metrics.k8s.io`;
  return read(api, `${group}/${version}/${path}`, { from, what });
}

/** A name as one part of a path: it may hold signs that end one. */
function segment(name: string): string {
  return encodeURIComponent(name);
}

function addSelector(query: URLSearchParams, name: string, selector: LabelSelector | undefined): void {
  const text = selectorText(selector);
  if (text !== '') query.set(name, text);
}

function itemsOf(items: Json | undefined, from: string): readonly JsonObject[] {
  const objects = Array.isArray(items) ? items.filter(isObject) : [];
  if (objects.length === 0) throw new MetricError(`no metrics returned from ${from}`);
  return objects;
}

async function read(
  { client }: Api,
  path: string,
  { from, what }: { readonly from: string; readonly what: string },
): Promise<JsonObject> {
  const { status, body } = await client.cluster.raw('GET', path);
  const answer = parsed(body);
  if (status === 200) return answer;
  throw new MetricError(`unable to fetch metrics from ${from}: ${whyRefused(status, answer, what)}`);
}

/** As client-go says it: the server's own words if it has any. */
export function whyRefused(status: number, answer: JsonObject, what?: string): string {
  const message = textAt(answer, 'kind') === 'Status' ? textAt(answer, 'message') : '';
  if (message !== '') return message;
  const doing = what === undefined ? '' : ` (${what})`;
  if (status === 404) return `the server could not find the requested resource${doing}`;
  if (status === 503) return `the server is currently unable to handle the request${doing}`;
  return `an error on the server ("unknown") has prevented the request from succeeding${doing}`;
}

/** The body of an answer; nothing when it is no JSON object. */
export function parsed(body: Uint8Array): JsonObject {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

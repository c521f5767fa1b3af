import { textAt } from '../../apimachinery/read.ts';
import { parseLabelSelector } from '../../apimachinery/selectors/labels.ts';
import { methodNotAllowed, notFound, resourceNotServed } from '../../apimachinery/status.ts';
import { encodeJson, isObject, type Json, type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import type { HttpResponse } from '../../http/contract.ts';
import type { ClusterParts } from '../call/call.ts';
import type { PodMachines, Used } from '../call/pod-machines.ts';
import type { ElsewhereVersion } from '../discovery/registry.ts';
import type { ResourceRequest } from '../request/request-info.ts';

const group = 'metrics.k8s.io';
const version = 'v1beta1';
const window = '10s';

/** What nodes and pods use, as a metrics-server serves it; an APIService of that group version takes its place. */
export const metricsVersion: ElsewhereVersion = {
  ...{ group, version, priority: { group: 100, version: 100 } },
  resources: [
    {
      resource: 'nodes',
      responseKind: { group, version, kind: 'NodeMetrics' },
      scope: 'Cluster',
      singularResource: '',
      verbs: ['get', 'list'],
    },
    {
      resource: 'pods',
      responseKind: { group, version, kind: 'PodMetrics' },
      scope: 'Namespaced',
      singularResource: '',
      verbs: ['get', 'list'],
    },
  ],
  ...{ isFresh: true, openApiV3: {}, swagger: undefined },
};

/** The document of `/apis/metrics.k8s.io/v1beta1`; undefined for other paths. */
export function metricsDocument(path: string): HttpResponse | undefined {
  if (path !== `/apis/${group}/${version}`) return undefined;
  const resource = (name: string, kind: string, namespaced: boolean) => ({
    ...{ name, singularName: '', namespaced, kind, verbs: ['get', 'list'] },
  });
  const resources = [resource('nodes', 'NodeMetrics', false), resource('pods', 'PodMetrics', true)];
  const groupVersion = `${group}/${version}`;
  return answerOf({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources });
}

export function asksForMetrics(info: ResourceRequest): boolean {
  return info.group === group && info.version === version;
}

/** Answers `get` and `list` of `nodes` and `pods`. Throws 404 and 405. */
export async function answerMetrics(
  parts: ClusterParts,
  machines: PodMachines,
  { info, query }: { readonly info: ResourceRequest; readonly query: URLSearchParams },
): Promise<HttpResponse> {
  const { resource, verb, namespace, name, subresource } = info;
  if ((resource !== 'nodes' && resource !== 'pods') || subresource !== '') throw resourceNotServed();
  if (verb !== 'get' && verb !== 'list') throw methodNotAllowed();
  const nowMs = parts.clock.now();
  const place = { group: '', resource, namespace: resource === 'nodes' ? '' : namespace };
  const podsOf = resource === 'nodes' ? await podsByNode(parts) : undefined;
  const one = (object: JsonObject) =>
    podsOf
      ? nodeMetrics(machines, object, { pods: podsOf.get(textAt(object, 'metadata', 'name')) ?? [], nowMs })
      : podMetrics(machines, object, nowMs);
  if (verb === 'get') {
    const found = await parts.view.find(place, name);
    const metrics = found && one(found);
    if (!metrics) throw notFound({ group, resource, name });
    return answerOf(metrics);
  }
  const selector = parseLabelSelector(query.get('labelSelector') ?? '');
  const kind = resource === 'nodes' ? 'NodeMetricsList' : 'PodMetricsList';
  const items: Json[] = [];
  for (const object of await parts.view.list(place)) {
    const { labels } = metadataOf(object);
    if (info.name !== '' && metadataOf(object)['name'] !== info.name) continue;
    if (selector && !selector.matches(labelsOf(labels))) continue;
    const metrics = one(object);
    if (metrics) items.push(metrics);
  }
  return answerOf({ kind, apiVersion: `${group}/${version}`, metadata: {}, items });
}

/** Once for all nodes of a list, so that its cost is that of its nodes and pods together. */
async function podsByNode({ view }: ClusterParts): Promise<ReadonlyMap<string, readonly JsonObject[]>> {
  const pods = await view.list({ group: '', resource: 'pods', namespace: '' });
  return Map.groupBy(pods, (pod) => textAt(pod, 'spec', 'nodeName'));
}

function answerOf(value: JsonObject): HttpResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: encodeJson(value) };
}

function nodeMetrics(
  machines: PodMachines,
  node: JsonObject,
  { pods, nowMs }: { readonly pods: readonly JsonObject[]; readonly nowMs: number },
): JsonObject | undefined {
  if (!machines.runs(node)) return undefined;
  return { kind: 'NodeMetrics', ...measured(node, nowMs), usage: usageOf(machines.nodeUsage(node, pods)) };
}

function podMetrics(machines: PodMachines, pod: JsonObject, nowMs: number): JsonObject | undefined {
  const containers = machines.podUsage(pod).map(({ name, usage }) => ({ name, usage: usageOf(usage) }));
  return containers.length === 0 ? undefined : { kind: 'PodMetrics', ...measured(pod, nowMs), containers };
}

function measured(object: JsonObject, nowMs: number): JsonObject {
  const { name = '', namespace, labels } = metadataOf(object);
  const timestamp = rfc3339Seconds(nowMs);
  const metadata = {
    name,
    ...(namespace !== undefined && { namespace }),
    creationTimestamp: timestamp,
    ...(labels !== undefined && { labels }),
  };
  return { apiVersion: `${group}/${version}`, metadata, timestamp, window };
}

function metadataOf({ metadata }: JsonObject): JsonObject {
  return isObject(metadata) ? metadata : {};
}

function usageOf({ cpuNanoCores, memoryBytes }: Used): JsonObject {
  return { cpu: `${cpuNanoCores}n`, memory: `${Math.ceil(memoryBytes / 1024)}Ki` };
}

function labelsOf(labels: Json | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(isObject(labels) ? labels : {}).map(([key, value]) => [key, String(value)]),
  );
}

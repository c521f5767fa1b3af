import type { JsonObject } from '../base/index.ts';
import type { EchoAnswer } from './http-echo.ts';
import { objectIn, textIn } from './pod.ts';
import { nodeUsage, podsOn, podUsage, type Usage } from './usage.ts';

const json = { 'content-type': 'application/json' };
const plain = { 'content-type': 'text/plain; charset=utf-8' };

/** What a kubelet answers at a path: whether it is well, its pods, and what they use. */
export function nodePage(
  node: JsonObject,
  allPods: readonly JsonObject[],
  asked: { readonly path: string; readonly nowMs: number },
): EchoAnswer {
  const name = textIn(objectIn(node, 'metadata'), 'name');
  const pods = podsOn(name, allPods);
  const path = (asked.path.split('?', 1)[0] ?? '').replace(/^([^?]+)\/$/, '$1');
  switch (path) {
    case '/healthz':
      return { status: 200, headers: plain, body: 'ok' };
    case '/pods':
      return {
        status: 200,
        headers: json,
        body: JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods }),
      };
    case '/stats/summary':
      return { status: 200, headers: json, body: JSON.stringify(summaryOf(name, pods, asked.nowMs)) };
    case '/metrics/resource':
      return { status: 200, headers: plain, body: resourceMetrics(pods, asked.nowMs) };
    default:
      return { status: 404, headers: plain, body: '404 page not found\n' };
  }
}

function summaryOf(nodeName: string, pods: readonly JsonObject[], nowMs: number): JsonObject {
  const time = new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const stats = ({ cpuNanoCores, memoryBytes }: Usage) => ({
    cpu: { time, usageNanoCores: cpuNanoCores },
    memory: { time, usageBytes: memoryBytes, workingSetBytes: memoryBytes },
  });
  return {
    node: { nodeName, ...stats(nodeUsage(pods, nowMs)) },
    pods: pods.map((pod) => {
      const metadata = objectIn(pod, 'metadata');
      const [name, namespace, uid] = ['name', 'namespace', 'uid'].map((member) => textIn(metadata, member));
      const containers = podUsage(pod, nowMs).map((each) => ({ name: each.name, ...stats(each.usage) }));
      return { podRef: { name: name ?? '', namespace: namespace ?? '', uid: uid ?? '' }, containers };
    }),
  };
}

function resourceMetrics(pods: readonly JsonObject[], nowMs: number): string {
  const node = nodeUsage(pods, nowMs);
  const lines = [
    '# TYPE node_memory_working_set_bytes gauge',
    `node_memory_working_set_bytes ${node.memoryBytes}`,
  ];
  lines.push('# TYPE container_memory_working_set_bytes gauge');
  for (const pod of pods) {
    const metadata = objectIn(pod, 'metadata');
    for (const { name, usage } of podUsage(pod, nowMs)) {
      const labels = `container="${name}",namespace="${textIn(metadata, 'namespace')}",pod="${textIn(metadata, 'name')}"`;
      lines.push(`container_memory_working_set_bytes{${labels}} ${usage.memoryBytes}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

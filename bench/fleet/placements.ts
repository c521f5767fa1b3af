import type { BenchClient } from '../kube/client.ts';

const placementPath = '/apis/placement.kubernetes-fleet.io/v1/clusterresourceplacements';
const bindingPath = '/apis/placement.kubernetes-fleet.io/v1/clusterresourcebindings';

/** What a placement carries: a namespace with ConfigMaps of 1 KiB and perhaps a Deployment without replicas. */
export interface Load {
  readonly configMaps: number;
  readonly deployment: boolean;
}

/** Makes what the placement `name` will select. */
export async function makeLoad(hub: BenchClient, name: string, load: Load): Promise<void> {
  await post(hub, '/api/v1/namespaces', { metadata: { name } });
  for (let at = 0; at < load.configMaps; at++) {
    await post(hub, `/api/v1/namespaces/${name}/configmaps`, {
      metadata: { name: `config-${at}` },
      data: { text: 'x'.repeat(1024) },
    });
  }
  if (!load.deployment) return;
  const labels = { app: 'idle' };
  await post(hub, `/apis/apps/v1/namespaces/${name}/deployments`, {
    metadata: { name: 'idle' },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'pause:3.10' }] } },
    },
  });
}

/** Places namespace `name` on all members. */
export async function place(hub: BenchClient, name: string): Promise<void> {
  await post(hub, placementPath, {
    apiVersion: 'placement.kubernetes-fleet.io/v1',
    kind: 'ClusterResourcePlacement',
    metadata: { name },
    spec: {
      resourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name }],
      policy: { placementType: 'PickAll' },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } },
    },
  });
}

/** Milliseconds from now, for each member, until the placement is available there. */
export function availableOnMembers(hub: BenchClient, name: string, members: number): Promise<number[]> {
  const selector = encodeURIComponent(`kubernetes-fleet.io/parent-CRP=${name}`);
  const times = new Map<string, number>();
  return untilAll(
    hub,
    `${bindingPath}?watch=true&labelSelector=${selector}`,
    ({ metadata, ...object }, now) => {
      if (isTrue(object, 'Available') && !times.has(metadata.name)) times.set(metadata.name, now);
      return times.size === members ? [...times.values()].sort((a, b) => a - b) : undefined;
    },
  );
}

/** Milliseconds from now until each of so many placements is available on all its members. */
export function allAvailable(
  hub: BenchClient,
  prefix: string,
  { placements, members }: { readonly placements: number; readonly members: number },
): Promise<number[]> {
  const times = new Map<string, number>();
  return untilAll(hub, `${placementPath}?watch=true`, (object, now) => {
    const { name } = object.metadata;
    const isDone =
      isTrue(object, 'ClusterResourcePlacementAvailable') &&
      object.status?.placementStatuses?.length === members;
    if (name.startsWith(prefix) && isDone && !times.has(name)) times.set(name, now);
    return times.size === placements ? [...times.values()].sort((a, b) => a - b) : undefined;
  });
}

interface Watched {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly placementStatuses?: readonly unknown[];
  };
}

function isTrue({ status }: Pick<Watched, 'status'>, type: string): boolean {
  return status?.conditions?.some((each) => each.type === type && each.status === 'True') ?? false;
}

/** Watches until `look` has an answer. */
async function untilAll<T>(
  hub: BenchClient,
  path: string,
  look: (object: Watched, elapsedMs: number) => T | undefined,
): Promise<T> {
  const startedMs = performance.now();
  const found = Promise.withResolvers<T>();
  const close = await hub.watch(path, (lines) => {
    const elapsedMs = performance.now() - startedMs;
    for (const line of lines.toString('utf8').split('\n')) {
      if (line === '') continue;
      const answer = look(JSON.parse(line).object, elapsedMs);
      if (answer !== undefined) found.resolve(answer);
    }
  });
  const answer = await found.promise;
  close();
  return answer;
}

async function post(hub: BenchClient, path: string, body: object): Promise<void> {
  const { status, text } = await hub.request({
    method: 'POST',
    path,
    body: JSON.stringify(body),
    keep: true,
  });
  if (status !== 201) throw new Error(`POST ${path} answered ${status}: ${text}`);
}

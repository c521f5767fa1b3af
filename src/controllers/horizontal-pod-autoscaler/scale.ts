import { at, numberAt, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { HorizontalPodAutoscaler } from '../kinds/autoscaling.ts';
import type { ClusterContext } from '../shared/context.ts';
import type { ServedKind } from '../shared/discovery.ts';
import { parsed, whyRefused } from './metrics-api.ts';

/** How many replicas a target has and should have, and of which pods. */
export interface Scale {
  readonly kind: ServedKind;
  /** As it was read: what is written must not be older. */
  readonly object: JsonObject;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly selector: string;
}

/** The scale of what an autoscaler names; a text says why it cannot be had. */
export async function readScale(
  { metadata, spec }: HorizontalPodAutoscaler,
  { client, served }: Pick<ClusterContext, 'client' | 'served'>,
): Promise<Scale | string> {
  const { apiVersion = '', kind: name } = spec.scaleTargetRef;
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const kind = (await served.all()).find((each) => each.group === group && each.kind === name);
  if (!kind) {
    const where = group === '' ? '' : ` in group ${JSON.stringify(group)}`;
    return `no matches for kind ${JSON.stringify(name)}${where}`;
  }
  const base = kind.group === '' ? '/api/v1' : `/apis/${kind.group}/${kind.version}`;
  const target = `${kind.resource}/${encodeURIComponent(spec.scaleTargetRef.name)}`;
  const path = `${base}/namespaces/${metadata.namespace}/${target}/scale`;
  const { status, body } = await client.cluster.raw('GET', path);
  const object = parsed(body);
  if (status !== 200) return whyRefused(status, object);
  return {
    kind,
    object,
    specReplicas: numberOr0(object, 'spec'),
    statusReplicas: numberOr0(object, 'status'),
    selector: textAt(object, 'status', 'selector'),
  };
}

function numberOr0(scale: JsonObject, part: string): number {
  return at(scale, part, 'replicas') === undefined ? 0 : numberAt(scale, part, 'replicas');
}

/** Sets how many replicas there should be. Throws ClusterError. */
export async function writeScale(
  { kind, object }: Scale,
  replicas: number,
  { client }: Pick<ClusterContext, 'client'>,
): Promise<void> {
  const { metadata } = object;
  const scale = {
    ...{ apiVersion: textAt(object, 'apiVersion'), kind: 'Scale' },
    metadata: {
      name: textAt(metadata, 'name'),
      namespace: textAt(metadata, 'namespace'),
      resourceVersion: textAt(metadata, 'resourceVersion'),
    },
    spec: { replicas },
  };
  await client.cluster.update(kind, scale, { subresource: 'scale' });
}

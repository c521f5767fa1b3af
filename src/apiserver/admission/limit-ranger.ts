import {
  type AdmissionStep,
  type ClusterView,
  refused,
  resourceKey,
  type Write,
} from '../../apimachinery/admission.ts';
import { amountsAt } from '../../apimachinery/amounts.ts';
import { metadataOf, readMetadata } from '../../apimachinery/metadata.ts';
import { formatQuantity } from '../../apimachinery/quantity.ts';
import { at, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { aggregated } from '../../apimachinery/validation/go-text.ts';
import type { JsonObject } from '../../base/index.ts';
import { brokenLimits } from './broken-limits.ts';

const annotation = 'kubernetes.io/limit-ranger';

/** Containers that say nothing get what the LimitRanges of their namespace say; pods and claims outside of them are refused. */
export const limitRanger: AdmissionStep = {
  name: 'LimitRanger',
  concerns({ definition, subresource, operation }) {
    const key = resourceKey(definition);
    if (key === '/pods')
      return subresource === '' ? operation === 'CREATE' : isResize(subresource, operation);
    return key === '/persistentvolumeclaims' && subresource === '' && operation !== 'DELETE';
  },
  async mutate(write, cluster) {
    const { object } = write;
    if (!object || write.definition.resource !== 'pods') return;
    for (const range of await rangesOf(write, cluster)) fillIn(object, range);
  },
  async validate(write, cluster) {
    const { object } = write;
    if (!object) return;
    for (const range of await rangesOf(write, cluster)) {
      const broken = brokenLimits(range, write.definition.resource, object);
      if (broken.length > 0) throw refused(write, aggregated(broken));
    }
  },
};

function isResize(subresource: string, operation: Write['operation']): boolean {
  return subresource === 'resize' && operation === 'UPDATE';
}

/** None for what is going: nothing of it grows. */
function rangesOf({ old, namespace }: Write, cluster: ClusterView) {
  if (old && readMetadata(old)['deletionTimestamp'] !== undefined) return [];
  return cluster.list({ group: '', resource: 'limitranges', namespace });
}

function fillIn(pod: JsonObject, range: JsonObject): void {
  const limits = objectsAt(range, 'spec', 'limits').filter((limit) => limit['type'] === 'Container');
  const usual = {
    requests: new Map(limits.flatMap((limit) => [...amountsAt(limit, 'defaultRequest')])),
    limits: new Map(limits.flatMap((limit) => [...amountsAt(limit, 'default')])),
  };
  const told: string[] = [];
  for (const [list, what] of [
    ['containers', 'container'],
    ['initContainers', 'init container'],
  ] as const) {
    for (const container of objectsAt(pod, 'spec', list)) {
      for (const kind of ['requests', 'limits'] as const) {
        const resources = objectAt(container, 'resources');
        const own = objectAt(resources, kind);
        const missing = [...usual[kind]].filter(([name]) => own[name] === undefined);
        if (missing.length === 0) continue;
        const filled = missing.map(([name, quantity]) => [name, formatQuantity(quantity)] as const);
        container['resources'] = { ...resources, [kind]: { ...own, ...Object.fromEntries(filled) } };
        const names = missing.map(([name]) => name).sort();
        told.push(`${names.join(', ')} ${kind.slice(0, -1)} for ${what} ${textAt(container, 'name')}`);
      }
    }
  }
  if (told.length === 0) return;
  const metadata = metadataOf(pod);
  metadata['annotations'] = {
    ...objectAt(at(metadata, 'annotations')),
    [annotation]: `LimitRanger plugin set: ${told.join('; ')}`,
  };
}

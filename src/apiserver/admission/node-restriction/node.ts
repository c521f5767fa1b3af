import { refused, toldName, type Write } from '../../../apimachinery/admission.ts';
import { labelsOf } from '../../../apimachinery/metadata.ts';
import { at, nameOf } from '../../../apimachinery/read.ts';
import { type Json, jsonEqual } from '../../../base/index.ts';

/** A node writes itself, and neither what steers pods to it nor whom it belongs to. */
export function restrictNode(node: string, write: Write): void {
  const { object, old, operation } = write;
  const asked = operation === 'CREATE' && object ? nameOf(object) : toldName(write);
  if (asked !== node) throw refused(write, `node "${node}" is not allowed to modify node "${asked}"`);
  if (!object || operation === 'DELETE') return;
  const source = at(object, 'spec', 'configSource');
  if (!old) {
    if (source !== undefined) {
      throw refused(write, `node "${node}" is not allowed to create pods with a non-nil configSource`);
    }
    const labels = forbiddenLabels(labelsOf(object) ?? {}, {});
    if (labels !== '')
      throw refused(write, `node "${node}" is not allowed to set the following labels: ${labels}`);
    return;
  }
  if (source !== undefined && !isSame(source, at(old, 'spec', 'configSource'))) {
    throw refused(
      write,
      `node "${node}" is not allowed to update configSource to a new non-nil configSource`,
    );
  }
  if (!isSame(at(object, 'spec', 'taints') ?? [], at(old, 'spec', 'taints') ?? [])) {
    throw refused(write, `node "${node}" is not allowed to modify taints`);
  }
  const owners = (value: Json) => at(value, 'metadata', 'ownerReferences') ?? [];
  if (!isSame(owners(object), owners(old))) {
    throw refused(write, `node "${node}" is not allowed to modify ownerReferences`);
  }
  const labels = forbiddenLabels(labelsOf(object) ?? {}, labelsOf(old) ?? {});
  if (labels !== '') throw refused(write, `is not allowed to modify labels: ${labels}`);
}

function isSame(a: Json, b: Json | undefined): boolean {
  return b !== undefined && jsonEqual(a, b);
}

const kubeletLabels = [
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
];

type Labels = Readonly<Record<string, string | undefined>>;

/** Labels that differ and are not the node's to change, in order. */
function forbiddenLabels(now: Labels, before: Labels): string {
  const names = [...new Set([...Object.keys(now), ...Object.keys(before)])];
  return names
    .filter((name) => now[name] !== before[name] && isForbidden(name))
    .sort()
    .join(', ');
}

function isForbidden(label: string): boolean {
  const slash = label.indexOf('/');
  const domain = slash < 0 ? '' : label.slice(0, slash);
  const isIn = (other: string) => domain === other || domain.endsWith(`.${other}`);
  if (isIn('node-restriction.kubernetes.io')) return true;
  if (!isIn('kubernetes.io') && !isIn('k8s.io')) return false;
  return !kubeletLabels.includes(label) && !isIn('kubelet.kubernetes.io') && !isIn('node.kubernetes.io');
}

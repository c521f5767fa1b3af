import { conditionOf } from '../../apimachinery/conditions.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { at, flagAt, nameOf, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { cidrWarnings } from '../../apimachinery/validation/addresses.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { labelValue, qualifiedName } from '../../apimachinery/validation/names.ts';
import { validateCidr } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, none } from '../shared/cells.ts';
import { flagField } from '../shared/field-selectors.ts';

export const node: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'nodes',
  kind: 'Node',
  scope: 'Cluster',
  shortNames: ['no'],
  subresources: { proxy: 'create delete get patch update -> //NodeProxyOptions', status: 'get patch update' },
  columns: {
    definitions: [
      'Name|string|name|0',
      'Status',
      'Roles',
      'Age',
      'Version',
      'Internal-IP|string||1',
      'External-IP|string||1',
      'OS-Image|string||1',
      'Kernel-Version|string||1',
      'Container-Runtime|string||1',
    ],
    cells: (object) => [
      nameOf(object),
      nodeStatus(object),
      nodeRoles(object),
      ageOf(object),
      textAt(object, 'status', 'nodeInfo', 'kubeletVersion'),
      nodeAddress(object, 'InternalIP'),
      nodeAddress(object, 'ExternalIP'),
      textAt(object, 'status', 'nodeInfo', 'osImage') || '<unknown>',
      textAt(object, 'status', 'nodeInfo', 'kernelVersion') || '<unknown>',
      textAt(object, 'status', 'nodeInfo', 'containerRuntimeVersion') || '<unknown>',
    ],
  },
  registryFolder: 'minions',
  quirks: { keepsStatusOnCreate: true, knowsNoNamespace: true },
  selectable: { 'spec.unschedulable': flagField('spec', 'unschedulable') },
  validate(node) {
    return [
      ...validateTaints(node),
      ...textsAt(node, 'spec', 'podCIDRs').flatMap((cidr, position) =>
        validateCidr(cidr, index('spec.podCIDRs', position)),
      ),
    ];
  },
  validateUpdate(node, old) {
    const errors: FieldError[] = [];
    const before = textsAt(old, 'spec', 'podCIDRs');
    const now = textsAt(node, 'spec', 'podCIDRs');
    if (before.length > 0 && before.join() !== now.join()) {
      errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
    }
    const provider = textAt(old, 'spec', 'providerID');
    if (provider && provider !== textAt(node, 'spec', 'providerID')) {
      errors.push(
        forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'),
      );
    }
    return errors;
  },
  warnings: nodeWarnings,
};

const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateTaints(node: JsonObject): FieldError[] {
  const seen = new Set<string>();
  return objectsAt(node, 'spec', 'taints').flatMap((taint, position) => {
    const here = index('metadata.taints', position);
    const name = textAt(taint, 'key');
    const value = textAt(taint, 'value');
    const effect = textAt(taint, 'effect');
    const errors = invalidEach(child(here, 'key'), name, qualifiedName(name));
    const problems = labelValue(value);
    if (problems.length > 0) errors.push(invalid(child(here, 'value'), value, problems.join(';')));
    if (!effect) errors.push(required(child(here, 'effect')));
    else if (!taintEffects.includes(effect))
      errors.push(notSupported(child(here, 'effect'), effect, taintEffects));
    if (seen.has(`${effect}/${name}`)) errors.push(duplicate(here, taint));
    seen.add(`${effect}/${name}`);
    return errors;
  });
}

function nodeStatus(node: JsonObject): string {
  const ready = conditionOf(node, 'Ready');
  const status = !ready ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return flagAt(node, 'spec', 'unschedulable') ? `${status},SchedulingDisabled` : status;
}

const rolePrefix = 'node-role.kubernetes.io/';

function nodeRoles(node: JsonObject): string {
  const roles = new Set<string>();
  for (const [label, value] of Object.entries(objectAt(node, 'metadata', 'labels'))) {
    if (label.startsWith(rolePrefix) && label.length > rolePrefix.length)
      roles.add(label.slice(rolePrefix.length));
    else if (label === 'kubernetes.io/role' && typeof value === 'string' && value) roles.add(value);
  }
  return roles.size === 0 ? none : [...roles].sort().join(',');
}

function nodeAddress(node: JsonObject, type: string): string {
  const found = objectsAt(node, 'status', 'addresses').find((address) => address['type'] === type);
  return found ? textAt(found, 'address') : none;
}

function nodeWarnings(node: JsonObject): string[] {
  const warnings: string[] = [];
  if (at(node, 'spec', 'configSource') !== undefined) {
    warnings.push('spec.configSource: the feature is removed');
  }
  if (textAt(node, 'spec', 'externalID') !== '') {
    warnings.push('spec.externalID: this field is deprecated, and is unused by Kubernetes');
  }
  const ranges = textsAt(node, 'spec', 'podCIDRs');
  return [...warnings, ...ranges.flatMap((range, i) => cidrWarnings(index('spec.podCIDRs', i), range))];
}

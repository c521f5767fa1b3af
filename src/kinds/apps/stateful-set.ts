import type { FieldError } from '../../apimachinery/contract.ts';
import { maybeObjectAt, nameOf, numberAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  forbidden,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { dnsLabel } from '../../apimachinery/validation/names.ts';
import { validateNotNegative } from '../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, containerCells } from '../shared/cells.ts';
import { ofTemplate } from '../shared/template-warnings.ts';
import { claimWarnings } from '../shared/volume-warnings.ts';
import { templateOf } from '../shared/workload-cells.ts';
import {
  shownStrategy,
  validateAvailable,
  validateCounts,
  validateNoMoreThan,
  validateSelectedTemplate,
} from '../shared/workloads.ts';

export const statefulSet: BuiltInKind = {
  group: 'apps',
  versions: [{ version: 'v1' }],
  resource: 'statefulsets',
  kind: 'StatefulSet',
  scope: 'Namespaced',
  shortNames: ['sts'],
  categories: ['all'],
  subresources: { scale: 'get patch update -> autoscaling/v1/Scale', status: 'get patch update' },
  columns: {
    definitions: ['Name|string|name|0', 'Ready', 'Age', 'Containers|string||1', 'Images|string||1'],
    cells: (object) => [
      nameOf(object),
      `${numberAt(object, 'status', 'readyReplicas')}/${numberAt(object, 'spec', 'replicas')}`,
      ageOf(object),
      ...containerCells(templateOf(object)),
    ],
  },
  quirks: { hasGeneration: true },
  prepareForCreate: nameClaimKinds,
  prepareForUpdate: nameClaimKinds,
  validate(object) {
    const spec = objectAt(object, 'spec');
    const service = textAt(spec, 'serviceName');
    return [
      ...validateManagement(spec),
      ...validateSetStrategy(objectAt(spec, 'updateStrategy'), 'spec.updateStrategy'),
      ...validateRetention(objectAt(spec, 'persistentVolumeClaimRetentionPolicy')),
      ...validateNotNegative(spec, 'spec', 'replicas', 'minReadySeconds'),
      ...validateNotNegative(objectAt(spec, 'ordinals'), 'spec.ordinals', 'start'),
      ...(service ? invalidEach('spec.serviceName', service, dnsLabel(service)) : []),
      ...validateSelectedTemplate(withClaimVolumes(spec), 'statefulset', 'StatefulSet'),
    ];
  },
  validateUpdate(object, old) {
    const strip = (spec: JsonObject) =>
      Object.fromEntries(Object.entries(spec).filter(([name]) => !mutableStatefulSetMembers.includes(name)));
    if (jsonEqual(strip(objectAt(object, 'spec')), strip(objectAt(old, 'spec')))) return [];
    const members = mutableStatefulSetMembers.map((name) => `'${name}'`);
    const list = `${members.slice(0, -1).join(', ')} and ${members.at(-1)}`;
    return [forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`)];
  },
  validateStatus: (object) => [
    ...validateCounts(object, 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'),
    ...validateNoMoreThan(
      object,
      'replicas',
      'readyReplicas',
      'currentReplicas',
      'updatedReplicas',
      'availableReplicas',
    ),
    ...validateAvailable(object, 'status.readyReplicas'),
  ],
  warnings: statefulSetWarnings,
};

const mutableStatefulSetMembers = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

/** Claim templates are whole objects and are printed with their kind. */
function nameClaimKinds(object: JsonObject): void {
  for (const claim of objectsAt(object, 'spec', 'volumeClaimTemplates')) {
    claim['apiVersion'] = 'v1';
    claim['kind'] = 'PersistentVolumeClaim';
  }
}

/** Pod volumes that a StatefulSet makes of its claim templates count as there. */
function withClaimVolumes(spec: JsonObject): JsonObject {
  const claims = objectsAt(spec, 'volumeClaimTemplates').map((claim) => textAt(claim, 'metadata', 'name'));
  const podSpec = objectAt(spec, 'template', 'spec');
  const others = objectsAt(podSpec, 'volumes').filter((volume) => !claims.includes(textAt(volume, 'name')));
  const volumes = [
    ...claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } })),
    ...others,
  ];
  return {
    ...spec,
    template: { ...objectAt(spec, 'template'), spec: { ...podSpec, volumes, hostname: '', subdomain: '' } },
  };
}

function validateManagement(spec: JsonObject): FieldError[] {
  const policy = textAt(spec, 'podManagementPolicy');
  if (policy === 'OrderedReady' || policy === 'Parallel') return [];
  if (!policy) return [required('spec.podManagementPolicy')];
  return [invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")];
}

function validateSetStrategy(strategy: JsonObject, path: string): FieldError[] {
  const type = textAt(strategy, 'type');
  const rolling = maybeObjectAt(strategy, 'rollingUpdate');
  if (!type) return [required(path)];
  if (type === 'OnDelete') {
    const detail = "only allowed for updateStrategy 'RollingUpdate'";
    return rolling ? [invalid(child(path, 'rollingUpdate'), rolling, detail)] : [];
  }
  if (type !== 'RollingUpdate')
    return [invalid(path, shownStrategy(strategy), "must be 'RollingUpdate' or 'OnDelete'")];
  return validateNotNegative(rolling ?? {}, child(path, 'rollingUpdate'), 'partition');
}

function validateRetention(policy: JsonObject): FieldError[] {
  return ['whenDeleted', 'whenScaled'].flatMap((member) => {
    const value = textAt(policy, member);
    if (value === 'Retain' || value === 'Delete') return [];
    return [notSupported(`spec.persistentVolumeClaimRetentionPolicy.${member}`, value, ['Retain', 'Delete'])];
  });
}

/** Of stateful sets: their templates, the claims they make, the history they keep. */
function statefulSetWarnings(object: JsonObject, old: JsonObject | undefined): string[] {
  const warnings = ofTemplate('spec.template', false)(object, old);
  for (const [i, claim] of objectsAt(object, 'spec', 'volumeClaimTemplates').entries()) {
    const here = index('spec.volumeClaimTemplates', i);
    warnings.push(...claimWarnings(objectAt(claim, 'spec'), old ? child(here, 'Spec') : here));
  }
  const history = objectAt(object, 'spec')['revisionHistoryLimit'];
  if (typeof history === 'number' && history < 0) {
    const what = 'a negative value retains all historical revisions; a value >= 0 is recommended';
    warnings.push(`spec.revisionHistoryLimit: ${what}`);
  }
  return warnings;
}

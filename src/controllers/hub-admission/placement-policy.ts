import { listAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { dnsSubdomain, labelValue, qualifiedName } from '../../apimachinery/validation/names.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import { affinityErrors } from './placement-affinity.ts';
import { tolerationText } from './placement-text.ts';

const maxNameChars = 63;

/** What is wrong with a scheduling policy, by its type. */
export function policyErrors(policy: JsonObject): readonly string[] {
  switch (textAt(policy, 'placementType')) {
    case 'PickFixed':
      return pickFixedErrors(policy);
    case 'PickAll':
      return pickAllErrors(policy);
    case 'PickN':
      return pickNErrors(policy);
    default:
      return [];
  }
}

function pickFixedErrors(policy: JsonObject): string[] {
  const names = textsAt(policy, 'clusterNames');
  const errors: string[] = [];
  if (names.length === 0) errors.push('cluster names cannot be empty for policy type PickFixed');
  errors.push(...clusterNameErrors(names));
  if (policy['numberOfClusters'] !== undefined) errors.push(noNumber('PickFixed'));
  if (isObject(policy['affinity'])) {
    errors.push(
      'affinity must be nil for policy type PickFixed, only valid for PickAll/PickN placement policy types',
    );
  }
  errors.push(...noSpread(policy, 'PickFixed'));
  if (Array.isArray(policy['tolerations'])) {
    errors.push('tolerations needs to be empty for policy type PickFixed, only valid for PickAll/PickN');
  }
  return errors;
}

function clusterNameErrors(names: readonly string[]): string[] {
  const errors: string[] = [];
  const seen = new Set<string>();
  for (const name of names) {
    const about = `PickFixed cluster name ${name}`;
    const wrong = dnsSubdomain(name);
    if (wrong.length > 0) errors.push(`${about} is not a valid member name: ${wrong.join('; ')}`);
    if (name.length > maxNameChars) errors.push(`${about} cannot have length exceeding ${maxNameChars}`);
    if (seen.has(name)) return [...errors, 'cluster names must be unique for policy type PickFixed'];
    seen.add(name);
  }
  return errors;
}

function pickAllErrors(policy: JsonObject): string[] {
  return [
    ...noNames(policy, 'PickAll'),
    ...(policy['numberOfClusters'] === undefined ? [] : [noNumber('PickAll')]),
    ...affinityErrors(policy, 'PickAll'),
    ...noSpread(policy, 'PickAll'),
    ...tolerationErrors(policy),
  ];
}

function pickNErrors(policy: JsonObject): string[] {
  const errors = noNames(policy, 'PickN');
  const count = policy['numberOfClusters'];
  if (typeof count !== 'number') errors.push('number of cluster cannot be nil for policy type PickN');
  else if (count < 0) errors.push(`number of clusters cannot be ${count} for policy type PickN`);
  errors.push(...affinityErrors(policy, 'PickN'));
  for (const constraint of objectsAt(policy, 'topologySpreadConstraints')) {
    const unsatisfiable = textAt(constraint, 'whenUnsatisfiable');
    if (!['', 'DoNotSchedule', 'ScheduleAnyway'].includes(unsatisfiable)) {
      errors.push(`unknown unsatisfiable type ${unsatisfiable}`);
    }
  }
  return [...errors, ...tolerationErrors(policy)];
}

function noNames(policy: JsonObject, type: string): string[] {
  const needless = listAt(policy, 'clusterNames').length > 0;
  return needless
    ? [`cluster names needs to be empty for policy type ${type}, only valid for PickFixed policy type`]
    : [];
}

function noNumber(type: string): string {
  return `number of clusters must be nil for policy type ${type}, only valid for PickN placement policy type`;
}

function noSpread(policy: JsonObject, type: string): string[] {
  const needless = listAt(policy, 'topologySpreadConstraints').length > 0;
  return needless
    ? [
        `topology spread constraints needs to be empty for policy type ${type}, only valid for PickN policy type`,
      ]
    : [];
}

function tolerationErrors(policy: JsonObject): string[] {
  const errors: string[] = [];
  const seen = new Set<string>();
  for (const toleration of objectsAt(policy, 'tolerations')) {
    const shown = tolerationText(toleration);
    const [key, value] = [textAt(toleration, 'key'), textAt(toleration, 'value')];
    const operator = textAt(toleration, 'operator');
    if (key !== '')
      errors.push(...qualifiedName(key).map((why) => `invalid toleration key ${shown}: ${why}`));
    if (operator === 'Exists' && value !== '') {
      errors.push(`invalid toleration ${shown}: toleration value needs to be empty, when operator is Exists`);
    }
    if (operator === 'Equal') {
      if (key === '') {
        errors.push(`invalid toleration ${shown}: toleration key cannot be empty, when operator is Equal`);
      }
      errors.push(...labelValue(value).map((why) => `invalid toleration value ${shown}: ${why}`));
    }
    if (seen.has(shown)) errors.push(`toleration ${shown} already exists, tolerations must be unique`);
    seen.add(shown);
  }
  return errors;
}

import type { FieldError } from '../../apimachinery/contract.ts';
import { at, flagAt, maybeObjectAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  forbidden,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { validateAnnotations, validateLabels } from '../../apimachinery/validation/metadata.ts';
import {
  between,
  dnsLabel,
  dnsSubdomain,
  labelValue,
  qualifiedName,
  type TextRule,
} from '../../apimachinery/validation/names.ts';
import { validateSelector } from '../../apimachinery/validation/selectors.ts';
import { validateChoice, validateIp, validateOptionalChoice } from '../../apimachinery/validation/values.ts';
import { isNumber, type JsonObject } from '../../base/index.ts';
import { validateContainers, validateInitContainers } from './containers.ts';
import { validatePodAnnotations, validateSameSeccomp } from './pod-annotations.ts';
import { validatePodSecurity } from './security-context.ts';
import { validateVolumes } from './volumes.ts';

const maxInt32 = 2 ** 31 - 1;

/** The spec of a pod, or of a pod template. */
export function validatePodSpec(spec: JsonObject, path: string): FieldError[] {
  const volumes = validateVolumes(spec, child(path, 'volumes'));
  const scope = { volumes: volumes.names, sharesUsers: spec['hostUsers'] !== false };
  return [
    ...volumes.errors,
    ...validateContainers(spec, child(path, 'containers'), scope),
    ...validateInitContainers(spec, child(path, 'initContainers'), scope),
    ...validateHostPorts(spec, path),
    ...validateChoice(spec, path, 'restartPolicy', ['Always', 'OnFailure', 'Never']),
    ...validateChoice(spec, path, 'dnsPolicy', [
      'ClusterFirstWithHostNet',
      'ClusterFirst',
      'Default',
      'None',
    ]),
    ...validateLabels(spec['nodeSelector'], child(path, 'nodeSelector')),
    ...validateAffinity(objectAt(spec, 'affinity'), child(path, 'affinity')),
    ...validateSpread(spec, child(path, 'topologySpreadConstraints')),
    ...validateText(spec, path, 'serviceAccountName', dnsSubdomain),
    ...validateText(spec, path, 'nodeName', dnsSubdomain),
    ...validateDeadline(spec, path),
    ...validatePodSecurity(maybeObjectAt(spec, 'securityContext'), child(path, 'securityContext')),
    ...validateText(spec, path, 'hostname', dnsLabel),
    ...validateText(spec, path, 'subdomain', dnsLabel),
    ...validateTolerations(spec, child(path, 'tolerations')),
    ...validateHostAliases(spec, child(path, 'hostAliases')),
    ...validateText(spec, path, 'priorityClassName', dnsSubdomain),
    ...validateText(spec, path, 'runtimeClassName', dnsSubdomain),
    ...validateOptionalChoice(spec, path, 'preemptionPolicy', ['PreemptLowerPriority', 'Never']),
  ];
}

/** A pod template of a workload, without what the workload's own kind asks of it. */
export function validatePodTemplate(template: JsonObject, path: string): FieldError[] {
  const spec = objectAt(template, 'spec');
  const annotations = objectAt(template, 'metadata', 'annotations');
  const errors = [
    ...validateLabels(at(template, 'metadata', 'labels'), child(path, 'labels')),
    ...validateAnnotations(at(template, 'metadata', 'annotations'), child(path, 'annotations')),
    ...validatePodAnnotations(annotations, spec, child(path, 'annotations')),
    ...validatePodSpec(spec, child(path, 'spec')),
    ...validateSameSeccomp(objectAt(template, 'metadata'), spec, child(path, 'spec')),
  ];
  if (objectsAt(spec, 'ephemeralContainers').length > 0) {
    const detail = 'ephemeral containers not allowed in pod template';
    errors.push(forbidden(child(path, 'spec.ephemeralContainers'), detail));
  }
  return errors;
}

function validateText(object: JsonObject, path: string, member: string, rule: TextRule): FieldError[] {
  const text = textAt(object, member);
  return text ? invalidEach(child(path, member), text, rule(text)) : [];
}

function validateHostPorts(spec: JsonObject, path: string): FieldError[] {
  if (!flagAt(spec, 'hostNetwork')) return [];
  const isTemplate = path !== 'spec';
  const detail = 'must match `containerPort` when `hostNetwork` is true';
  return objectsAt(spec, 'containers').flatMap((container, position) =>
    objectsAt(container, 'ports').flatMap((port, portPosition) => {
      const here = index(`${index(child(path, 'containers'), position)}.ports`, portPosition);
      // A template leaves it to the pods that are made from it.
      const isLeftOpen = isTemplate && port['hostPort'] === undefined;
      return isLeftOpen || port['hostPort'] === port['containerPort']
        ? []
        : [invalid(child(here, 'hostPort'), port['hostPort'] ?? 0, detail)];
    }),
  );
}

function validateDeadline(spec: JsonObject, path: string): FieldError[] {
  const seconds = spec['activeDeadlineSeconds'];
  if (!isNumber(seconds) || (seconds >= 1 && seconds <= maxInt32)) return [];
  return [invalid(child(path, 'activeDeadlineSeconds'), seconds, between(1, maxInt32))];
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateTolerations(spec: JsonObject, path: string): FieldError[] {
  return objectsAt(spec, 'tolerations').flatMap((toleration, position) => {
    const here = index(path, position);
    const name = textAt(toleration, 'key');
    const operator = textAt(toleration, 'operator');
    const effect = textAt(toleration, 'effect');
    const errors = name ? invalidEach(child(here, 'key'), name, qualifiedName(name)) : [];
    if (!name && operator !== 'Exists') {
      const detail =
        'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(invalid(child(here, 'operator'), operator, detail));
    }
    if (toleration['tolerationSeconds'] !== undefined && effect !== 'NoExecute') {
      const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
      errors.push(invalid(child(here, 'effect'), effect, detail));
    }
    errors.push(...validateTolerationValue(toleration, operator, here));
    if (effect && !effects.includes(effect))
      errors.push(notSupported(child(here, 'effect'), effect, effects));
    return errors;
  });
}

function validateTolerationValue(toleration: JsonObject, operator: string, path: string): FieldError[] {
  const value = textAt(toleration, 'value');
  const here = child(path, 'operator');
  if (operator === '' || operator === 'Equal') {
    const problems = labelValue(value);
    return problems.length > 0 ? [invalid(here, value, problems.join(';'))] : [];
  }
  if (operator === 'Exists') {
    return value ? [invalid(here, value, "value must be empty when `operator` is 'Exists'")] : [];
  }
  return [notSupported(here, operator, ['Equal', 'Exists'])];
}

function validateHostAliases(spec: JsonObject, path: string): FieldError[] {
  return objectsAt(spec, 'hostAliases').flatMap((alias, position) =>
    validateIp(textAt(alias, 'ip'), child(index(path, position), 'ip')),
  );
}

function validateSpread(spec: JsonObject, path: string): FieldError[] {
  return objectsAt(spec, 'topologySpreadConstraints').flatMap((constraint, position) => {
    const here = index(path, position);
    const skew = constraint['maxSkew'];
    const errors: FieldError[] = [];
    if (typeof skew !== 'number' || skew <= 0) {
      errors.push(invalid(child(here, 'maxSkew'), skew ?? 0, 'must be greater than zero'));
    }
    if (!textAt(constraint, 'topologyKey'))
      errors.push(required(child(here, 'topologyKey'), 'can not be empty'));
    const action = textAt(constraint, 'whenUnsatisfiable');
    const actions = ['DoNotSchedule', 'ScheduleAnyway'];
    if (!actions.includes(action))
      errors.push(notSupported(child(here, 'whenUnsatisfiable'), action, actions));
    const selector = maybeObjectAt(constraint, 'labelSelector');
    return [...errors, ...validateSelector(selector, child(here, 'labelSelector'))];
  });
}

const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
const needed = 'requiredDuringSchedulingIgnoredDuringExecution';

function validateAffinity(affinity: JsonObject, path: string): FieldError[] {
  const nodes = objectAt(affinity, 'nodeAffinity');
  const nodePath = child(path, 'nodeAffinity');
  const selector = maybeObjectAt(nodes, needed);
  return [
    ...(selector ? validateNodeSelector(selector, child(nodePath, needed)) : []),
    ...validatePodTerms(objectAt(affinity, 'podAffinity'), child(path, 'podAffinity')),
    ...validatePodTerms(objectAt(affinity, 'podAntiAffinity'), child(path, 'podAntiAffinity')),
  ];
}

const nodeOperators = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'];

/** A node selector of an affinity or of a volume. */
export function validateNodeSelector(selector: JsonObject, path: string): FieldError[] {
  const terms = objectsAt(selector, 'nodeSelectorTerms');
  const here = child(path, 'nodeSelectorTerms');
  if (terms.length === 0) return [required(here, 'must have at least one node selector term')];
  return terms.flatMap((term, position) =>
    objectsAt(term, 'matchExpressions').flatMap((expression, place) => {
      const expressionPath = index(child(index(here, position), 'matchExpressions'), place);
      const operator = textAt(expression, 'operator');
      const name = textAt(expression, 'key');
      return [
        ...(nodeOperators.includes(operator)
          ? []
          : [invalid(child(expressionPath, 'operator'), operator, 'not a valid selector operator')]),
        ...invalidEach(child(expressionPath, 'key'), name, qualifiedName(name)),
      ];
    }),
  );
}

function validatePodTerms(affinity: JsonObject, path: string): FieldError[] {
  const hard = objectsAt(affinity, needed).flatMap((term, position) =>
    validatePodTerm(term, index(child(path, needed), position)),
  );
  const soft = objectsAt(affinity, preferred).flatMap((weighted, position) => {
    const here = index(child(path, preferred), position);
    const weight = weighted['weight'];
    const inRange = typeof weight === 'number' && weight > 0 && weight <= 100;
    return [
      ...(inRange ? [] : [invalid(child(here, 'weight'), weight ?? 0, 'must be in the range 1-100')]),
      ...validatePodTerm(objectAt(weighted, 'podAffinityTerm'), child(here, 'podAffinityTerm')),
    ];
  });
  return [...hard, ...soft];
}

function validatePodTerm(term: JsonObject, path: string): FieldError[] {
  const topology = textAt(term, 'topologyKey');
  return [
    ...validateSelector(maybeObjectAt(term, 'labelSelector'), child(path, 'labelSelector')),
    ...(topology
      ? invalidEach(child(path, 'topologyKey'), topology, qualifiedName(topology))
      : [required(child(path, 'topologyKey'), 'can not be empty')]),
  ];
}

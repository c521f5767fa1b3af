import type { FieldError } from '../../apimachinery/contract.ts';
import { maybeObjectAt, numberAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  invalidEach,
  notFound,
  required,
} from '../../apimachinery/validation/errors.ts';
import { dnsLabel, portName } from '../../apimachinery/validation/names.ts';
import { validateChoice, validatePortNumber } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import { validateLifecycle, validateProbes } from './container-handlers.ts';
import { validateResources } from './container-resources.ts';
import { validateVariableSources, validateVariables } from './container-variables.ts';
import { validateSecurity } from './security-context.ts';
import { validateDescendingPath } from './volumes.ts';

/** Of ports, in the order in which refusals list them. */
export const protocols = ['SCTP', 'TCP', 'UDP'];

/** What a container's rules need to know about its pod. */
export interface ContainerScope {
  readonly volumes: ReadonlyMap<string, JsonObject>;
  /** The pod's users are the node's. */
  readonly sharesUsers: boolean;
}

/** The containers of a pod: at least one, each with a name of its own. */
export function validateContainers(spec: JsonObject, path: string, scope: ContainerScope): FieldError[] {
  const containers = objectsAt(spec, 'containers');
  if (containers.length === 0) return [required(path)];
  const names = new Set<string>();
  return containers.flatMap((container, position) => {
    const here = index(path, position);
    const errors = validateContainer(container, here, scope);
    const name = textAt(container, 'name');
    if (names.has(name)) errors.push(duplicate(child(here, 'name'), name));
    names.add(name);
    return [...errors, ...validateLifecycle(container, here), ...validateProbes(container, here)];
  });
}

/** Containers that run before the others, and have no name of theirs; those that stay may be probed. */
export function validateInitContainers(spec: JsonObject, path: string, scope: ContainerScope): FieldError[] {
  const names = new Set(objectsAt(spec, 'containers').map((container) => textAt(container, 'name')));
  return objectsAt(spec, 'initContainers').flatMap((container, position) => {
    const here = index(path, position);
    const errors = validateContainer(container, here, scope);
    const name = textAt(container, 'name');
    if (names.has(name)) errors.push(duplicate(child(here, 'name'), name));
    else if (name) names.add(name);
    if (container['restartPolicy'] === 'Always') {
      return [...errors, ...validateLifecycle(container, here), ...validateProbes(container, here)];
    }
    const detail = 'may not be set for init containers without restartPolicy=Always';
    const refused = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']
      .filter((member) => container[member] !== undefined)
      .map((member) => forbidden(child(here, member), detail));
    return [...errors, ...refused];
  });
}

function validateContainer(container: JsonObject, path: string, scope: ContainerScope): FieldError[] {
  const name = textAt(container, 'name');
  return [
    ...(name ? invalidEach(child(path, 'name'), name, dnsLabel(name)) : [required(child(path, 'name'))]),
    ...(textAt(container, 'image') ? [] : [required(child(path, 'image'))]),
    ...validateChoice(container, path, 'terminationMessagePolicy', ['File', 'FallbackToLogsOnError']),
    ...validatePorts(container, child(path, 'ports')),
    ...validateVariables(container, child(path, 'env')),
    ...validateVariableSources(container, child(path, 'envFrom')),
    ...validateMounts(container, child(path, 'volumeMounts'), scope),
    ...validateChoice(container, path, 'imagePullPolicy', ['Always', 'IfNotPresent', 'Never']),
    ...validateResources(objectAt(container, 'resources'), child(path, 'resources')),
    ...validateSecurity(maybeObjectAt(container, 'securityContext'), child(path, 'securityContext'), scope),
  ];
}

function validatePorts(container: JsonObject, path: string): FieldError[] {
  const names = new Set<string>();
  return objectsAt(container, 'ports').flatMap((port, position) => {
    const here = index(path, position);
    const name = textAt(port, 'name');
    const errors: FieldError[] = [];
    const nameProblems = name ? portName(name) : [];
    errors.push(...invalidEach(child(here, 'name'), name, nameProblems));
    if (name && nameProblems.length === 0) {
      if (names.has(name)) errors.push(duplicate(child(here, 'name'), name));
      names.add(name);
    }
    if (numberAt(port, 'containerPort') === 0) errors.push(required(child(here, 'containerPort')));
    else errors.push(...validatePortNumber(port['containerPort'], child(here, 'containerPort')));
    if (numberAt(port, 'hostPort') !== 0)
      errors.push(...validatePortNumber(port['hostPort'], child(here, 'hostPort')));
    return [...errors, ...validateChoice(port, here, 'protocol', protocols)];
  });
}

function validateMounts(container: JsonObject, path: string, { volumes }: ContainerScope): FieldError[] {
  const paths = new Set<string>();
  return objectsAt(container, 'volumeMounts').flatMap((mount, position) => {
    const here = index(path, position);
    const name = textAt(mount, 'name');
    const mountPath = textAt(mount, 'mountPath');
    const subPath = textAt(mount, 'subPath');
    const errors: FieldError[] = [];
    if (!name) errors.push(required(child(here, 'name')));
    if (!volumes.has(name)) errors.push(notFound(child(here, 'name'), name));
    if (!mountPath) errors.push(required(child(here, 'mountPath')));
    if (paths.has(mountPath)) errors.push(invalid(child(here, 'mountPath'), mountPath, 'must be unique'));
    paths.add(mountPath);
    if (subPath) errors.push(...validateDescendingPath(subPath, child(path, 'subPath')));
    return errors;
  });
}

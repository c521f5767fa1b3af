import type { FieldError } from '../../apimachinery/contract.ts';
import { compareQuantities, formatQuantity, parseQuantity } from '../../apimachinery/quantity.ts';
import { at, maybeObjectAt, numberAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  invalidEach,
  key,
  notFound,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import {
  configKey,
  dnsLabel,
  dnsSubdomain,
  headerName,
  portName,
  qualifiedName,
  variableName,
} from '../../apimachinery/validation/names.ts';
import {
  validateChoice,
  validateNotNegative,
  validatePortNumber,
  validatePortNumberOrName,
  validateQuantityNotNegative,
} from '../../apimachinery/validation/values.ts';
import { isNumber, type Json, type JsonObject } from '../../base/index.ts';
import { validateDescendingPath } from './volumes.ts';

export const protocols = ['SCTP', 'TCP', 'UDP'];

/** What a container's rules need to know about its pod. */
export interface ContainerScope {
  readonly volumes: ReadonlyMap<string, JsonObject>;
}

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
    ...validateSecurity(maybeObjectAt(container, 'securityContext'), child(path, 'securityContext')),
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

function validateVariables(container: JsonObject, path: string): FieldError[] {
  return objectsAt(container, 'env').flatMap((variable, position) => {
    const here = index(path, position);
    const name = textAt(variable, 'name');
    const nameErrors = name
      ? invalidEach(child(here, 'name'), name, variableName(name))
      : [required(child(here, 'name'))];
    return [...nameErrors, ...validateValueSource(variable, child(here, 'valueFrom'))];
  });
}

const fieldPaths = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

function validateValueSource(variable: JsonObject, path: string): FieldError[] {
  const source = maybeObjectAt(variable, 'valueFrom');
  if (!source) return [];
  const names = Object.keys(source).filter((name) => source[name] !== undefined);
  const errors = [
    ...validateFieldRef(maybeObjectAt(source, 'fieldRef'), child(path, 'fieldRef')),
    ...validateKeyRef(maybeObjectAt(source, 'configMapKeyRef'), child(path, 'configMapKeyRef')),
    ...validateKeyRef(maybeObjectAt(source, 'secretKeyRef'), child(path, 'secretKeyRef')),
  ];
  if (names.length === 0) {
    const detail = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
    errors.push(invalid(path, '', detail));
  } else if (textAt(variable, 'value')) {
    errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  } else if (names.length > 1) {
    errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function validateFieldRef(ref: JsonObject | undefined, path: string): FieldError[] {
  if (!ref) return [];
  const field = textAt(ref, 'fieldPath');
  if (!field) return [required(child(path, 'fieldPath'))];
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(field);
  if (subscript) return invalidEach(path, subscript[2], qualifiedName((subscript[2] ?? '').toLowerCase()));
  if (fieldPaths.includes(field)) return [];
  if (field === 'metadata.labels' || field === 'metadata.annotations' || field === 'spec.restartPolicy') {
    return [notSupported(child(path, 'fieldPath'), field, fieldPaths)];
  }
  const detail = `error converting fieldPath: field label not supported: ${field}`;
  return [invalid(child(path, 'fieldPath'), field, detail)];
}

function validateKeyRef(ref: JsonObject | undefined, path: string): FieldError[] {
  if (!ref) return [];
  const name = textAt(ref, 'name');
  const keyName = textAt(ref, 'key');
  return [
    ...invalidEach(child(path, 'name'), name, dnsSubdomain(name)),
    ...(keyName
      ? invalidEach(child(path, 'key'), keyName, configKey(keyName))
      : [required(child(path, 'key'))]),
  ];
}

function validateVariableSources(container: JsonObject, path: string): FieldError[] {
  return objectsAt(container, 'envFrom').flatMap((source, position) => {
    const here = index(path, position);
    const prefix = textAt(source, 'prefix');
    const errors = prefix ? invalidEach(child(here, 'prefix'), prefix, variableName(prefix)) : [];
    const refs = ['configMapRef', 'secretRef'].filter((member) => source[member] !== undefined);
    for (const member of refs) {
      const name = textAt(source, member, 'name');
      if (name) errors.push(...invalidEach(child(here, `${member}.name`), name, dnsSubdomain(name)));
      else errors.push(required(child(here, `${member}.name`)));
    }
    if (refs.length === 0)
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (refs.length > 1)
      errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
    return errors;
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

const standardResources = ['cpu', 'memory', 'ephemeral-storage'];
const wholeNumbersOnly = 'must be an integer';
const nanoPerUnit = 1_000_000_000n;

/** Limits and requests of a container. */
export function validateResources(resources: JsonObject, path: string): FieldError[] {
  const limits = objectAt(resources, 'limits');
  const requests = objectAt(resources, 'requests');
  return [
    ...Object.entries(limits).flatMap(([name, amount]) =>
      validateAmount(name, amount, key(child(path, 'limits'), name)),
    ),
    ...Object.entries(requests).flatMap(([name, amount]) => {
      const here = key(child(path, 'requests'), name);
      return [
        ...validateAmount(name, amount, here),
        ...validateWithinLimit(name, amount, limits[name], path),
      ];
    }),
  ];
}

function validateAmount(name: string, amount: Json | undefined, path: string): FieldError[] {
  return [...validateResourceName(name, path), ...validateResourceAmount(name, amount, path)];
}

/** An amount of a resource: not negative, and whole where parts make no sense. */
export function validateResourceAmount(name: string, amount: Json | undefined, path: string): FieldError[] {
  const errors = validateQuantityNotNegative(amount, path);
  const quantity = parseQuantity(amount);
  if (isWholeResource(name) && quantity && quantity.nano % nanoPerUnit !== 0n) {
    errors.push(invalid(path, formatQuantity(quantity), wholeNumbersOnly));
  }
  return errors;
}

function isWholeResource(name: string): boolean {
  return (
    ['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps'].includes(
      name,
    ) ||
    ['persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'].includes(name) ||
    (name.includes('/') && !name.startsWith('kubernetes.io/') && !name.startsWith('requests.'))
  );
}

function validateResourceName(name: string, path: string): FieldError[] {
  const problems = qualifiedName(name);
  if (problems.length > 0) return invalidEach(path, name, problems);
  if (name.includes('/') || name.startsWith('hugepages-') || standardResources.includes(name)) return [];
  const errors = [invalid(path, name, 'must be a standard resource for containers')];
  if (!quotaResources.has(name)) {
    errors.unshift(invalid(path, name, 'must be a standard resource type or fully qualified'));
  }
  return errors;
}

/** Resources that quotas may name without a domain. */
export const quotaResources: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
  'storage',
]);

function validateWithinLimit(
  name: string,
  amount: Json | undefined,
  limit: Json | undefined,
  path: string,
): FieldError[] {
  const wanted = parseQuantity(amount);
  const most = parseQuantity(limit);
  const here = child(path, 'requests');
  if (!wanted) return [];
  const overcommit = !name.includes('/') && !name.startsWith('hugepages-');
  if (!most)
    return overcommit
      ? []
      : [required(child(path, 'limits'), 'Limit must be set for non overcommitable resources')];
  const order = compareQuantities(wanted, most);
  if (!overcommit && order !== 0) {
    return [
      invalid(here, formatQuantity(wanted), `must be equal to ${name} limit of ${formatQuantity(most)}`),
    ];
  }
  if (order <= 0) return [];
  const detail = `must be less than or equal to ${name} limit of ${formatQuantity(most)}`;
  return [invalid(here, formatQuantity(wanted), detail)];
}

const maxUserId = 2 ** 31 - 1;

function validateSecurity(security: JsonObject | undefined, path: string): FieldError[] {
  if (!security) return [];
  const errors = ['runAsUser', 'runAsGroup'].flatMap((member) => {
    const id = security[member];
    const wrong = isNumber(id) && (id < 0 || id > maxUserId);
    return wrong ? [invalid(child(path, member), id, `must be between 0 and ${maxUserId}, inclusive`)] : [];
  });
  if (security['allowPrivilegeEscalation'] === false && security['privileged'] === true) {
    const detail = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true';
    errors.push(invalid(path, security, detail));
  }
  return errors;
}

function validateLifecycle(container: JsonObject, path: string): FieldError[] {
  return ['postStart', 'preStop'].flatMap((member) => {
    const handler = maybeObjectAt(container, 'lifecycle', member);
    return handler ? validateHandler(handler, child(path, `lifecycle.${member}`)) : [];
  });
}

function validateProbes(container: JsonObject, path: string): FieldError[] {
  return ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((member) => {
    const probe = maybeObjectAt(container, member);
    if (!probe) return [];
    const here = child(path, member);
    const errors = [
      ...validateHandler(probe, here),
      ...validateNotNegative(
        probe,
        here,
        'initialDelaySeconds',
        'timeoutSeconds',
        'periodSeconds',
        'successThreshold',
        'failureThreshold',
      ),
    ];
    if (member === 'readinessProbe') {
      if (probe['terminationGracePeriodSeconds'] !== undefined) {
        const value = probe['terminationGracePeriodSeconds'];
        errors.push(
          invalid(child(here, 'terminationGracePeriodSeconds'), value, 'must not be set for readinessProbes'),
        );
      }
    } else if (numberAt(probe, 'successThreshold') !== 1) {
      errors.push(invalid(child(here, 'successThreshold'), probe['successThreshold'], 'must be 1'));
    }
    return errors;
  });
}

const handlers: Readonly<Record<string, (action: JsonObject, path: string) => FieldError[]>> = {
  exec: (action, path) =>
    Array.isArray(action['command']) && action['command'].length > 0
      ? []
      : [required(child(path, 'command'))],
  httpGet: (action, path) => [
    ...(textAt(action, 'path') ? [] : [required(child(path, 'path'))]),
    ...validatePortNumberOrName(action['port'], child(path, 'port')),
    ...validateChoice(action, path, 'scheme', ['HTTP', 'HTTPS']),
    ...objectsAt(action, 'httpHeaders').flatMap((header) => {
      const name = textAt(header, 'name');
      return invalidEach(child(path, 'httpHeaders'), name, headerName(name));
    }),
  ],
  tcpSocket: (action, path) => validatePortNumberOrName(action['port'], child(path, 'port')),
  grpc: (action, path) => validatePortNumber(action['port'], child(path, 'port')),
  sleep: () => [],
};

function validateHandler(owner: JsonObject, path: string): FieldError[] {
  const [first, ...others] = Object.keys(handlers).filter((name) => at(owner, name) !== undefined);
  if (first === undefined) return [required(path, 'must specify a handler type')];
  const errors = handlers[first]?.(objectAt(owner, first), child(path, first)) ?? [];
  return [
    ...errors,
    ...others.map((name) => forbidden(child(path, name), 'may not specify more than 1 handler type')),
  ];
}

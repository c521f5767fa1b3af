import type { FieldError } from '../../apimachinery/contract.ts';
import { compareQuantities, formatQuantity, parseQuantity } from '../../apimachinery/quantity.ts';
import {
  at,
  listAt,
  maybeObjectAt,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
  textsAt,
} from '../../apimachinery/read.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  invalidEach,
  key,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { dnsLabel, labelName, labelValue, qualifiedName } from '../../apimachinery/validation/names.ts';
import {
  validateChoice,
  validateCidr,
  validateIp,
  validatePortNumber,
} from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import type { KindRules } from '../built-in-kind.ts';
import { protocols, quotaResources, validateResourceAmount } from './containers.ts';

export const namespaceRules: KindRules = {
  name: labelName,
  prepareForCreate(object) {
    object['status'] = { phase: 'Active' };
    const spec = objectAt(object, 'spec');
    const finalizers = [...textsAt(spec, 'finalizers')];
    object['spec'] = {
      finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'],
    };
  },
  prepareForUpdate(object, old, subresource) {
    // Only the `finalize` subresource changes what a namespace waits for.
    if (subresource === '') object['spec'] = structuredClone(old['spec']);
  },
  validateStatus(object, old) {
    const phase = textAt(object, 'status', 'phase');
    const going = textAt(old, 'metadata', 'deletionTimestamp') !== '';
    if (phase === (going ? 'Terminating' : 'Active')) return [];
    const detail = going
      ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
      : "may only be 'Active' if `deletionTimestamp` is empty";
    return [invalid('status.Phase', phase, detail)];
  },
};

const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export const nodeRules: KindRules = {
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
};

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

export const resourceQuotaRules: KindRules = {
  validate(quota) {
    const hard = objectAt(quota, 'spec', 'hard');
    return Object.entries(hard).flatMap(([name, amount]) => {
      const here = key('spec.hard', name);
      return [...validateQuotaName(name, here), ...validateResourceAmount(name, amount, here)];
    });
  },
  validateUpdate(quota, old) {
    const sorted = (object: JsonObject) => textsAt(object, 'spec', 'scopes').toSorted().join();
    if (sorted(quota) === sorted(old)) return [];
    return [invalid('spec.scopes', at(quota, 'spec', 'scopes') ?? null, 'field is immutable')];
  },
};

function validateQuotaName(name: string, path: string): FieldError[] {
  const problems = qualifiedName(name);
  if (problems.length > 0) return invalidEach(path, name, problems);
  if (name.includes('/') || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-'))
    return [];
  if (quotaResources.has(name)) return [];
  return [
    invalid(path, name, 'must be a standard resource type or fully qualified'),
    invalid(path, name, 'must be a standard resource for quota'),
  ];
}

const limitTypes = ['Pod', 'Container', 'PersistentVolumeClaim'];

export const limitRangeRules: KindRules = {
  validate(range) {
    const seen = new Set<string>();
    return objectsAt(range, 'spec', 'limits').flatMap((limit, position) => {
      const here = index('spec.limits', position);
      const type = textAt(limit, 'type');
      const errors = invalidEach(child(here, 'type'), type, qualifiedName(type));
      if (errors.length === 0 && !type.includes('/') && !limitTypes.includes(type)) {
        errors.push(invalid(child(here, 'type'), type, 'must be a standard limit type or fully qualified'));
      }
      if (seen.has(type)) errors.push(duplicate(child(here, 'type'), type));
      seen.add(type);
      if (type === 'Pod') {
        for (const member of ['default', 'defaultRequest']) {
          if (Object.keys(objectAt(limit, member)).length > 0) {
            errors.push(forbidden(child(here, member), "may not be specified when `type` is 'Pod'"));
          }
        }
      }
      const isBound = ['min', 'max'].some((member) => at(limit, member, 'storage') !== undefined);
      if (type === 'PersistentVolumeClaim' && !isBound) {
        const detail = 'either minimum or maximum storage value is required, but neither was provided';
        errors.push(required(child(here, 'limits'), detail));
      }
      return [...errors, ...validateLimitOrder(limit, here)];
    });
  },
};

/** Pairs of bounds of which the first must not be above the second, with their names in the refusal. */
const limitOrder = [
  { low: 'min', high: 'max', at: 'min', shown: 'min', text: 'min value LOW is greater than max value HIGH' },
  {
    low: 'min',
    high: 'defaultRequest',
    at: 'defaultRequest',
    shown: 'defaultRequest',
    text: 'min value LOW is greater than default request value HIGH',
  },
  {
    low: 'defaultRequest',
    high: 'max',
    at: 'defaultRequest',
    shown: 'defaultRequest',
    text: 'default request value LOW is greater than max value HIGH',
  },
  {
    low: 'defaultRequest',
    high: 'default',
    at: 'defaultRequest',
    shown: 'defaultRequest',
    text: 'default request value LOW is greater than default limit value HIGH',
  },
  {
    low: 'min',
    high: 'default',
    at: 'default',
    shown: 'min',
    text: 'min value LOW is greater than default value HIGH',
  },
  {
    low: 'default',
    high: 'max',
    at: 'default',
    shown: 'max',
    text: 'default value LOW is greater than max value HIGH',
  },
] as const;

function validateLimitOrder(limit: JsonObject, path: string): FieldError[] {
  const names = new Set(
    limitOrder.flatMap(({ low, high }) => [low, high]).flatMap((m) => Object.keys(objectAt(limit, m))),
  );
  return [...names].flatMap((name) =>
    limitOrder.flatMap((rule) => {
      const low = parseQuantity(at(limit, rule.low, name));
      const high = parseQuantity(at(limit, rule.high, name));
      if (!low || !high || compareQuantities(low, high) <= 0) return [];
      const text = rule.text.replace('LOW', formatQuantity(low)).replace('HIGH', formatQuantity(high));
      return [invalid(key(child(path, rule.at), name), at(limit, rule.shown, name), text)];
    }),
  );
}

export const endpointsRules: KindRules = {
  validate(endpoints) {
    return objectsAt(endpoints, 'subsets').flatMap((subset, position) => {
      const here = index('subsets', position);
      const errors: FieldError[] = [];
      if (listAt(subset, 'addresses').length === 0 && listAt(subset, 'notReadyAddresses').length === 0) {
        errors.push(required(here, 'must specify `addresses` or `notReadyAddresses`'));
      }
      for (const member of ['addresses', 'notReadyAddresses']) {
        for (const [place, address] of objectsAt(subset, member).entries()) {
          errors.push(
            ...validateEndpointIp(textAt(address, 'ip'), child(index(child(here, member), place), 'ip')),
          );
        }
      }
      const ports = objectsAt(subset, 'ports');
      return [
        ...errors,
        ...ports.flatMap((port, place) =>
          validateEndpointPort(port, index(child(here, 'ports'), place), ports.length > 1),
        ),
      ];
    });
  },
};

/** Two rules refuse what is no address at all, and both say so. */
function validateEndpointIp(ip: string, path: string): FieldError[] {
  const errors = validateIp(ip, path);
  return errors.length > 0 ? [...errors, invalid(path, ip, 'must be a valid IP address')] : [];
}

function validateEndpointPort(port: JsonObject, path: string, needsName: boolean): FieldError[] {
  const name = textAt(port, 'name');
  return [
    ...(needsName && !name ? [required(child(path, 'name'))] : []),
    ...(name ? invalidEach(child(path, 'name'), name, dnsLabel(name)) : []),
    ...validatePortNumber(port['port'], child(path, 'port')),
    ...validateChoice(port, path, 'protocol', protocols),
  ];
}

const maxEventReasonLength = 128;
const maxEventMessageLength = 1024;

/** Events of core/v1; what old recorders send is let through. */
export const eventRules: KindRules = {
  validateCreate(event) {
    const namespace = textAt(event, 'metadata', 'namespace');
    const involved = textAt(event, 'involvedObject', 'namespace');
    const isNew = textAt(event, 'eventTime') !== '';
    const allowed = involved === '' ? ['', 'default', ...(isNew ? ['kube-system'] : [])] : [involved];
    const errors =
      allowed.includes(namespace) || (isNew && involved !== '')
        ? []
        : [invalid('involvedObject.namespace', involved, 'does not match event.namespace')];
    return isNew ? [...errors, ...validateNewEvent(event, 'reportingComponent', 'message')] : errors;
  },
};

/** Events of events.k8s.io/v1. */
export const newEventRules: KindRules = {
  validateCreate(event) {
    const errors = validateNewEvent(event, 'reportingController', 'note');
    if (!textAt(event, 'eventTime')) errors.push(required('eventTime'));
    const type = textAt(event, 'type');
    if (type !== 'Normal' && type !== 'Warning')
      errors.push(invalid('type', '', `has invalid value: ${type}`));
    for (const [member, name] of [
      ['deprecatedFirstTimestamp', 'firstTimestamp'],
      ['deprecatedLastTimestamp', 'lastTimestamp'],
    ] as const) {
      if (textAt(event, member)) errors.push(invalid(name, '', 'needs to be unset'));
    }
    if (numberAt(event, 'deprecatedCount') !== 0) errors.push(invalid('count', '', 'needs to be unset'));
    const source = maybeObjectAt(event, 'deprecatedSource');
    if (source && Object.keys(source).length > 0) errors.push(invalid('source', '', 'needs to be unset'));
    return errors;
  },
};

function validateNewEvent(event: JsonObject, controllerMember: string, noteMember: string): FieldError[] {
  const controller = textAt(event, controllerMember);
  const errors = controller ? [] : [required(controllerMember)];
  errors.push(...invalidEach(controllerMember, controller, qualifiedName(controller)));
  for (const member of ['reportingInstance', 'action', 'reason']) {
    const text = textAt(event, member);
    if (!text) errors.push(required(member));
    if (text.length > maxEventReasonLength) {
      errors.push(invalid(member, '', `can have at most ${maxEventReasonLength} characters`));
    }
  }
  if (textAt(event, noteMember).length > maxEventMessageLength) {
    errors.push(invalid('message', '', `can have at most ${maxEventMessageLength} characters`));
  }
  return errors;
}

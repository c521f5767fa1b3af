import type { FieldError } from '../../apimachinery/contract.ts';
import { maybeObjectAt, nameOf, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { cidrWarnings, parseCidr } from '../../apimachinery/validation/addresses.ts';
import {
  child,
  forbidden,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { portName } from '../../apimachinery/validation/names.ts';
import { validateSelector } from '../../apimachinery/validation/selectors.ts';
import {
  validateCidr,
  validateOptionalChoice,
  validatePortNumber,
} from '../../apimachinery/validation/values.ts';
import { type JsonObject, rangeContains } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, selectorCell } from '../shared/cells.ts';

export const networkPolicy: BuiltInKind = {
  group: 'networking.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'networkpolicies',
  kind: 'NetworkPolicy',
  scope: 'Namespaced',
  shortNames: ['netpol'],
  columns: {
    definitions: ['Name|string|name|0', 'Pod-Selector', 'Age'],
    cells: (object) => [nameOf(object), selectorCell(objectAt(object, 'spec', 'podSelector')), ageOf(object)],
  },
  quirks: { hasGeneration: true },
  validate(policy) {
    const spec = objectAt(policy, 'spec');
    const types = textsAt(spec, 'policyTypes');
    const errors = [
      ...validateSelector(maybeObjectAt(spec, 'podSelector'), 'spec.podSelector'),
      ...validatePolicyRules(spec, 'ingress', 'from'),
      ...validatePolicyRules(spec, 'egress', 'to'),
    ];
    if (types.length > 2) {
      return [
        ...errors,
        invalid('spec.policyTypes', [...types], 'may not specify more than two policyTypes'),
      ];
    }
    const known = ['Ingress', 'Egress'];
    const wrong = types.flatMap((type, position) =>
      known.includes(type) ? [] : [notSupported(index('spec.policyTypes', position), type, known)],
    );
    return [...errors, ...wrong];
  },
  warnings: networkPolicyWarnings,
};

function validatePolicyRules(spec: JsonObject, direction: string, peers: string): FieldError[] {
  return objectsAt(spec, direction).flatMap((rule, position) => {
    const here = index(child('spec', direction), position);
    return [
      ...objectsAt(rule, 'ports').flatMap((port, place) =>
        validatePolicyPort(port, index(child(here, 'ports'), place)),
      ),
      ...objectsAt(rule, peers).flatMap((peer, place) =>
        validatePeer(peer, index(child(here, peers), place)),
      ),
    ];
  });
}

function validatePolicyPort(port: JsonObject, path: string): FieldError[] {
  const errors = validateOptionalChoice(port, path, 'protocol', ['TCP', 'UDP', 'SCTP']);
  const number = port['port'];
  const last = port['endPort'];
  const lastPath = child(path, 'endPort');
  if (typeof number === 'number') {
    errors.push(...validatePortNumber(number, child(path, 'port')));
    if (typeof last === 'number' && last < number) {
      errors.push(invalid(lastPath, number, 'must be greater than or equal to `port`'));
    }
    if (last !== undefined) errors.push(...validatePortNumber(last, lastPath));
  } else if (typeof number === 'string') {
    if (last !== undefined)
      errors.push(invalid(lastPath, last, 'may not be specified when `port` is non-numeric'));
    errors.push(...invalidEach(child(path, 'port'), number, portName(number)));
  } else if (last !== undefined) {
    errors.push(invalid(lastPath, last, 'may not be specified when `port` is not specified'));
  }
  return errors;
}

function validatePeer(peer: JsonObject, path: string): FieldError[] {
  const block = maybeObjectAt(peer, 'ipBlock');
  const selectors = ['podSelector', 'namespaceSelector'];
  const errors = selectors.flatMap((name) => validateSelector(maybeObjectAt(peer, name), child(path, name)));
  const others = selectors.filter((name) => peer[name] !== undefined).length;
  if (block) errors.push(...validateBlock(block, child(path, 'ipBlock')));
  if (!block && others === 0) errors.push(required(path, 'must specify a peer'));
  if (block && others > 0) errors.push(forbidden(path, 'may not specify both ipBlock and another peer'));
  return errors;
}

function validateBlock(block: JsonObject, path: string): FieldError[] {
  const cidr = textAt(block, 'cidr');
  if (!cidr) return [required(child(path, 'cidr'))];
  const errors = validateCidr(cidr, child(path, 'cidr'));
  if (errors.length > 0) return errors;
  return textsAt(block, 'except').flatMap((except, position) => {
    const here = index(child(path, 'except'), position);
    const wrong = validateCidr(except, here);
    if (wrong.length > 0) return wrong;
    return isStrictSubset(except, cidr) ? [] : [invalid(here, except, 'must be a strict subset of `cidr`')];
  });
}

function isStrictSubset(inner: string, outer: string): boolean {
  const [narrow, wide] = [parseCidr(inner), parseCidr(outer)];
  return Boolean(narrow && wide && narrow.length > wide.length && rangeContains(wide, narrow));
}

function networkPolicyWarnings(policy: JsonObject): string[] {
  const sides = [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const;
  return sides.flatMap(([side, peers]) =>
    objectsAt(policy, 'spec', side).flatMap((rule, i) =>
      objectsAt(rule, peers).flatMap((peer, j) => {
        const block = objectAt(peer, 'ipBlock');
        const here = child(index(child(index(`spec.${side}`, i), peers), j), 'ipBlock');
        return [
          ...cidrWarnings(child(here, 'cidr'), textAt(block, 'cidr')),
          ...textsAt(block, 'except').flatMap((range, k) =>
            cidrWarnings(index(child(here, 'except'), k), range),
          ),
        ];
      }),
    ),
  );
}

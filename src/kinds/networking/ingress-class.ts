import type { FieldError } from '../../apimachinery/contract.ts';
import { at, maybeObjectAt, nameOf, objectAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  forbidden,
  invalid,
  invalidEach,
  required,
  tooLong,
} from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { dnsSubdomain, formMessage } from '../../apimachinery/validation/names.ts';
import { validateOptionalChoice } from '../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, none } from '../shared/cells.ts';

export const ingressClass: BuiltInKind = {
  group: 'networking.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'ingressclasses',
  kind: 'IngressClass',
  scope: 'Cluster',
  columns: {
    definitions: ['Name|string|name|0', 'Controller', 'Parameters', 'Age'],
    cells(object) {
      const parameters = maybeObjectAt(object, 'spec', 'parameters');
      const group = textAt(parameters, 'apiGroup');
      return [
        nameOf(object),
        textAt(object, 'spec', 'controller'),
        parameters
          ? `${textAt(parameters, 'kind')}${group && `.${group}`}/${textAt(parameters, 'name')}`
          : none,
        ageOf(object),
      ];
    },
  },
  quirks: { hasGeneration: true },
  validate(object) {
    const path = 'spec.controller';
    const controller = textAt(object, 'spec', 'controller');
    const errors = controller.length > maxControllerLength ? [tooLong(path, maxControllerLength)] : [];
    return [...errors, ...validateDomainPath(controller, path), ...validateParameters(object)];
  },
  validateUpdate: (object, old) =>
    jsonEqual(at(object, 'spec', 'controller'), at(old, 'spec', 'controller'))
      ? []
      : validateImmutable(objectAt(object, 'spec'), objectAt(old, 'spec'), 'spec.controller', 'controller'),
};

const maxControllerLength = 250;

const httpPathForm = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

const httpPath = new RegExp(`^${httpPathForm}$`);

function validateDomainPath(text: string, path: string): FieldError[] {
  if (!text) return [required(path)];
  const slash = text.indexOf('/');
  const host = text.slice(0, slash);
  const rest = text.slice(slash + 1);
  if (slash <= 0 || !rest) {
    return [invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const errors = invalidEach(path, host, dnsSubdomain(host));
  if (!httpPath.test(rest)) {
    errors.push(invalid(path, rest, formMessage('Invalid path', httpPathForm)));
  }
  return errors;
}

function validateParameters(object: JsonObject): FieldError[] {
  const parameters = maybeObjectAt(object, 'spec', 'parameters');
  const path = 'spec.parameters';
  if (!parameters) return [];
  const errors = ['kind', 'name']
    .filter((member) => !textAt(parameters, member))
    .map((m) => required(child(path, m)));
  errors.push(...validateOptionalChoice(parameters, path, 'scope', ['Cluster', 'Namespace']));
  const namespace = textAt(parameters, 'namespace');
  if (parameters['scope'] === 'Namespace' && !namespace) {
    errors.push(required(child(path, 'namespace'), "`parameters.scope` is set to 'Namespace'"));
  }
  if (parameters['scope'] === 'Cluster' && namespace) {
    errors.push(forbidden(child(path, 'namespace'), "`parameters.scope` is set to 'Cluster'"));
  }
  return errors;
}

import type { FieldError } from '../../apimachinery/contract.ts';
import {
  listAt,
  maybeObjectAt,
  nameOf,
  objectAt,
  objectsAt,
  textAt,
  textsAt,
} from '../../apimachinery/read.ts';
import {
  child,
  duplicate,
  index,
  invalid,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { dnsSubdomain } from '../../apimachinery/validation/names.ts';
import { validateSelector } from '../../apimachinery/validation/selectors.ts';
import { validateOptionalChoice } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';

/** What configurations of both sorts are. */
const ofBothSorts = {
  group: 'admissionregistration.k8s.io',
  versions: [{ version: 'v1' }],
  scope: 'Cluster',
  categories: ['api-extensions'],
  columns: {
    definitions: ['Name|string|name|0', 'Webhooks|integer||0', 'Age'],
    cells: (object) => [nameOf(object), listAt(object, 'webhooks').length, ageOf(object)],
  },
  quirks: { hasGeneration: true, updateDemandsVersion: true },
  validate(object) {
    const names = new Set<string>();
    return objectsAt(object, 'webhooks').flatMap((webhook, position) => {
      const here = index('webhooks', position);
      const name = textAt(webhook, 'name');
      const errors = validateWebhook(webhook, here);
      if (names.has(name)) errors.push(duplicate(child(here, 'name'), name));
      names.add(name);
      return errors;
    });
  },
} satisfies Partial<BuiltInKind>;

export const mutatingWebhookConfiguration: BuiltInKind = {
  ...ofBothSorts,
  resource: 'mutatingwebhookconfigurations',
  kind: 'MutatingWebhookConfiguration',
};

export const validatingWebhookConfiguration: BuiltInKind = {
  ...ofBothSorts,
  resource: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
};

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

function validateWebhook(webhook: JsonObject, path: string): FieldError[] {
  const versions = textsAt(webhook, 'admissionReviewVersions');
  const errors = [...validateFullName(textAt(webhook, 'name'), child(path, 'name'))];
  if (versions.length === 0) {
    errors.push(required(child(path, 'admissionReviewVersions'), 'must specify one of v1, v1beta1'));
  } else if (!versions.includes('v1') && !versions.includes('v1beta1')) {
    const detail = 'must include at least one of v1, v1beta1';
    errors.push(invalid(child(path, 'admissionReviewVersions'), [...versions], detail));
  }
  for (const [position, rule] of objectsAt(webhook, 'rules').entries()) {
    errors.push(...validateWebhookRule(rule, index(child(path, 'rules'), position)));
  }
  errors.push(
    ...validateOptionalChoice(webhook, path, 'failurePolicy', ['Fail', 'Ignore']),
    ...validateOptionalChoice(webhook, path, 'matchPolicy', ['Equivalent', 'Exact']),
    ...validateSideEffects(webhook, path),
  );
  const timeout = webhook['timeoutSeconds'];
  if (typeof timeout === 'number' && (timeout > 30 || timeout < 1)) {
    const detail = 'the timeout value must be between 1 and 30 seconds';
    errors.push(invalid(child(path, 'timeoutSeconds'), timeout, detail));
  }
  errors.push(
    ...validateSelector(maybeObjectAt(webhook, 'namespaceSelector'), child(path, 'namespaceSelector')),
  );
  errors.push(...validateSelector(maybeObjectAt(webhook, 'objectSelector'), child(path, 'objectSelector')));
  return [...errors, ...validateClientConfig(objectAt(webhook, 'clientConfig'), child(path, 'clientConfig'))];
}

function validateFullName(name: string, path: string): FieldError[] {
  if (!name) return [required(path)];
  const problems = dnsSubdomain(name);
  if (problems.length > 0) return [invalid(path, name, problems.join(','))];
  if (name.split('.').length >= 3) return [];
  return [invalid(path, name, 'should be a domain with at least three segments separated by dots')];
}

function validateSideEffects(webhook: JsonObject, path: string): FieldError[] {
  const here = child(path, 'sideEffects');
  const effects = ['None', 'NoneOnDryRun'];
  const value = textAt(webhook, 'sideEffects');
  if (!value) return [required(here, 'must specify one of None, NoneOnDryRun')];
  return effects.includes(value) ? [] : [notSupported(here, value, effects)];
}

function validateWebhookRule(rule: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const named = textsAt(rule, 'operations');
  if (named.length === 0) errors.push(required(child(path, 'operations')));
  if (named.includes('*') && named.length > 1) {
    const detail = "if '*' is present, must not specify other operations";
    errors.push(invalid(child(path, 'operations'), [...named], detail));
  }
  for (const [position, operation] of named.entries()) {
    if (operations.includes(operation)) continue;
    errors.push(notSupported(index(child(path, 'operations'), position), operation, operations));
  }
  for (const member of ['apiGroups', 'apiVersions', 'resources']) {
    if (listAt(rule, member).length === 0) errors.push(required(child(path, member)));
  }
  return [...errors, ...validateOptionalChoice(rule, path, 'scope', ['*', 'Cluster', 'Namespaced'])];
}

function validateClientConfig(config: JsonObject, path: string): FieldError[] {
  const url = textAt(config, 'url');
  const service = maybeObjectAt(config, 'service');
  if ((url !== '') === (service !== undefined)) {
    return [required(path, 'exactly one of url or service is required')];
  }
  if (url && !url.startsWith('https://')) {
    const detail = `'https' is the only allowed URL scheme; desired format: https://host[/path]`;
    return [invalid(child(path, 'url'), url, detail)];
  }
  if (!service) return [];
  return ['name', 'namespace']
    .filter((member) => !textAt(service, member))
    .map((member) => required(child(path, `service.${member}`), `service ${member} is required`));
}

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
import {
  validateReviewVersions,
  validateWebhookClient,
} from '../../apimachinery/validation/webhook-client.ts';
import { type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import { writeVariables } from '../../cel/admission/variables.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';
import { validateMatchConditions } from '../shared/match-conditions.ts';
import { validateRule } from '../shared/operation-rules.ts';

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
  validateCreate: (object) => validateWebhooks(object, undefined),
  validateUpdate: validateWebhooks,
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

/** What was taken once may be kept: an update is judged by what it brings. */
function validateWebhooks(object: JsonObject, old: JsonObject | undefined): FieldError[] {
  const before = old && objectsAt(old, 'webhooks');
  const webhooks = objectsAt(object, 'webhooks');
  const demands: Demands = {
    knownVersion: !before || before.every(hasKnownVersion),
    conditions: !before || !jsonEqual(webhooks.map(conditionsOf), before.map(conditionsOf)),
  };
  const names = new Set<string>();
  return webhooks.flatMap((webhook, position) => {
    const here = index('webhooks', position);
    const name = textAt(webhook, 'name');
    const errors = validateWebhook(webhook, here, demands);
    if (names.has(name) && name !== '') errors.push(duplicate(child(here, 'name'), name));
    names.add(name);
    return errors;
  });
}

interface Demands {
  readonly knownVersion: boolean;
  readonly conditions: boolean;
}

function conditionsOf(webhook: JsonObject): Json {
  return webhook['matchConditions'] ?? null;
}

function hasKnownVersion(webhook: JsonObject): boolean {
  const versions = textsAt(webhook, 'admissionReviewVersions');
  return versions.length === 0 || versions.includes('v1') || versions.includes('v1beta1');
}

function validateWebhook(webhook: JsonObject, path: string, demands: Demands): FieldError[] {
  const errors = validateFullName(textAt(webhook, 'name'), child(path, 'name'));
  for (const [position, rule] of objectsAt(webhook, 'rules').entries()) {
    errors.push(...validateRule(rule, index(child(path, 'rules'), position)));
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
  for (const member of ['namespaceSelector', 'objectSelector']) {
    errors.push(...validateSelector(maybeObjectAt(webhook, member), child(path, member)));
  }
  errors.push(
    ...validateOptionalChoice(webhook, path, 'reinvocationPolicy', ['IfNeeded', 'Never']),
    ...validateWebhookClient(objectAt(webhook, 'clientConfig'), child(path, 'clientConfig')),
  );
  if (demands.conditions) {
    errors.push(...validateMatchConditions(webhook, child(path, 'matchConditions'), writeVariables));
  }
  const versions = textsAt(webhook, 'admissionReviewVersions');
  const versionsRules = {
    path: child(path, 'admissionReviewVersions'),
    whenNone: 'must specify one of v1, v1beta1',
    recognized: demands.knownVersion,
  };
  return [...errors, ...validateReviewVersions(versions, versionsRules)];
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

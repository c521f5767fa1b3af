import {
  listAt,
  maybeObjectAt,
  nameOf,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
  textsAt,
} from '../../apimachinery/read.ts';
import { readLabelSelector } from '../../apimachinery/selectors/label-selector.ts';
import type { Labels } from '../../apimachinery/selectors/labels.ts';
import type { JsonObject } from '../../base/index.ts';
import { type AdmissionExpression, compileAdmission } from '../../cel/admission/compile.ts';
import { webhookVariables } from '../../cel/admission/variables.ts';
import { boolType } from '../../cel/types.ts';
import { type Backend, backendOf } from '../backends/index.ts';

/** What a rule of a webhook speaks of. */
export interface Rule {
  readonly operations: readonly string[];
  readonly groups: readonly string[];
  readonly versions: readonly string[];
  /** `pods`, `pods/status`, `*`, `*` and a subresource. */
  readonly resources: readonly string[];
  readonly scope: string;
}

/** One webhook of a configuration, compiled. */
export interface Hook {
  /** Tells webhooks of one sort apart. */
  readonly id: string;
  readonly configuration: string;
  readonly name: string;
  /** Its place among all webhooks of its sort. */
  readonly index: number;
  readonly rules: readonly Rule[];
  readonly takesEquivalent: boolean;
  readonly ignoresFailures: boolean;
  readonly sideEffects: string;
  readonly timeoutSeconds: number;
  /** The first version of AdmissionReview that both sides know. */
  readonly reviewVersion: string | undefined;
  readonly backend: Backend | undefined;
  /** Undefined: all. */
  readonly matchesNamespace: ((labels: Labels) => boolean) | undefined;
  readonly matchesObject: ((labels: Labels) => boolean) | undefined;
  readonly conditions: readonly Condition[];
  readonly isReinvoked: boolean;
}

export interface Condition {
  readonly name: string;
  readonly source: string;
  readonly expression: AdmissionExpression;
}

const reviewVersions = ['v1', 'v1beta1'];
const defaultTimeoutSeconds = 10;

/** The webhooks of configurations, which come in the order of their names. */
export function hooksOf(configurations: readonly JsonObject[]): readonly Hook[] {
  const hooks: Hook[] = [];
  for (const configuration of configurations) {
    for (const [position, webhook] of objectsAt(configuration, 'webhooks').entries()) {
      hooks.push(hookOf(webhook, { configuration: nameOf(configuration), position, index: hooks.length }));
    }
  }
  return hooks;
}

function hookOf(
  webhook: JsonObject,
  { configuration, position, index }: { configuration: string; position: number; index: number },
): Hook {
  const name = textAt(webhook, 'name');
  return {
    id: `${configuration}/${name}/${position}`,
    configuration,
    name,
    index,
    rules: objectsAt(webhook, 'rules').map(ruleOf),
    takesEquivalent: textAt(webhook, 'matchPolicy') !== 'Exact',
    ignoresFailures: textAt(webhook, 'failurePolicy') === 'Ignore',
    sideEffects: textAt(webhook, 'sideEffects'),
    timeoutSeconds: numberAt(webhook, 'timeoutSeconds') || defaultTimeoutSeconds,
    reviewVersion: textsAt(webhook, 'admissionReviewVersions').find((each) => reviewVersions.includes(each)),
    backend: backendOf(objectAt(webhook, 'clientConfig')),
    matchesNamespace: selectorAt(webhook, 'namespaceSelector'),
    matchesObject: selectorAt(webhook, 'objectSelector'),
    conditions: objectsAt(webhook, 'matchConditions').map((condition) => ({
      name: textAt(condition, 'name'),
      source: textAt(condition, 'expression'),
      expression: compileAdmission(textAt(condition, 'expression'), webhookVariables, [boolType]),
    })),
    isReinvoked: textAt(webhook, 'reinvocationPolicy') === 'IfNeeded',
  };
}

function ruleOf(rule: JsonObject): Rule {
  return {
    operations: textsAt(rule, 'operations'),
    groups: textsAt(rule, 'apiGroups'),
    versions: textsAt(rule, 'apiVersions'),
    resources: textsAt(rule, 'resources'),
    scope: textAt(rule, 'scope') || '*',
  };
}

function selectorAt(webhook: JsonObject, member: string): ((labels: Labels) => boolean) | undefined {
  const selector = maybeObjectAt(webhook, member);
  if (!selector) return undefined;
  const isEmpty =
    Object.keys(objectAt(selector, 'matchLabels')).length + listAt(selector, 'matchExpressions').length === 0;
  return isEmpty ? undefined : readLabelSelector(selector);
}

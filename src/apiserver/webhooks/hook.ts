import { nameOf, numberAt, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import { compileCondition } from '../../cel/admission/compile.ts';
import { writeVariables } from '../../cel/admission/variables.ts';
import { type Backend, backendOf } from '../backends/index.ts';
import { type Condition, conditionsOf } from '../matching/conditions.ts';
import { type Rule, rulesAt } from '../matching/rules.ts';
import { type LabelTest, labelTestAt } from '../matching/selectors.ts';

/** One webhook of a configuration, compiled. */
export interface Hook {
  /** Tells webhooks of one sort apart. */
  readonly id: string;
  readonly configuration: string;
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly takesEquivalent: boolean;
  readonly ignoresFailures: boolean;
  readonly sideEffects: string;
  readonly timeoutSeconds: number;
  /** The first version of AdmissionReview that both sides know. */
  readonly reviewVersion: string | undefined;
  readonly backend: Backend | undefined;
  readonly namespaces: LabelTest;
  readonly objects: LabelTest;
  /** Compiled when they are first asked for. */
  readonly conditions: readonly Condition[];
  readonly isReinvoked: boolean;
}

const reviewVersions = ['v1', 'v1beta1'];
const defaultTimeoutSeconds = 10;

/** The webhooks of a configuration. */
export function hooksOf(configuration: JsonObject): readonly Hook[] {
  return objectsAt(configuration, 'webhooks').map((webhook, position) =>
    hookOf(webhook, { configuration: nameOf(configuration), position }),
  );
}

function hookOf(
  webhook: JsonObject,
  { configuration, position }: { configuration: string; position: number },
): Hook {
  const name = textAt(webhook, 'name');
  let conditions: readonly Condition[] | undefined;
  return {
    id: `${configuration}/${name}/${position}`,
    configuration,
    name,
    rules: rulesAt(webhook, 'rules'),
    takesEquivalent: textAt(webhook, 'matchPolicy') !== 'Exact',
    ignoresFailures: textAt(webhook, 'failurePolicy') === 'Ignore',
    sideEffects: textAt(webhook, 'sideEffects'),
    timeoutSeconds: numberAt(webhook, 'timeoutSeconds') || defaultTimeoutSeconds,
    reviewVersion: textsAt(webhook, 'admissionReviewVersions').find((each) => reviewVersions.includes(each)),
    backend: backendOf(objectAt(webhook, 'clientConfig')),
    namespaces: labelTestAt(webhook, 'namespaceSelector'),
    objects: labelTestAt(webhook, 'objectSelector'),
    get conditions() {
      return (conditions ??= conditionsOf(webhook, (source) => compileCondition(source, writeVariables)));
    },
    isReinvoked: textAt(webhook, 'reinvocationPolicy') === 'IfNeeded',
  };
}

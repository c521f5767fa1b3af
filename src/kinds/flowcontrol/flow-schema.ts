import { conditionOf } from '../../apimachinery/conditions.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { maybeObjectAt, nameOf, numberAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { index, invalid, invalidEach, notSupported, required } from '../../apimachinery/validation/errors.ts';
import { dnsSubdomain } from '../../apimachinery/validation/names.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, none } from '../shared/cells.ts';
import { validateSchemaRule } from '../shared/flow-schema-rules.ts';
import { mandatoryFlowSchemas } from '../shared/mandatory-flow-control.ts';
import { printedFlowSchema, printedMethod } from '../shared/printed-flow-control.ts';
import { validateConditions } from '../shared/typed-conditions.ts';

export const flowSchema: BuiltInKind = {
  group: 'flowcontrol.apiserver.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'flowschemas',
  kind: 'FlowSchema',
  scope: 'Cluster',
  subresources: { status: 'get patch update' },
  columns: {
    definitions: [
      'Name|string|name|0',
      'PriorityLevel',
      'MatchingPrecedence',
      'DistinguisherMethod',
      'Age',
      'MissingPL',
    ],
    cells: (object) => [
      nameOf(object),
      textAt(object, 'spec', 'priorityLevelConfiguration', 'name'),
      numberAt(object, 'spec', 'matchingPrecedence'),
      textAt(object, 'spec', 'distinguisherMethod', 'type') || none,
      ageOf(object),
      textAt(conditionOf(object, 'Dangling'), 'status') || '?',
    ],
  },
  quirks: {
    hasGeneration: true,
    statusKeepsMetadata: true,
    resets: { status: ['spec', 'metadata'] },
  },
  validate(object) {
    const spec = objectAt(object, 'spec');
    const name = nameOf(object);
    const fixed = mandatoryFlowSchemas.get(name);
    const errors = [...validateSpec(spec, name), ...validateConditions(object)];
    if (fixed && !jsonEqual(printedFlowSchema(spec), printedFlowSchema(fixed)))
      errors.push(invalid('spec', printedFlowSchema(spec), `spec of '${name}' must equal the fixed value`));
    return errors;
  },
  validateStatus: validateConditions,
};

const distinguisherMethods = ['ByNamespace', 'ByUser'];
const lastPrecedence = 10_000;

function validateSpec(spec: JsonObject, name: string): FieldError[] {
  const method = maybeObjectAt(spec, 'distinguisherMethod');
  const level = textAt(spec, 'priorityLevelConfiguration', 'name');
  const levelPath = 'spec.priorityLevelConfiguration.name';
  return [
    ...validatePrecedence(numberAt(spec, 'matchingPrecedence'), name),
    ...(method && !distinguisherMethods.includes(textAt(method, 'type'))
      ? [notSupported('spec.distinguisherMethod.type', printedMethod(method), distinguisherMethods)]
      : []),
    ...(level === ''
      ? [required(levelPath, 'must reference a priority level')]
      : invalidEach(levelPath, level, dnsSubdomain(level))),
    ...objectsAt(spec, 'rules').flatMap((rule, position) =>
      validateSchemaRule(rule, index('spec.rules', position)),
    ),
  ];
}

function validatePrecedence(precedence: number, name: string): FieldError[] {
  const path = 'spec.matchingPrecedence';
  if (precedence <= 0) return [invalid(path, precedence, 'must be a positive value')];
  if (precedence > lastPrecedence)
    return [invalid(path, precedence, `must not be greater than ${lastPrecedence}`)];
  if (precedence > 1 || name === 'exempt') return [];
  return [invalid(path, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")];
}

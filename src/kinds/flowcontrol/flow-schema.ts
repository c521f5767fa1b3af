import { conditionOf } from '../../apimachinery/conditions.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { nameOf, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import { invalid, required } from '../../apimachinery/validation/errors.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, none } from '../shared/cells.ts';

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
  quirks: { hasGeneration: true },
  validate(object) {
    const spec = objectAt(object, 'spec');
    const precedence = numberAt(spec, 'matchingPrecedence');
    const errors: FieldError[] = [];
    if (precedence <= 0)
      errors.push(invalid('spec.matchingPrecedence', precedence, 'must be a positive value'));
    if (precedence > 10000) {
      errors.push(invalid('spec.matchingPrecedence', precedence, 'must not be greater than 10000'));
    }
    if (!textAt(spec, 'priorityLevelConfiguration', 'name')) {
      errors.push(required('spec.priorityLevelConfiguration.name', 'must reference a priority level'));
    }
    return errors;
  },
};

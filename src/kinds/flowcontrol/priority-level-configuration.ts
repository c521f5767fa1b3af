import type { FieldError } from '../../apimachinery/contract.ts';
import { at, maybeObjectAt, nameOf, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import { forbidden, notSupported, required } from '../../apimachinery/validation/errors.ts';
import { validateChoice } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, none } from '../shared/cells.ts';

export const priorityLevelConfiguration: BuiltInKind = {
  group: 'flowcontrol.apiserver.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'prioritylevelconfigurations',
  kind: 'PriorityLevelConfiguration',
  scope: 'Cluster',
  subresources: { status: 'get patch update' },
  columns: {
    definitions: [
      'Name|string|name|0',
      'Type',
      'NominalConcurrencyShares',
      'Queues',
      'HandSize',
      'QueueLengthLimit',
      'Age',
    ],
    cells(object) {
      const limited = maybeObjectAt(object, 'spec', 'limited');
      const queuing = maybeObjectAt(limited, 'limitResponse', 'queuing');
      return [
        nameOf(object),
        textAt(object, 'spec', 'type'),
        limited ? (objectAt(object, 'spec', 'limited')['nominalConcurrencyShares'] ?? null) : none,
        queuing ? numberAt(queuing, 'queues') : none,
        queuing ? numberAt(queuing, 'handSize') : none,
        queuing ? numberAt(queuing, 'queueLengthLimit') : none,
        ageOf(object),
      ];
    },
  },
  quirks: { hasGeneration: true },
  validate(object) {
    const spec = objectAt(object, 'spec');
    const type = textAt(spec, 'type');
    const errors = validateChoice(spec, 'spec', 'type', ['Exempt', 'Limited']);
    if (type === 'Limited' && at(spec, 'limited') === undefined) {
      errors.push(required('spec.limited', 'must not be empty when type is Limited'));
    }
    if (type === 'Exempt' && at(spec, 'limited') !== undefined) {
      errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'));
    }
    if (type === 'Limited' && at(spec, 'exempt') !== undefined) {
      errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
    }
    const limited = maybeObjectAt(spec, 'limited');
    return type === 'Limited' && limited ? [...errors, ...validateLimitResponse(limited)] : errors;
  },
};

function validateLimitResponse(limited: JsonObject): FieldError[] {
  const path = 'spec.limited.limitResponse';
  const response = objectAt(limited, 'limitResponse');
  const type = textAt(response, 'type');
  const queues = at(response, 'queuing') !== undefined;
  if (type !== 'Queue' && type !== 'Reject') return [notSupported(`${path}.type`, type, ['Queue', 'Reject'])];
  if (type === 'Reject' && queues) {
    return [forbidden(`${path}.queuing`, 'must be nil if limited.limitResponse.type is not Limited')];
  }
  if (type === 'Queue' && !queues) {
    return [required(`${path}.queuing`, 'must not be empty if limited.limitResponse.type is Limited')];
  }
  return [];
}

import type { FieldError } from '../../apimachinery/contract.ts';
import { at, maybeObjectAt, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import { forbidden, invalid, notSupported, required } from '../../apimachinery/validation/errors.ts';
import { validateChoice } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import type { KindRules } from '../built-in-kind.ts';

export const flowSchemaRules: KindRules = {
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

export const priorityLevelRules: KindRules = {
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

import type { FieldError } from '../../apimachinery/contract.ts';
import { at, maybeObjectAt, nameOf, numberAt, objectAt } from '../../apimachinery/read.ts';
import { invalid } from '../../apimachinery/validation/errors.ts';
import { validateSelector } from '../../apimachinery/validation/selectors.ts';
import {
  validateAtMostAll,
  validateIntOrPercent,
  validateOptionalChoice,
} from '../../apimachinery/validation/values.ts';
import type { Json } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';

export const podDisruptionBudget: BuiltInKind = {
  group: 'policy',
  versions: [{ version: 'v1' }],
  resource: 'poddisruptionbudgets',
  kind: 'PodDisruptionBudget',
  scope: 'Namespaced',
  shortNames: ['pdb'],
  subresources: { status: 'get patch update' },
  columns: {
    definitions: [
      'Name|string|name|0',
      'Min Available',
      'Max Unavailable',
      'Allowed Disruptions|integer||0',
      'Age',
    ],
    cells: (object) => [
      nameOf(object),
      countOrPercent(at(object, 'spec', 'minAvailable')),
      countOrPercent(at(object, 'spec', 'maxUnavailable')),
      numberAt(object, 'status', 'disruptionsAllowed'),
      ageOf(object),
    ],
  },
  quirks: { hasGeneration: true, updateDemandsVersion: true, looseMetadata: true },
  validate(object) {
    const spec = objectAt(object, 'spec');
    const { minAvailable, maxUnavailable } = spec;
    const errors: FieldError[] = [];
    if (minAvailable !== undefined && maxUnavailable !== undefined) {
      const shown = {
        MinAvailable: minAvailable,
        Selector: spec['selector'] ?? null,
        MaxUnavailable: maxUnavailable,
        UnhealthyPodEvictionPolicy: spec['unhealthyPodEvictionPolicy'] ?? null,
      };
      errors.push(invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set'));
    }
    for (const member of ['minAvailable', 'maxUnavailable']) {
      errors.push(
        ...validateIntOrPercent(spec[member], `spec.${member}`),
        ...validateAtMostAll(spec[member], `spec.${member}`),
      );
    }
    errors.push(...validateSelector(maybeObjectAt(spec, 'selector'), 'spec.selector'));
    const policies = ['AlwaysAllow', 'IfHealthyBudget'];
    return [...errors, ...validateOptionalChoice(spec, 'spec', 'unhealthyPodEvictionPolicy', policies)];
  },
};

function countOrPercent(value: Json | undefined): string {
  return value === undefined || value === null ? 'N/A' : String(value);
}

import { flagAt, nameOf, numberAt, textAt } from '../../apimachinery/read.ts';
import { forbidden } from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { validateOptionalChoice } from '../../apimachinery/validation/values.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';

export const priorityClass: BuiltInKind = {
  group: 'scheduling.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'priorityclasses',
  kind: 'PriorityClass',
  scope: 'Cluster',
  shortNames: ['pc'],
  columns: {
    definitions: [
      'Name|string|name|0',
      'Value|integer||0',
      'Global-Default|boolean||0',
      'Age',
      'PreemptionPolicy',
    ],
    cells: (object) => [
      nameOf(object),
      numberAt(object, 'value'),
      flagAt(object, 'globalDefault'),
      ageOf(object),
      textAt(object, 'preemptionPolicy'),
    ],
  },
  quirks: { hasGeneration: true, generationStays: true },
  validate(object) {
    const name = textAt(object, 'metadata', 'name');
    const known = ['system-cluster-critical', 'system-node-critical'];
    if (name.startsWith('system-')) {
      if (known.includes(name)) return [];
      const detail = "priority class names with 'system-' prefix are reserved for system use only.";
      return [forbidden('metadata.name', `${detail} error: ${name} is not a known system priority class`)];
    }
    const policy = validateOptionalChoice(object, '', 'preemptionPolicy', ['PreemptLowerPriority', 'Never']);
    if (numberAt(object, 'value') <= maxUserPriority) return policy;
    const detail = `maximum allowed value of a user defined priority is ${maxUserPriority}`;
    return [forbidden('value', detail), ...policy];
  },
  validateUpdate: (object, old) => [
    ...(numberAt(object, 'value') === numberAt(old, 'value')
      ? []
      : [forbidden('value', 'may not be changed in an update.')]),
    ...validateImmutable(object, old, 'preemptionPolicy', 'preemptionPolicy'),
  ],
};

const maxUserPriority = 1_000_000_000;

import { nameOf, objectAt, textAt } from '../../apimachinery/read.ts';
import { required } from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';
import { nodeLabelAdvice } from '../shared/node-label-warnings.ts';

export const runtimeClass: BuiltInKind = {
  group: 'node.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'runtimeclasses',
  kind: 'RuntimeClass',
  scope: 'Cluster',
  columns: {
    definitions: ['Name|string|name|0', 'Handler', 'Age'],
    cells: (object) => [nameOf(object), textAt(object, 'handler'), ageOf(object)],
  },
  quirks: { createOnUpdate: true, updateDemandsVersion: true },
  validate: (object) => (textAt(object, 'handler') ? [] : [required('handler')]),
  validateUpdate: (object, old) => validateImmutable(object, old, 'handler', 'handler'),
  warnings: runtimeClassWarnings,
};

function runtimeClassWarnings(runtimeClass: JsonObject): string[] {
  return Object.keys(objectAt(runtimeClass, 'scheduling', 'nodeSelector')).flatMap((label) => {
    const advice = nodeLabelAdvice(label);
    return advice === undefined ? [] : [`scheduling.nodeSelector: ${advice}`];
  });
}

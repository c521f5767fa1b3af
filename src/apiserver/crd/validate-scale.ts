import type { FieldError } from '../../apimachinery/contract.ts';
import { required } from '../../apimachinery/validation/errors.ts';
import { invalid } from '../../apimachinery/validation/field-errors.ts';
import { isObject, type Json } from '../../base/index.ts';
import { textOf } from '../../schema/structural-node.ts';
import { simplePathErrors } from './simple-path.ts';

/** Field errors of where the subresource `scale` of a version finds its numbers. */
export function validateScale(subresources: Json | undefined, path: string): FieldError[] {
  const scale = isObject(subresources) ? subresources.scale : undefined;
  if (!isObject(scale)) return [];
  const errors: FieldError[] = [];
  for (const { name, roots, where, optional } of scalePlaces) {
    const text = textOf(scale[name]);
    const field = `${path}.scale.${name}`;
    if (text === '') {
      if (!optional) errors.push(required(field));
      continue;
    }
    const problems = simplePathErrors(text, field);
    if (problems.length > 0) errors.push(...problems);
    else if (!roots.some((root) => text.startsWith(root))) {
      errors.push(invalid(field, text, `should be a json path under ${where}`));
    }
  }
  return errors;
}

const scalePlaces = [
  { name: 'specReplicasPath', roots: ['.spec.'], where: '.spec', optional: false },
  { name: 'statusReplicasPath', roots: ['.status.'], where: '.status', optional: false },
  {
    name: 'labelSelectorPath',
    roots: ['.spec.', '.status.'],
    where: 'either .spec or .status',
    optional: true,
  },
];

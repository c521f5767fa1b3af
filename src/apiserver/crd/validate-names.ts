import type { FieldError } from '../../apimachinery/contract.ts';
import { required } from '../../apimachinery/validation/errors.ts';
import { invalid } from '../../apimachinery/validation/field-errors.ts';
import { dns1035Label } from '../../apimachinery/validation/names.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import { textOf, textsOf } from '../../schema/structural-node.ts';

/** Field errors of what the kind of a definition is called. */
export function validateNames(spec: JsonObject): FieldError[] {
  const names = isObject(spec.names) ? spec.names : {};
  const errors: FieldError[] = [];
  for (const name of ['plural', 'singular', 'kind', 'listKind']) {
    if (textOf(names[name]) === '') errors.push(required(`spec.names.${name}`));
  }
  for (const name of ['plural', 'singular']) {
    const text = textOf(names[name]);
    const problems = text === '' ? [] : dns1035Label(text);
    if (problems.length > 0) errors.push(invalid(`spec.names.${name}`, text, problems.join(',')));
  }
  for (const name of ['kind', 'listKind']) {
    const text = textOf(names[name]);
    const problems = text === '' ? [] : dns1035Label(text.toLowerCase());
    if (problems.length === 0) continue;
    const why = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
    errors.push(invalid(`spec.names.${name}`, text, why));
  }
  const checkEach = (list: readonly string[], field: string) => {
    for (const [i, text] of list.entries()) {
      const problems = dns1035Label(text);
      if (problems.length > 0) errors.push(invalid(`${field}[${i}]`, text, problems.join(',')));
    }
  };
  checkEach(textsOf(names.shortNames), 'spec.names.shortNames');
  const kind = textOf(names.kind);
  if (kind !== '' && kind === names.listKind) {
    errors.push(invalid('spec.names.listKind', kind, 'kind and listKind may not be the same'));
  }
  checkEach(textsOf(names.categories), 'spec.names.categories');
  return errors;
}

import type { FieldError } from '../../apimachinery/contract.ts';
import { maybeObjectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { configKey, dnsSubdomain, qualifiedName, variableName } from '../../apimachinery/validation/names.ts';
import type { JsonObject } from '../../base/index.ts';

/** The variables of a container, and where their values come from. */
export function validateVariables(container: JsonObject, path: string): FieldError[] {
  return objectsAt(container, 'env').flatMap((variable, position) => {
    const here = index(path, position);
    const name = textAt(variable, 'name');
    const nameErrors = name
      ? invalidEach(child(here, 'name'), name, variableName(name))
      : [required(child(here, 'name'))];
    return [...nameErrors, ...validateValueSource(variable, child(here, 'valueFrom'))];
  });
}

const fieldPaths = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

function validateValueSource(variable: JsonObject, path: string): FieldError[] {
  const source = maybeObjectAt(variable, 'valueFrom');
  if (!source) return [];
  const names = Object.keys(source).filter((name) => source[name] !== undefined);
  const errors = [
    ...validateFieldRef(maybeObjectAt(source, 'fieldRef'), child(path, 'fieldRef')),
    ...validateKeyRef(maybeObjectAt(source, 'configMapKeyRef'), child(path, 'configMapKeyRef')),
    ...validateKeyRef(maybeObjectAt(source, 'secretKeyRef'), child(path, 'secretKeyRef')),
  ];
  if (names.length === 0) {
    const detail = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
    errors.push(invalid(path, '', detail));
  } else if (textAt(variable, 'value')) {
    errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  } else if (names.length > 1) {
    errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function validateFieldRef(ref: JsonObject | undefined, path: string): FieldError[] {
  if (!ref) return [];
  const field = textAt(ref, 'fieldPath');
  if (!field) return [required(child(path, 'fieldPath'))];
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(field);
  if (subscript) return invalidEach(path, subscript[2], qualifiedName((subscript[2] ?? '').toLowerCase()));
  if (fieldPaths.includes(field)) return [];
  if (field === 'metadata.labels' || field === 'metadata.annotations' || field === 'spec.restartPolicy') {
    return [notSupported(child(path, 'fieldPath'), field, fieldPaths)];
  }
  const detail = `error converting fieldPath: field label not supported: ${field}`;
  return [invalid(child(path, 'fieldPath'), field, detail)];
}

function validateKeyRef(ref: JsonObject | undefined, path: string): FieldError[] {
  if (!ref) return [];
  const name = textAt(ref, 'name');
  const keyName = textAt(ref, 'key');
  return [
    ...invalidEach(child(path, 'name'), name, dnsSubdomain(name)),
    ...(keyName
      ? invalidEach(child(path, 'key'), keyName, configKey(keyName))
      : [required(child(path, 'key'))]),
  ];
}

/** Maps and secrets whose keys become variables. */
export function validateVariableSources(container: JsonObject, path: string): FieldError[] {
  return objectsAt(container, 'envFrom').flatMap((source, position) => {
    const here = index(path, position);
    const prefix = textAt(source, 'prefix');
    const errors = prefix ? invalidEach(child(here, 'prefix'), prefix, variableName(prefix)) : [];
    const refs = ['configMapRef', 'secretRef'].filter((member) => source[member] !== undefined);
    for (const member of refs) {
      const name = textAt(source, member, 'name');
      if (name) errors.push(...invalidEach(child(here, `${member}.name`), name, dnsSubdomain(name)));
      else errors.push(required(child(here, `${member}.name`)));
    }
    if (refs.length === 0)
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (refs.length > 1)
      errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
    return errors;
  });
}

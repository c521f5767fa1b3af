import type { FieldError } from '../../apimachinery/contract.ts';
import { nameOf, objectAt, textAt } from '../../apimachinery/read.ts';
import { invalid, invalidEach, key, required, tooLong } from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { configKey } from '../../apimachinery/validation/names.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';
import { base64Bytes, maxDataBytes, validateFrozen } from '../shared/data-maps.ts';
import { textField } from '../shared/field-selectors.ts';

export const secret: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'secrets',
  kind: 'Secret',
  scope: 'Namespaced',
  columns: {
    definitions: ['Name|string|name|0', 'Type', 'Data', 'Age'],
    cells: (object) => [
      nameOf(object),
      textAt(object, 'type'),
      Object.keys(objectAt(object, 'data')).length,
      ageOf(object),
    ],
  },
  selectable: { type: textField('type') },
  validate(object) {
    const data = objectAt(object, 'data');
    const errors = Object.keys(data).flatMap((name) => invalidEach(key('data', name), name, configKey(name)));
    if (base64Bytes(data) > maxDataBytes) errors.push(tooLong('data', maxDataBytes));
    return [...errors, ...validateSecretType(object, data)];
  },
  validateUpdate: (object, old) => [
    ...validateImmutable(object, old, 'type', 'type'),
    ...validateFrozen(object, old, ['data']),
  ],
};

const tokenAccount = 'kubernetes.io/service-account.name';

/** Keys that a type of secret cannot do without. */
const neededKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

function validateSecretType(object: JsonObject, data: JsonObject): FieldError[] {
  const type = textAt(object, 'type');
  if (type === 'kubernetes.io/service-account-token') {
    const account = textAt(object, 'metadata', 'annotations', tokenAccount);
    return account ? [] : [required(key('metadata.annotations', tokenAccount))];
  }
  if (type === 'kubernetes.io/basic-auth') {
    if (Object.hasOwn(data, 'username') || Object.hasOwn(data, 'password')) return [];
    return [required(key('data', 'username')), required(key('data', 'password'))];
  }
  const needed = neededKeys[type] ?? [];
  const missing = needed
    .filter((name) => !Object.hasOwn(data, name))
    .map((name) => required(key('data', name)));
  if (missing.length > 0 || !type.startsWith('kubernetes.io/dockerc')) return missing;
  return needed.flatMap((name) => {
    const problem = jsonProblem(data[name]);
    return problem ? [invalid(key('data', name), '<secret contents redacted>', problem)] : [];
  });
}

function jsonProblem(value: unknown): string | undefined {
  const text = typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : '';
  try {
    return isObject(JSON.parse(text))
      ? undefined
      : 'json: cannot unmarshal value into Go value of type map[string]interface {}';
  } catch {
    return text === '' ? 'unexpected end of JSON input' : 'invalid JSON';
  }
}

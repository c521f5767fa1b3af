import type { FieldError } from '../../apimachinery/contract.ts';
import { at, objectAt, textAt } from '../../apimachinery/read.ts';
import {
  forbidden,
  invalid,
  invalidEach,
  key,
  required,
  tooLong,
} from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { configKey } from '../../apimachinery/validation/names.ts';
import { isObject, type JsonObject, jsonEqual } from '../../base/index.ts';
import type { KindRules } from '../built-in-kind.ts';

const maxDataBytes = 1024 * 1024;
const frozen = 'field is immutable when `immutable` is set';

export const configMapRules: KindRules = {
  validate(object) {
    const data = objectAt(object, 'data');
    const binary = objectAt(object, 'binaryData');
    const errors = Object.keys(data).flatMap((name) => {
      const here = key('data', name);
      const twice = Object.hasOwn(binary, name)
        ? [invalid(here, name, 'duplicate of key present in binaryData')]
        : [];
      return [...invalidEach(here, name, configKey(name)), ...twice];
    });
    errors.push(
      ...Object.keys(binary).flatMap((name) => invalidEach(key('binaryData', name), name, configKey(name))),
    );
    if (textBytes(data) + base64Bytes(binary) > maxDataBytes) errors.push(tooLong('[]', maxDataBytes));
    return errors;
  },
  validateUpdate: (object, old) => validateFrozen(object, old, ['data', 'binaryData']),
};

const tokenAccount = 'kubernetes.io/service-account.name';

/** Keys that a type of secret cannot do without. */
const neededKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

export const secretRules: KindRules = {
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

function validateFrozen(object: JsonObject, old: JsonObject, members: readonly string[]): FieldError[] {
  if (at(old, 'immutable') !== true) return [];
  const errors = object['immutable'] === true ? [] : [forbidden('immutable', frozen)];
  const changed = members.filter((member) => !jsonEqual(object[member] ?? {}, old[member] ?? {}));
  return [...errors, ...changed.map((member) => forbidden(member, frozen))];
}

function textBytes(data: JsonObject): number {
  let bytes = 0;
  for (const value of Object.values(data)) if (typeof value === 'string') bytes += Buffer.byteLength(value);
  return bytes;
}

function base64Bytes(data: JsonObject): number {
  let bytes = 0;
  for (const value of Object.values(data)) {
    if (typeof value === 'string') bytes += Buffer.byteLength(value, 'base64');
  }
  return bytes;
}

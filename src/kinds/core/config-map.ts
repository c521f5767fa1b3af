import { nameOf, objectAt } from '../../apimachinery/read.ts';
import { invalid, invalidEach, key, tooLong } from '../../apimachinery/validation/errors.ts';
import { configKey } from '../../apimachinery/validation/names.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';
import { base64Bytes, maxDataBytes, validateFrozen } from '../shared/data-maps.ts';

export const configMap: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'configmaps',
  kind: 'ConfigMap',
  scope: 'Namespaced',
  shortNames: ['cm'],
  columns: {
    definitions: ['Name|string|name|0', 'Data', 'Age'],
    cells: (object) => [
      nameOf(object),
      Object.keys(objectAt(object, 'data')).length + Object.keys(objectAt(object, 'binaryData')).length,
      ageOf(object),
    ],
  },
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

function textBytes(data: JsonObject): number {
  let bytes = 0;
  for (const value of Object.values(data)) if (typeof value === 'string') bytes += Buffer.byteLength(value);
  return bytes;
}

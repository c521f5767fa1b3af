import type { StructTypes } from '../checker.ts';
import { patchFunctions } from '../library/index.ts';
import { type CelType, dynType, listType, stringType } from '../types.ts';
import type { PatchEnvironment } from './compile.ts';

type StructType = CelType & { readonly kind: 'object' };

/** `Object`, `Object.spec`: whatever fields one gives them, as no schema is asked. Source: k8s.io/apiserver, `pkg/cel/mutation`. */
function objectOf(name: string): StructType {
  return { kind: 'object', of: { name, fieldType: () => dynType } };
}

export const objectType: StructType = objectOf('Object');

const operationFields: Readonly<Record<string, CelType>> = {
  op: stringType,
  path: stringType,
  from: stringType,
  value: dynType,
};

/** What the real server takes a field for that an operation does not have. */
const nameless: CelType = { kind: 'opaque', name: '', parameters: [] };

/** One operation of a JSON patch. */
const operationType: StructType = {
  kind: 'object',
  of: {
    name: 'JSONPatch',
    fieldType: (name) => (Object.hasOwn(operationFields, name) ? operationFields[name] : nameless),
  },
};

export const operationsType: CelType = listType(operationType);

/** What one expression that makes a patch has to make it of. */
export function patchEnvironment(): PatchEnvironment {
  return { registry: patchFunctions(), structs: structTypes() };
}

/** The types of one expression: one of each name. */
function structTypes(): StructTypes {
  const known = new Map<string, StructType>([
    ['Object', objectType],
    ['JSONPatch', operationType],
  ]);
  return (name) => {
    let type = known.get(name);
    if (!type && name.startsWith('Object.')) known.set(name, (type = objectOf(name)));
    return type;
  };
}

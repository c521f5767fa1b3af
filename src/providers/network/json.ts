import { ArmError } from '../../arm/index.ts';
import { isObject, type Json, type JsonObject, withoutTrailingSlashes } from '../../base/index.ts';

/** `properties` of a body, or an empty object. */
export function propertiesOf(body: JsonObject): JsonObject {
  return objectAt(body.properties);
}

/** The object, or an empty one. */
export function objectAt(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The objects of a list; anything else is left out. */
export function objectsAt(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The objects of a list, or undefined when there is none; what is no list of objects is refused. */
export function objectsIn(value: Json | undefined, path: string): JsonObject[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw new ArmError(
    400,
    'InvalidRequestFormat',
    `Cannot parse the request. '${path}' must be a list of objects.`,
    {
      target: path,
    },
  );
}

/** The texts of a list; anything else is left out. */
export function textsAt(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** `{ id }` of a reference. */
export function referenceId(value: Json | undefined): string | undefined {
  const { id } = objectAt(value);
  return typeof id === 'string' && id !== '' ? withoutTrailingSlashes(id) : undefined;
}

/** One of the words in its documented casing; InvalidRequestFormat-like refusal for others. */
export function oneOf<T extends string>(
  value: Json | undefined,
  about: { readonly words: readonly T[]; readonly default: T; readonly path: string },
): T {
  if (value === undefined || value === null) return about.default;
  const word = about.words.find((known) => known.toLowerCase() === String(value).toLowerCase());
  if (word !== undefined) return word;
  throw new ArmError(
    400,
    'InvalidRequestFormat',
    `Cannot parse the request. The value '${String(value)}' of '${about.path}' must be one of: ${about.words.join(', ')}.`,
    { target: about.path },
  );
}

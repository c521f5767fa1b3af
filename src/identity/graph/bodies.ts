import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { graphErrors } from './errors.ts';
import type { PropertyType, Shape } from './shapes.ts';

/** Reads the members of a body, one by one, and refuses what is left over. */
export class BodyReader {
  readonly #body: JsonObject;
  readonly #shape: Shape;
  readonly #read = new Set<string>();

  constructor(body: JsonObject, shape: Shape) {
    this.#body = body;
    this.#shape = shape;
  }

  text(name: string): string | undefined {
    const value = this.take(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string' || value.trim() === '')
      throw graphErrors.wrongValue(name, this.#shape.resource);
    return value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw graphErrors.missingValue(name, this.#shape.resource);
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.take(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'boolean') throw graphErrors.wrongValue(name, this.#shape.resource);
    return value;
  }

  texts(name: string): string[] | undefined {
    const value = this.take(name);
    if (value === undefined || value === null) return undefined;
    if (!isTexts(value)) throw graphErrors.wrongValue(name, this.#shape.resource);
    return value;
  }

  object(name: string): JsonObject | undefined {
    const value = this.take(name);
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) throw graphErrors.wrongValue(name, this.#shape.resource);
    return value;
  }

  objects(name: string): JsonObject[] | undefined {
    const value = this.take(name);
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value) || !value.every(isObject))
      throw graphErrors.wrongValue(name, this.#shape.resource);
    return value;
  }

  /** Ids behind `members@odata.bind` and the like. */
  references(name: string): string[] {
    return (this.texts(`${name}@odata.bind`) ?? []).map(referencedId);
  }

  take(name: string): Json | undefined {
    this.#read.add(name);
    return this.#body[name];
  }

  /**
   * What is left: the shape's writable properties. Null goes back to the default; a structure keeps the members of
   * the `current` one that it does not name.
   */
  properties(current: JsonObject = {}): JsonObject {
    const properties: JsonObject = {};
    for (const [name, value] of Object.entries(this.#body)) {
      if (this.#read.has(name) || name.startsWith('@odata.') || value === undefined) continue;
      const type = Object.hasOwn(this.#shape.writable, name) ? this.#shape.writable[name] : undefined;
      if (!type) throw graphErrors.unknownProperty(name);
      if (value !== null && !fits(value, type)) throw graphErrors.wrongValue(name, this.#shape.resource);
      const standard = this.#shape.defaults[name] ?? null;
      const before = isObject(current[name]) ? current[name] : standard;
      properties[name] = isObject(value) && isObject(before) ? { ...before, ...value } : (value ?? standard);
    }
    return properties;
  }
}

/** The id at the end of `https://graph/v1.0/directoryObjects/{id}`, or of a bare reference. */
export function referencedId(reference: string): string {
  const id = reference.split('/').at(-1) ?? '';
  return id.replace(/^[A-Za-z]+\('(.*)'\)$/, '$1');
}

function fits(value: Json, type: PropertyType): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'flag':
      return typeof value === 'boolean';
    case 'texts':
      return isTexts(value);
    case 'object':
      return isObject(value);
    case 'objects':
      return Array.isArray(value) && value.every(isObject);
  }
}

function isTexts(value: Json): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

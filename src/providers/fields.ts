import { ArmError } from '../arm/index.ts';
import { isObject, type Json, type JsonObject } from '../base/index.ts';

/**
 * Reads members of a request body with their types checked once. Absent and null members are undefined; a member of
 * the wrong type is refused as `InvalidParameter` with its path.
 */
export class Fields {
  readonly value: JsonObject;
  readonly #path: string;

  constructor(value: Json | undefined, path = '') {
    if (value !== undefined && value !== null && !isObject(value))
      throw wrongValue(path, 'expected an object');
    this.value = isObject(value) ? value : {};
    this.#path = path;
  }

  at(name: string): string {
    return this.#path ? `${this.#path}.${name}` : name;
  }

  has(name: string): boolean {
    return this.value[name] !== undefined && this.value[name] !== null;
  }

  object(name: string): Fields {
    return new Fields(this.value[name], this.at(name));
  }

  string(name: string): string | undefined {
    const found = this.value[name];
    if (found === undefined || found === null) return undefined;
    if (typeof found !== 'string') throw wrongValue(this.at(name), 'expected a string');
    return found;
  }

  boolean(name: string): boolean | undefined {
    const found = this.value[name];
    if (found === undefined || found === null) return undefined;
    if (typeof found !== 'boolean') throw wrongValue(this.at(name), 'expected true or false');
    return found;
  }

  integer(name: string, range: { readonly min: number; readonly max: number }): number | undefined {
    const found = this.value[name];
    if (found === undefined || found === null) return undefined;
    if (typeof found !== 'number' || !Number.isInteger(found) || found < range.min || found > range.max) {
      throw wrongValue(this.at(name), `expected a whole number from ${range.min} to ${range.max}`);
    }
    return found;
  }

  /** One of `choices`, compared without regard to case and answered in the documented casing. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const found = this.string(name);
    if (found === undefined) return undefined;
    const match = choices.find((choice) => choice.toLowerCase() === found.toLowerCase());
    if (!match) throw wrongValue(this.at(name), `'${found}' is not one of ${choices.join(', ')}`);
    return match;
  }

  strings(name: string): string[] {
    return this.#list(name).map((item, index) => {
      if (typeof item !== 'string') throw wrongValue(`${this.at(name)}[${index}]`, 'expected a string');
      return item;
    });
  }

  objects(name: string): Fields[] {
    return this.#list(name).map((item, index) => new Fields(item, `${this.at(name)}[${index}]`));
  }

  /** A map of strings, such as labels. */
  stringMap(name: string): Record<string, string> {
    const entries = Object.entries(this.object(name).value).map(([key, item]): [string, string] => {
      if (typeof item !== 'string') throw wrongValue(this.at(name), `the value of '${key}' is not a string`);
      return [key, item];
    });
    // Keys such as __proto__ are keys like any other.
    return Object.fromEntries(entries);
  }

  wrong(name: string, reason: string): ArmError {
    return wrongValue(this.at(name), reason);
  }

  #list(name: string): Json[] {
    const found = this.value[name];
    if (found === undefined || found === null) return [];
    if (!Array.isArray(found)) throw wrongValue(this.at(name), 'expected a list');
    return found;
  }
}

function wrongValue(path: string, reason: string): ArmError {
  return new ArmError(
    400,
    'InvalidParameter',
    `The value of parameter ${path || 'body'} is invalid. Error details: ${reason}.`,
    { target: path },
  );
}

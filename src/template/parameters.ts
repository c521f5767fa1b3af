import { isObject, type Json, type JsonObject } from '../base/index.ts';
import { invalidTemplate, type TemplateError } from './errors.ts';
import { templateLimits } from './limits.ts';
import { refuseMisfit } from './types.ts';
import { memberWithoutCase, put } from './values.ts';

const help = 'Please see https://aka.ms/arm-create-parameter-file for usage details.';

/** The members of a template that are objects by name. */
export function section(template: JsonObject, name: string, most: number): JsonObject {
  const found = template[name];
  if (found === undefined || found === null) return {};
  if (!isObject(found)) throw invalidTemplate(`The template's '${name}' must be an object`);
  const count = Object.keys(found).length;
  if (count > most) {
    throw invalidTemplate(
      `The template ${name} limit exceeded. Limit: '${most}' and actual: '${count}'. Please see https://aka.ms/arm-resource-limits for usage details.`,
    );
  }
  return found;
}

/**
 * The values of all parameters: as given, else by `defaultOf`. Throws TemplateError for what is missing, unknown or does not
 * fit its definition.
 */
export function settleParameters(
  template: JsonObject,
  given: JsonObject,
  defaultOf: (name: string, expression: Json, known: JsonObject) => Json,
): JsonObject {
  const definitions = section(template, 'parameters', templateLimits.parameters);
  refuseUnknown(definitions, given);
  const values: JsonObject = {};
  for (const [name, definition] of Object.entries(definitions)) {
    if (!isObject(definition) || (definition['type'] === undefined && definition['$ref'] === undefined)) {
      throw invalidTemplate(`The template parameter '${name}' has no type. ${help}`);
    }
    const entry = memberWithoutCase(given, name);
    put(
      values,
      name,
      settled(name, { definition, entry, template }, () =>
        defaultOf(name, definition['defaultValue'] ?? null, values),
      ),
    );
  }
  return values;
}

function settled(
  name: string,
  about: { readonly definition: JsonObject; readonly entry: Json | undefined; readonly template: JsonObject },
  byDefault: () => Json,
): Json {
  const { definition, entry, template } = about;
  if (entry !== undefined && !isObject(entry)) {
    throw invalidTemplate(
      `The value for the template parameter '${name}' must be an object with the member 'value'. ${help}`,
    );
  }
  if (entry?.['reference'] !== undefined) {
    throw invalidTemplate(
      `The template parameter '${name}' refers to a secret of a key vault. Key vaults are not built in Drydock: give the value itself.`,
    );
  }
  const isGiven = entry !== undefined && 'value' in entry;
  const isNullable = definition['nullable'] === true;
  if (isGiven && (entry['value'] !== null || isNullable || definition['defaultValue'] === undefined)) {
    const value = entry['value'] ?? null;
    if (value === null && isNullable) return null;
    refuseMisfit(value, { schema: definition, template, name, path: '' });
    return value;
  }
  if (definition['defaultValue'] !== undefined) {
    const value = byDefault();
    if (value === null && isNullable) return null;
    refuseMisfit(value, { schema: definition, template, name, path: '' });
    return value;
  }
  if (isNullable) return null;
  throw missing(name);
}

function missing(name: string): TemplateError {
  return invalidTemplate(
    `The value for the template parameter '${name}' at line '1' and column '1' is not provided. ${help}`,
  );
}

function refuseUnknown(definitions: JsonObject, given: JsonObject): void {
  const unknown = Object.keys(given).filter((name) => memberWithoutCase(definitions, name) === undefined);
  if (unknown.length === 0) return;
  throw invalidTemplate(
    `The template parameters '${unknown.join(', ')}' in the parameters file are not valid; they are not present in the original template and can ` +
      `therefore not be provided at deployment time. The only supported parameters for this template are '${Object.keys(definitions).join(', ')}'. ` +
      'Please see https://aka.ms/arm-pass-parameter-values for usage details.',
  );
}

/** True for a value that no answer shows. */
export function isSecureType(type: Json | undefined): boolean {
  return typeof type === 'string' && /^secure(?:string|object)$/i.test(type);
}

/** The word of a type as answers print it. */
export function printedType(type: string): string {
  const words: Readonly<Record<string, string>> = {
    securestring: 'SecureString',
    secureobject: 'SecureObject',
  };
  const lower = type.toLowerCase();
  return words[lower] ?? lower.charAt(0).toUpperCase() + lower.slice(1);
}

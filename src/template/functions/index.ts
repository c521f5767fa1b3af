import { cidrFunctions } from './cidr.ts';
import { collectionFunctions } from './collections.ts';
import { comparisonFunctions } from './comparison.ts';
import { dateFunctions } from './dates.ts';
import type { TemplateFunction } from './definition.ts';
import { encodingFunctions } from './encodings.ts';
import { lambdaFunctions } from './lambdas.ts';
import { numericFunctions } from './numeric.ts';
import { objectFunctions } from './objects.ts';
import { listFunction, resourceFunctions } from './resources.ts';
import { scopeFunctions } from './scopes.ts';
import { stringFunctions } from './strings.ts';

const functions: ReadonlyMap<string, TemplateFunction> = new Map(
  [
    ...cidrFunctions,
    ...collectionFunctions,
    ...comparisonFunctions,
    ...dateFunctions,
    ...encodingFunctions,
    ...lambdaFunctions,
    ...numericFunctions,
    ...objectFunctions,
    ...resourceFunctions,
    ...scopeFunctions,
    ...stringFunctions,
  ].map((one) => [one.name.toLowerCase(), one]),
);

/** A function of the language, whatever the case of its name; `listKeys` and whatever else begins with `list` is one. */
export function functionNamed(name: string): TemplateFunction | undefined {
  const found = functions.get(name.toLowerCase());
  if (found || !/^list[a-z]+$/i.test(name)) return found;
  return listFunction(name);
}

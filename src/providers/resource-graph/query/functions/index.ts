import { bagFunctions } from './bags.ts';
import { conversionFunctions } from './conversions.ts';
import type { ScalarFunction } from './function.ts';
import { momentFunctions } from './moments.ts';
import { numberFunctions } from './numbers.ts';
import { stringFunctions } from './strings.ts';

/** Every scalar function that is spoken here. */
export const functions: Readonly<Record<string, ScalarFunction>> = {
  ...stringFunctions,
  ...numberFunctions,
  ...momentFunctions,
  ...conversionFunctions,
  ...bagFunctions,
};

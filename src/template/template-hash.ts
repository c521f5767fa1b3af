import { type JsonObject, utf8 } from '../base/index.ts';
import { hash64 } from './hash.ts';

/** A template without blanks, and its hash as a decimal number. */
export function templateHash(template: JsonObject): {
  readonly minifiedTemplate: string;
  readonly templateHash: string;
} {
  const minifiedTemplate = JSON.stringify(template);
  return { minifiedTemplate, templateHash: String(hash64(utf8(minifiedTemplate))) };
}

import { isObject, type Json } from '../base/index.ts';
import { refusals } from './errors.ts';

/** Source: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources */
export const tagLimits = { tagsPerResource: 50, nameCharacters: 512, valueCharacters: 256 } as const;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const reserved = /[<>%&\\?/\u0000-\u001f\u007f]/;
/** Of a name that is too long, in the sentence about it. */
const shownCharacters = 100;

export type Tags = Readonly<Record<string, string>>;

/** Tags as a body sends them, checked. Absent and null are no tags. */
export function readTags(value: Json | undefined): Tags | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw refusals.invalidTags('The tags must be an object of names and text values.');
  const entries = Object.entries(value);
  if (entries.length > tagLimits.tagsPerResource) {
    throw refusals.invalidTags(`A resource has at most ${tagLimits.tagsPerResource} tags.`);
  }
  const tags: [name: string, value: string][] = [];
  const seen = new Set<string>();
  for (const [name, content] of entries) {
    if (name === '' || name.length > tagLimits.nameCharacters) {
      throw refusals.invalidTags(
        `The tag name '${name.slice(0, shownCharacters)}' is invalid: 1 to ${tagLimits.nameCharacters} characters.`,
      );
    }
    if (reserved.test(name)) throw refusals.invalidTagCharacters(name);
    if (seen.has(name.toLowerCase())) {
      throw refusals.invalidTags(`The tag name '${name}' is given twice; names are case-insensitive.`);
    }
    seen.add(name.toLowerCase());
    const text = content === null ? '' : content;
    if (typeof text !== 'string' || text.length > tagLimits.valueCharacters) {
      throw refusals.invalidTags(
        `The value of tag '${name}' is invalid: text of at most ${tagLimits.valueCharacters} characters.`,
      );
    }
    tags.push([name, text]);
  }
  // Names such as __proto__ are names like any other.
  return Object.fromEntries(tags);
}

import { isObject, type Json } from './json.ts';

/** A text that is equal for equal values, whatever the order of their members; never empty. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (!isObject(value)) return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const texts = members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member ?? null)}`);
  return `{${texts.sort().join()}}`;
}

import type { Fields } from './fields.ts';

const name = /^[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;
const domainPart = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const domainCharacters = 253;

/** A label's or taint's key, e.g. `example.com/team`. */
export function isLabelKey(text: string): boolean {
  const parts = text.split('/');
  const [prefix] = parts;
  if (parts.length === 1) return name.test(text);
  if (parts.length > 2 || prefix === undefined || prefix.length > domainCharacters) return false;
  return prefix.split('.').every((part) => domainPart.test(part)) && name.test(parts[1] ?? '');
}

/** Empty values are values. */
export function isLabelValue(text: string): boolean {
  return text === '' || name.test(text);
}

/** Throws InvalidParameter for labels that no node can carry. */
export function demandLabels(
  body: Pick<Fields, 'wrong'>,
  member: string,
  labels: Readonly<Record<string, string>>,
): void {
  for (const [key, value] of Object.entries(labels)) {
    if (!isLabelKey(key)) throw body.wrong(member, `'${key}' is not the key of a label`);
    if (!isLabelValue(value)) throw body.wrong(member, `'${value}' is not the value of a label`);
  }
}

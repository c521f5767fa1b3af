import type { Fields } from './fields.ts';

const name = '[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?';
const prefix = '(?=[^/]{1,253}/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/';

/** A label's or taint's key, e.g. `example.com/team`. */
export const labelKey = new RegExp(`^(?:${prefix})?${name}$`);
/** Empty values are values. */
export const labelValue = new RegExp(`^(?:${name})?$`);

/** Throws InvalidParameter for labels that no node can carry. */
export function demandLabels(
  body: Pick<Fields, 'wrong'>,
  member: string,
  labels: Readonly<Record<string, string>>,
): void {
  for (const [key, value] of Object.entries(labels)) {
    if (!labelKey.test(key)) throw body.wrong(member, `'${key}' is not the key of a label`);
    if (!labelValue.test(value)) throw body.wrong(member, `'${value}' is not the value of a label`);
  }
}

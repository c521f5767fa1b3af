import { isObject, type Json, type JsonObject } from '../base/index.ts';
import { refusals } from './errors.ts';

/** Members beside `properties` that one type of value fits for all resources; identities and locations are read where they are used. */
const fits: Readonly<Record<string, { readonly wanted: string; takes(value: Json): boolean }>> = {
  kind: { wanted: 'string', takes: (value) => typeof value === 'string' },
  sku: { wanted: 'object', takes: isObject },
  plan: { wanted: 'object', takes: isObject },
  zones: {
    wanted: 'array of strings',
    takes: (value) => Array.isArray(value) && value.every((zone) => typeof zone === 'string'),
  },
};

/** Throws InvalidRequestContent for a member of the envelope of another type than it has; null is none. */
export function refuseWrongEnvelope(body: JsonObject): void {
  for (const [member, { wanted, takes }] of Object.entries(fits)) {
    const value = body[member];
    if (value === undefined || value === null || takes(value)) continue;
    throw refusals.invalidContent(`Cannot convert the value to type '${wanted}'. Path '${member}'.`);
  }
}

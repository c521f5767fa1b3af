import { createHash } from 'node:crypto';
import type { Json } from '../../base/index.ts';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A short name part for a template, such as `5d59d67564`: ten letters and digits that no word can be made of. The
 * same template and collision count give the same hash.
 */
export function templateHash(template: Json, collisionCount: number): string {
  const digest = createHash('sha256').update(canonical(template)).update(`/${collisionCount}`).digest();
  const digits = String(digest.readUInt32BE(0));
  return [...digits].map((digit) => alphabet.charAt(digit.charCodeAt(0) % alphabet.length)).join('');
}

/** SHA-256 of the JSON text of a value with sorted keys, in hexadecimal digits. */
export function contentHash(value: Json): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

/** JSON text with sorted keys. */
export function canonical(value: Json | undefined): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${canonical(item)}`;
    return `[${text}]`;
  }
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(member)}`;
  }
  return `{${text}}`;
}

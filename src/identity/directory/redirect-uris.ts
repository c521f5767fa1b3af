import { isObject } from '../../base/index.ts';
import type { ApplicationRecord } from '../records/records.ts';

/** Where an application may be sent an answer, by kind of client. */
export function redirectUrisOf({ properties }: ApplicationRecord) {
  const uris = (name: string): string[] => {
    const section = properties[name];
    const listed = isObject(section) ? section['redirectUris'] : undefined;
    return Array.isArray(listed) ? listed.filter((uri) => typeof uri === 'string') : [];
  };
  return { web: uris('web'), spa: uris('spa'), publicClient: uris('publicClient') };
}

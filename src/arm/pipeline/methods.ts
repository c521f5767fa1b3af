import type { ResourceType } from '../contract.ts';
import type { ResourcePath } from '../ids.ts';

/** The verbs of a type that declares none. */
const everyVerb = ['get', 'put', 'patch', 'delete', 'list'] as const;

type Verb = NonNullable<ResourceType['verbs']>[number];

const methodsOf: Readonly<Record<Verb, readonly string[]>> = {
  get: ['GET', 'HEAD'],
  put: ['PUT'],
  patch: ['PATCH'],
  delete: ['DELETE'],
  list: ['GET', 'HEAD'],
};

/** The verbs that a type has at a path: of one resource, or of a collection. */
export function verbsAt(type: ResourceType, { names, types }: Pick<ResourcePath, 'names' | 'types'>): Verb[] {
  const paired = names.length === types.length;
  const has = type.verbs ?? everyVerb;
  return everyVerb.filter((verb) => has.includes(verb) && (verb === 'list') !== paired);
}

/** What `Allow` says of a path of a type (RFC 9110, section 10.2.1). */
export function methodsAt(type: ResourceType, path: Pick<ResourcePath, 'names' | 'types'>): string[] {
  return verbsAt(type, path).flatMap((verb) => methodsOf[verb]);
}

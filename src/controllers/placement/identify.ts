import type { KubeObject } from '../../apimachinery/client.ts';
import type { ResourceIdentifier } from '../kinds/placement.ts';

/** An object as statuses name it. */
export function identify(object: KubeObject): ResourceIdentifier {
  const slash = object.apiVersion.indexOf('/');
  const { name = '', namespace } = object.metadata;
  return {
    ...(slash < 0 ? {} : { group: object.apiVersion.slice(0, slash) }),
    version: object.apiVersion.slice(slash + 1),
    kind: object.kind,
    name,
    ...(namespace ? { namespace } : {}),
  };
}

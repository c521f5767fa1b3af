import type { KubeObject } from '../../apimachinery/client.ts';
import { splitApiVersion } from '../../apimachinery/metadata.ts';
import type { ResourceIdentifier } from '../kinds/placement.ts';

/** An object as statuses name it. */
export function identify(object: KubeObject): ResourceIdentifier {
  const [group, version] = splitApiVersion(object.apiVersion);
  const { name = '', namespace } = object.metadata;
  return {
    ...(group && { group }),
    version,
    kind: object.kind,
    name,
    ...(namespace ? { namespace } : {}),
  };
}

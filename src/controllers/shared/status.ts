import type { KubeObject } from '../../apimachinery/client.ts';
import { isNotFound, type Kind, type TypedClient } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';

/** Where a status is written. */
export type StatusPlace<T extends KubeObject> = {
  readonly client: TypedClient;
  /** Annotations that are written with the status, as a Deployment's revision is. */
  readonly annotations?: Readonly<Record<string, string>>;
} & (
  | { /** Told of what was written before its watch brings it. */ readonly informer: Informer<T> }
  | { readonly kind: Kind<T> }
);

/**
 * Writes the status of an object unless it says the same already; counts of 0 and empty lists say the same as none,
 * for servers leave them out. Resolves to the object as it then stands (`object` itself when nothing was written), or
 * to undefined when it is gone. Throws Conflict when somebody wrote in between, unless `object` has no
 * resourceVersion.
 */
export async function commitStatus<T extends KubeObject & { status?: object }>(
  object: T,
  status: NonNullable<T['status']>,
  place: StatusPlace<T>,
): Promise<T | undefined> {
  const { metadata } = object;
  const annotations = { ...metadata.annotations, ...place.annotations };
  const isAnnotated = jsonEqual(annotations, metadata.annotations ?? {});
  if (isAnnotated && jsonEqual(told(object.status), told(status))) return object;
  const next = { ...object, ...(isAnnotated ? {} : { metadata: { ...metadata, annotations } }), status };
  try {
    const written = await place.client.updateStatus(
      'informer' in place ? place.informer.kind : place.kind,
      next,
    );
    if ('informer' in place) place.informer.observe(written);
    return written;
  } catch (thrown) {
    if (isNotFound(thrown)) return undefined;
    throw thrown;
  }
}

function told(status: object | undefined): object {
  const isNothing = (value: unknown) => value === 0 || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(status ?? {}).filter(([, value]) => !isNothing(value)));
}

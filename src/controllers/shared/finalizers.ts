import type { KubeObject } from '../../apimachinery/client.ts';
import { ignoringMissing, refOf, type TypedClient } from '../../apimachinery/kinds.ts';
import type { Informer } from '../../reconcile/index.ts';

interface Holding<T extends KubeObject> {
  readonly client: TypedClient;
  readonly informer: Informer<T>;
}

/** True when an object that is not deleted lost a finalizer, as a replace without finalizers takes all of them off. */
export function hasLost(object: KubeObject, previous: KubeObject | undefined, name: string): boolean {
  const had = previous?.metadata.finalizers?.includes(name) ?? false;
  return had && !object.metadata.deletionTimestamp && !object.metadata.finalizers?.includes(name);
}

/** Adds a finalizer to an object that does not have it; the answer is the object as it is then. */
export async function hold<T extends KubeObject>(object: T, name: string, holding: Holding<T>): Promise<T> {
  const { finalizers = [] } = object.metadata;
  if (finalizers.includes(name)) return object;
  return write(object, [...finalizers, name], holding);
}

/** Takes a finalizer off; nothing happens when the object has none or is gone. */
export async function release<T extends KubeObject>(
  object: T,
  name: string,
  holding: Holding<T>,
): Promise<void> {
  const { finalizers = [] } = object.metadata;
  if (!finalizers.includes(name)) return;
  await ignoringMissing(
    write(
      object,
      finalizers.filter((other) => other !== name),
      holding,
    ),
  );
}

/** The version goes along: two controllers that each take their own off must not put the other's back. */
async function write<T extends KubeObject>(
  object: T,
  finalizers: string[],
  { client, informer }: Holding<T>,
): Promise<T> {
  const { uid = '', resourceVersion = '' } = object.metadata;
  const body = { metadata: { uid, resourceVersion, finalizers } };
  const written = await client.patch(informer.kind, refOf(object), { type: 'merge', body });
  informer.observe(written);
  return written;
}

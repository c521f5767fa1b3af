import type { KubeObject, OwnerReference } from '../../apimachinery/client.ts';
import { isNotFound, type Kind, refOf, type TypedClient } from '../../apimachinery/kinds.ts';
import type { LabelSelector } from '../../apimachinery/meta.ts';
import { splitApiVersion } from '../../apimachinery/metadata.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import type { Informer } from '../../reconcile/index.ts';

/** The owner that manages an object, if any. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** The reference by which `owner` manages what it makes. */
export function controllerReference<T extends KubeObject>(kind: Kind<T>, owner: T): OwnerReference {
  const { name = '', uid = '' } = owner.metadata;
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Key of the managing owner when it is of this kind. */
export function ownerKey<T extends KubeObject>(kind: Kind<T>, object: KubeObject): string | undefined {
  const owner = controllerOf(object);
  if (owner?.kind !== kind.kind || !isOfGroup(owner, kind.group)) return undefined;
  return `${object.metadata.namespace ?? ''}/${owner.name}`;
}

function isOfGroup(owner: OwnerReference, group: string): boolean {
  return splitApiVersion(owner.apiVersion)[0] === group;
}

const byOwner = 'controller';
const orphans = 'orphans';

/** Indexes an informer by managing owner, and those without one by namespace; `claim` reads them. */
export function indexByOwner<T extends KubeObject>(informer: Informer<T>): void {
  informer.addIndex(byOwner, (object) => {
    const owner = controllerOf(object);
    return owner ? [owner.uid] : [];
  });
  informer.addIndex(orphans, (object) => (controllerOf(object) ? [] : [object.metadata.namespace ?? '']));
}

/** What an owner manages, by the index alone. */
export function ownedBy<T extends KubeObject>(informer: Informer<T>, owner: KubeObject): readonly T[] {
  return informer.byIndex(byOwner, owner.metadata.uid ?? '');
}

/** Objects of a namespace that nobody manages. */
function orphansIn<T extends KubeObject>(informer: Informer<T>, namespace: string): readonly T[] {
  return informer.byIndex(orphans, namespace);
}

export interface Claim<T extends KubeObject, O extends KubeObject> {
  readonly client: TypedClient;
  readonly informer: Informer<T>;
  readonly owner: O;
  readonly ownerKind: Kind<O>;
  readonly selector: LabelSelector;
}

/**
 * What an owner manages: it lets go of objects that its selector no longer matches and takes over matching ones
 * that nobody manages.
 */
export async function claim<T extends KubeObject, O extends KubeObject>(
  claimed: Claim<T, O>,
): Promise<readonly T[]> {
  const { informer, owner, selector } = claimed;
  const owned = ownedBy(informer, owner);
  const lost = owned.filter((object) => !matchesLabels(selector, object.metadata.labels));
  const found = orphansIn(informer, owner.metadata.namespace ?? '').filter(
    (object) => !object.metadata.deletionTimestamp && matchesLabels(selector, object.metadata.labels),
  );
  if (lost.length === 0 && (found.length === 0 || owner.metadata.deletionTimestamp)) return owned;
  for (const object of lost) await release(object, claimed);
  const adopted = owner.metadata.deletionTimestamp ? [] : found;
  for (const object of adopted) await adopt(object, claimed);
  return ownedBy(informer, owner).filter((object) => matchesLabels(selector, object.metadata.labels));
}

async function release<T extends KubeObject, O extends KubeObject>(
  object: T,
  claimed: Claim<T, O>,
): Promise<void> {
  const rest = object.metadata.ownerReferences?.filter((other) => other.uid !== claimed.owner.metadata.uid);
  await writeOwners(object, rest ?? [], claimed);
}

async function adopt<T extends KubeObject, O extends KubeObject>(
  object: T,
  claimed: Claim<T, O>,
): Promise<void> {
  const owners = object.metadata.ownerReferences ?? [];
  await writeOwners(object, [...owners, controllerReference(claimed.ownerKind, claimed.owner)], claimed);
}

async function writeOwners<T extends KubeObject, O extends KubeObject>(
  object: T,
  ownerReferences: OwnerReference[],
  { client, informer }: Claim<T, O>,
): Promise<void> {
  const { uid = '' } = object.metadata;
  const body = { metadata: { uid, ownerReferences } };
  try {
    informer.observe(await client.patch(informer.kind, refOf(object), { type: 'merge', body }));
  } catch (thrown) {
    if (!isNotFound(thrown)) throw thrown;
  }
}

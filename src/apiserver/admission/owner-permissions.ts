import {
  type AdmissionStep,
  type ClusterView,
  refused,
  resourceKey,
  type Write,
} from '../../apimachinery/admission.ts';
import type { AccessReview } from '../../apimachinery/contract.ts';
import { splitApiVersion } from '../../apimachinery/metadata.ts';
import { objectsAt, textAt } from '../../apimachinery/read.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';

/** Who names an owner may delete what he names it for, and may hold back the end of an owner only if its finalizers are his to set. */
export const ownerPermissions: AdmissionStep = {
  name: 'OwnerReferencesPermissionEnforcement',
  concerns: ({ definition, subresource, operation }) =>
    operation !== 'DELETE' && !(resourceKey(definition) === '/pods' && subresource === 'status'),
  validate(write, cluster) {
    const owners = objectsAt(write.object, 'metadata', 'ownerReferences');
    const before = objectsAt(write.old, 'metadata', 'ownerReferences');
    if (jsonEqual([...owners], [...before])) return undefined;
    return checkOwners(write, cluster, { owners, before });
  },
};

async function checkOwners(
  write: Write,
  cluster: ClusterView,
  { owners, before }: { readonly owners: readonly JsonObject[]; readonly before: readonly JsonObject[] },
): Promise<void> {
  const { definition, subresource, namespace, user } = write;
  const { group, version, resource } = definition;
  const ask = (verb: string, asked: NonNullable<AccessReview['resource']>) =>
    cluster.decide({ user, verb, resource: asked });
  if (write.operation !== 'CREATE') {
    const own = { group, version, resource, subresource, namespace, name: write.name };
    const { decision, reason } = await ask('delete', own);
    if (decision !== 'allow') {
      throw refused(write, `cannot set an ownerRef on a resource you can't delete: ${reason}, <nil>`);
    }
  }
  const blocking = owners.filter(
    (owner) => holdsBack(owner) && !before.some((old) => isSameHold(old, owner)),
  );
  if (blocking.length === 0) return;
  const anything = {
    group: '*',
    version: '*',
    resource: '*',
    subresource: 'finalizers',
    namespace: '',
    name: '*',
  };
  if ((await ask('update', anything)).decision === 'allow') return;
  for (const owner of blocking) {
    const [ownerGroup, ownerVersion] = splitApiVersion(textAt(owner, 'apiVersion'));
    const kind = textAt(owner, 'kind');
    const found = cluster.kind(ownerGroup, ownerVersion, kind);
    if (!found) {
      const which = `APIVersion ${textAt(owner, 'apiVersion')} Kind ${kind}`;
      const why = `no matches for kind "${kind}" in version "${textAt(owner, 'apiVersion')}"`;
      throw refused(
        write,
        `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for ${which}: ${why}`,
      );
    }
    const finalizers = {
      group: found.group,
      version: found.version,
      resource: found.resource,
      subresource: 'finalizers',
      namespace: found.namespaced ? namespace : '',
      name: textAt(owner, 'name'),
    };
    const { decision, reason } = await ask('update', finalizers);
    if (decision === 'allow') continue;
    const why = "an ownerReference refers to a resource you can't set finalizers on";
    throw refused(write, `cannot set blockOwnerDeletion if ${why}: ${reason}, <nil>`);
  }
}

function holdsBack(owner: JsonObject): boolean {
  return owner['blockOwnerDeletion'] === true;
}

function isSameHold(old: JsonObject, owner: JsonObject): boolean {
  return textAt(old, 'uid') === textAt(owner, 'uid') && holdsBack(old);
}

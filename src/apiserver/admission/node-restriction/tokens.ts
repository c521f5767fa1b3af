import { type ClusterView, refused, type Write } from '../../../apimachinery/admission.ts';
import { nameOf, objectAt, objectsAt, textAt, textsAt } from '../../../apimachinery/read.ts';
import { notFound } from '../../../apimachinery/status.ts';
import type { JsonObject } from '../../../base/index.ts';

/** A node gets tokens of accounts for the pods on it, and for audiences that those pods name. */
export async function restrictToken(node: string, write: Write, cluster: ClusterView): Promise<void> {
  if (write.operation !== 'CREATE' || write.subresource !== 'token') return;
  const ref = objectAt(write.object, 'spec', 'boundObjectRef');
  const name = textAt(ref, 'name');
  if (textAt(ref, 'apiVersion') !== 'v1' || textAt(ref, 'kind') !== 'Pod' || name === '') {
    throw refused(write, 'node requested token not bound to a pod');
  }
  const uid = textAt(ref, 'uid');
  if (uid === '') throw refused(write, 'node requested token with a pod binding without a uid');
  const { namespace } = write;
  const pod = await cluster.find({ group: '', resource: 'pods', namespace }, name);
  if (!pod) throw notFound({ group: '', resource: 'pod', name });
  if (textAt(pod, 'metadata', 'uid') !== uid) {
    const why = 'The object might have been deleted and then recreated';
    throw refused(
      write,
      `the UID in the bound object reference (${uid}) does not match the UID in record. ${why}`,
    );
  }
  if (textAt(pod, 'spec', 'nodeName') !== node) {
    throw refused(write, 'node requested token bound to a pod scheduled on a different node');
  }
  await checkAudience(write, cluster, pod);
}

async function checkAudience(write: Write, cluster: ClusterView, pod: JsonObject): Promise<void> {
  const { namespace, user } = write;
  const audiences = textsAt(write.object, 'spec', 'audiences');
  if (audiences.length > 1) throw refused(write, 'node may only request 0 or 1 audiences');
  const [audience = ''] = audiences;
  if (await isNamedBy(pod, audience, { namespace, cluster })) return;
  const asked = {
    group: '',
    version: 'v1',
    resource: audience,
    subresource: '',
    namespace,
    name: write.pathName,
  };
  const review = { user, verb: 'request-serviceaccounts-token-audience', resource: asked };
  if ((await cluster.decide(review)).decision === 'allow') return;
  const why = `${user.username} is not authorized to request tokens for this audience`;
  throw refused(write, `audience "${audience}" not found in pod spec volume, ${why}`);
}

async function isNamedBy(
  pod: JsonObject,
  audience: string,
  { namespace, cluster }: { readonly namespace: string; readonly cluster: ClusterView },
): Promise<boolean> {
  for (const volume of objectsAt(pod, 'spec', 'volumes')) {
    const projected = objectsAt(volume, 'projected', 'sources').some(
      ({ serviceAccountToken: token }) => token !== undefined && textAt(token, 'audience') === audience,
    );
    if (projected) return true;
    const driver = await driverOf(pod, volume, { namespace, cluster });
    if (driver === '') continue;
    const found = await cluster.find(
      { group: 'storage.k8s.io', resource: 'csidrivers', namespace: '' },
      driver,
    );
    if (objectsAt(found, 'spec', 'tokenRequests').some((each) => textAt(each, 'audience') === audience))
      return true;
  }
  return false;
}

/** The CSI driver of a volume, also by way of its claim; '' for others. */
async function driverOf(
  pod: JsonObject,
  volume: JsonObject,
  { namespace, cluster }: { readonly namespace: string; readonly cluster: ClusterView },
): Promise<string> {
  const inline = textAt(volume, 'csi', 'driver');
  if (inline !== '') return inline;
  const ephemeral = volume['ephemeral'] === undefined ? '' : `${nameOf(pod)}-${textAt(volume, 'name')}`;
  const claimName = textAt(volume, 'persistentVolumeClaim', 'claimName') || ephemeral;
  if (claimName === '') return '';
  const claim = await cluster.find({ group: '', resource: 'persistentvolumeclaims', namespace }, claimName);
  const name = textAt(claim, 'spec', 'volumeName');
  const persistent =
    name && (await cluster.find({ group: '', resource: 'persistentvolumes', namespace: '' }, name));
  return textAt(persistent || undefined, 'spec', 'csi', 'driver');
}

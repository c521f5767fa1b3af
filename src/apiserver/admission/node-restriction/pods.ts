import { type ClusterView, refused, type Write } from '../../../apimachinery/admission.ts';
import { labelsOf } from '../../../apimachinery/metadata.ts';
import { at, nameOf, objectAt, objectsAt, textAt } from '../../../apimachinery/read.ts';
import { notFound } from '../../../apimachinery/status.ts';
import { type JsonObject, jsonEqual } from '../../../base/index.ts';
import { referenceOf } from './references.ts';

/** A node mirrors its static pods, and tells of, evicts and ends the pods on it. */
export async function restrictPod(node: string, write: Write, cluster: ClusterView): Promise<void> {
  const { subresource, operation } = write;
  switch (subresource) {
    case '':
      if (operation === 'CREATE') return restrictMirror(node, write, cluster);
      if (operation === 'DELETE')
        return checkOwn(write, write.old, `node "${node}" can only delete pods`, node);
      throw refused(
        write,
        `unexpected operation "UPDATE", node "${node}" can only create and delete mirror pods`,
      );
    case 'status':
      return restrictStatus(node, write);
    case 'eviction': {
      const name = write.pathName || nameOf(write.object ?? {});
      if (name === '') throw refused(write, 'could not determine pod from request data');
      const place = { group: '', resource: 'pods', namespace: write.namespace };
      const pod = await cluster.find(place, name);
      if (!pod) throw notFound({ group: '', resource: 'pod', name });
      return checkOwn(write, pod, `node ${node} can only evict pods`, node);
    }
    default: {
      const shown = JSON.stringify(subresource);
      throw refused(write, `unexpected pod subresource ${shown}, only 'status' and 'eviction' are allowed`);
    }
  }
}

function checkOwn(write: Write, pod: JsonObject | undefined, what: string, node: string): void {
  if (textAt(pod, 'spec', 'nodeName') === node) return;
  throw refused(write, `${what} with spec.nodeName set to itself`);
}

const mirror = 'kubernetes.io/config.mirror';

async function restrictMirror(node: string, write: Write, cluster: ClusterView): Promise<void> {
  const pod = write.object ?? {};
  const can = `node "${node}" can only create`;
  if (at(objectAt(pod, 'metadata', 'annotations'), mirror) === undefined) {
    throw refused(write, `pod does not have "${mirror}" annotation, ${can} mirror pods`);
  }
  checkOwn(write, pod, `${can} pods`, node);
  const owners = objectsAt(pod, 'metadata', 'ownerReferences');
  const [owner] = owners;
  if (owners.length > 1) throw refused(write, `${can} pods with a single owner reference set to itself`);
  const isNode = textAt(owner, 'apiVersion') === 'v1' && textAt(owner, 'kind') === 'Node';
  if (!owner || !isNode || textAt(owner, 'name') !== node) {
    throw refused(write, `${can} pods with an owner reference set to itself`);
  }
  if (owner['controller'] !== true) {
    throw refused(write, `${can} pods with a controller owner reference set to itself`);
  }
  if (owner['blockOwnerDeletion'] === true) {
    throw refused(write, `node "${node}" must not set blockOwnerDeletion on an owner reference`);
  }
  const found = await cluster.find({ group: '', resource: 'nodes', namespace: '' }, node);
  if (!found) throw notFound({ group: '', resource: 'node', name: node });
  const [expected, actual] = [textAt(owner, 'uid'), textAt(found, 'metadata', 'uid')];
  if (expected !== actual) {
    throw refused(write, `node ${node} UID mismatch: expected ${expected} got ${actual}`);
  }
  const reference = referenceOf(pod);
  if (reference !== undefined) {
    throw refused(write, `node "${node}" can not create pods that reference ${reference}`);
  }
}

function restrictStatus(node: string, write: Write): void {
  const { operation, object = {}, old = {} } = write;
  if (operation !== 'UPDATE') throw refused(write, `unexpected operation ${JSON.stringify(operation)}`);
  checkOwn(write, old, `node "${node}" can only update pod status for pods`, node);
  if (!jsonEqual(labelsOf(object) ?? {}, labelsOf(old) ?? {})) {
    throw refused(write, `node "${node}" cannot update labels through pod status`);
  }
  const claims = (pod: JsonObject) => [...objectsAt(pod, 'status', 'resourceClaimStatuses')];
  if (!jsonEqual(claims(object), claims(old))) {
    throw refused(write, `node "${node}" cannot update resource claim statues`);
  }
  const extended = (pod: JsonObject) => at(pod, 'status', 'extendedResourceClaimStatus') ?? null;
  if (!jsonEqual(extended(object), extended(old))) {
    throw refused(write, `node "${node}" cannot update extended resource claim status`);
  }
}

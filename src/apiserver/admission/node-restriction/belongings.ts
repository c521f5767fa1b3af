import { refused, toldName, type Write } from '../../../apimachinery/admission.ts';
import { nameOf, textAt } from '../../../apimachinery/read.ts';
import { readRequest } from '../../../http/certificates/request.ts';

/** Leases of nodes lie in a namespace of their own and have the nodes' names. */
export function restrictLease(node: string, write: Write): void {
  if (write.namespace !== 'kube-node-lease') {
    throw refused(write, 'can only access leases in the "kube-node-lease" system namespace');
  }
  if (nameIn(write) !== node) {
    throw refused(write, 'can only access node lease with the same name as the requesting node');
  }
}

/** What a node says of its drivers has the node's name. */
export function restrictNamed(node: string, write: Write): void {
  if (nameIn(write) === node) return;
  throw refused(write, `can only access ${write.definition.kind} with the same name as the requesting node`);
}

/** What a node has to offer stands in slices that name it. */
export function restrictSlice(node: string, write: Write): void {
  const { operation, object, old } = write;
  if (operation === 'UPDATE' || textAt(operation === 'CREATE' ? object : old, 'spec', 'nodeName') === node)
    return;
  const verb = operation === 'CREATE' ? 'create' : 'delete';
  throw refused(write, `can only ${verb} ResourceSlice with the same NodeName as the requesting node`);
}

const nodeSigners = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet'];

/** A node asks for certificates in its own name. */
export function restrictRequest(node: string, write: Write): void {
  const { operation, object } = write;
  if (operation !== 'CREATE' || !nodeSigners.includes(textAt(object, 'spec', 'signerName'))) return;
  const request = readRequest(textAt(object, 'spec', 'request'));
  if (request instanceof Error) throw refused(write, `unable to parse csr: ${request.message}`);
  if (request.commonName === `system:node:${node}`) return;
  throw refused(write, `can only create a node CSR with CN=system:node:${node}`);
}

/** New objects say their names themselves. */
function nameIn(write: Write): string {
  const { operation, object } = write;
  return operation === 'CREATE' && object ? nameOf(object) : toldName(write);
}

import {
  type AdmissionStep,
  type ClusterView,
  refused,
  resourceKey,
  type Write,
} from '../../../apimachinery/admission.ts';
import type { UserInfo } from '../../../apimachinery/contract.ts';
import { restrictLease, restrictNamed, restrictRequest, restrictSlice } from './belongings.ts';
import { restrictClaim } from './claims.ts';
import { restrictNode } from './node.ts';
import { restrictPod } from './pods.ts';
import { restrictToken } from './tokens.ts';

/** Throws 403 for what the node of this name may not do. */
export type Restriction = (node: string, write: Write, cluster: ClusterView) => Promise<void> | void;

const restrictions = new Map<string, Restriction>([
  ['/pods', restrictPod],
  ['/nodes', restrictNode],
  ['/persistentvolumeclaims', restrictClaim],
  ['/serviceaccounts', restrictToken],
  ['coordination.k8s.io/leases', restrictLease],
  ['storage.k8s.io/csinodes', restrictNamed],
  ['resource.k8s.io/resourceslices', restrictSlice],
  ['certificates.k8s.io/certificatesigningrequests', restrictRequest],
]);

/** Nodes write what is theirs: themselves, their leases, the pods on them and what those use. */
export const nodeRestriction: AdmissionStep = {
  name: 'NodeRestriction',
  concerns: ({ definition, operation }) =>
    operation !== 'CONNECT' && restrictions.has(resourceKey(definition)),
  mutate(write, cluster) {
    const node = nodeNameOf(write.user);
    if (node === undefined) return undefined;
    if (node === '')
      throw refused(write, `could not determine node from user ${JSON.stringify(write.user.username)}`);
    return restrictions.get(resourceKey(write.definition))?.(node, write, cluster);
  },
};

const prefix = 'system:node:';

/** Undefined for who is no node. */
function nodeNameOf({ username, groups }: UserInfo): string | undefined {
  const isNode = username.startsWith(prefix) && groups.includes('system:nodes');
  return isNode ? username.slice(prefix.length) : undefined;
}

import type { JsonObject } from '../../../src/base/index.ts';
import { core, object, patch, pod, post, put, remove, service } from './asks.ts';
import type { Ask, Conversation } from './play.ts';

const pods = core('pods');
const nodes = '/api/v1/nodes';
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

const asNode = (ask: Ask): Ask => ({ ...ask, as: { user: 'system:node:talk-node', group: 'system:nodes' } });
const asUser = (ask: Ask): Ask => ({ ...ask, as: { user: 'talker', group: 'talkers' } });

/** Rights for a group: what is asked for is up to admission alone. */
const mayAll = (name: string, group: string, role = 'cluster-admin'): Ask => ({
  ...post(
    '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', name, {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
    }),
  ),
  unheard: true,
});

const forget = (name: string): Ask => ({
  ...remove(`/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`),
  unheard: true,
});

function mirror(name: string, spec: JsonObject = {}, metadata: JsonObject = {}) {
  return pod(
    name,
    { nodeName: 'talk-node', ...spec },
    { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' }, ...metadata } },
  );
}

const owner = { apiVersion: 'v1', kind: 'Node', name: 'talk-node', uid: 'wrong', controller: true };
const uid = '11111111-1111-1111-1111-111111111111';
const block = (kind: string, apiVersion = 'v1', blockOwnerDeletion = true) => ({
  metadata: { ownerReferences: [{ apiVersion, kind, name: 'o', uid, blockOwnerDeletion }] },
});

/** What plug-ins do that are off unless somebody switches them on. */
export const switchedConversations: readonly Conversation[] = [
  {
    name: 'services with addresses of their own',
    asks: [
      post(core('services'), service('outside', { externalIPs: ['1.2.3.4'] })),
      { ...post(core('services'), service('inside')), unheard: true },
      patch(core('services/inside'), { spec: { externalIPs: ['1.2.3.4'] } }),
    ],
  },
  {
    name: 'images, and devices',
    asks: [
      post(
        pods,
        pod('p', {
          containers: [
            {
              name: 'c',
              image: 'i:1',
              imagePullPolicy: 'Never',
              resources: { limits: { 'b.example/gpu': '1', 'a.example/tpu': '1', cpu: '1' } },
            },
          ],
          initContainers: [{ name: 'i', image: 'i:1', imagePullPolicy: 'IfNotPresent' }],
          tolerations: [{ key: 'b.example/gpu', operator: 'Exists', effect: 'NoSchedule' }],
        }),
      ),
      patch(`${pods}/p`, { spec: { containers: [{ name: 'c', image: 'i:2' }] } }, 'strategic'),
      patch(`${pods}/p`, { metadata: { labels: { a: 'b' } } }),
    ],
  },
  {
    name: 'owners',
    asks: [
      {
        ...post(
          '/apis/rbac.authorization.k8s.io/v1/clusterroles',
          object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'talk-editor', {
            rules: [
              { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'patch', 'update'] },
              { apiGroups: [''], resources: ['pods/finalizers'], verbs: ['update'] },
            ],
          }),
        ),
        unheard: true,
      },
      mayAll('talk-editors', 'talkers', 'talk-editor'),
      { ...asUser(post(core('configmaps?dryRun=All'), object('v1', 'ConfigMap', 'known'))), until: 201 },
      asUser(post(core('configmaps'), object('v1', 'ConfigMap', 'a', block('Pod', 'v1', false)))),
      asUser(post(core('configmaps'), object('v1', 'ConfigMap', 'b', block('Pod')))),
      asUser(post(core('configmaps'), object('v1', 'ConfigMap', 'c', block('Node')))),
      asUser(post(core('configmaps'), object('v1', 'ConfigMap', 'd', block('Thing', 'example.com/v1')))),
      asUser(patch(core('configmaps/a'), block('Pod'))),
      asUser(patch(core('configmaps/a'), { data: { a: 'b' } })),
      post(core('configmaps'), object('v1', 'ConfigMap', 'e', block('Thing', 'example.com/v1'))),
      forget('talk-editors'),
      { ...remove('/apis/rbac.authorization.k8s.io/v1/clusterroles/talk-editor'), unheard: true },
    ],
  },
  {
    name: 'a node and what is its own',
    asks: [
      mayAll('talk-nodes', 'system:nodes'),
      { ...asNode(post(`${nodes}?dryRun=All`, object('v1', 'Node', 'talk-node'))), until: 201 },
      asNode(post(nodes, object('v1', 'Node', 'another'))),
      asNode(
        post(
          nodes,
          object('v1', 'Node', 'talk-node', {
            metadata: {
              labels: { 'node-restriction.kubernetes.io/a': 'b', 'kubernetes.io/role': 'x', mine: 'y' },
            },
          }),
        ),
      ),
      asNode(
        post(
          nodes,
          object('v1', 'Node', 'talk-node', {
            metadata: { labels: { 'kubernetes.io/hostname': 'h', 'x.node.kubernetes.io/a': 'b', mine: 'y' } },
          }),
        ),
      ),
      asNode(patch(`${nodes}/talk-node`, { metadata: { labels: { 'k8s.io/a': 'b' } } })),
      asNode(patch(`${nodes}/talk-node`, { spec: { taints: [{ key: 'a', effect: 'NoExecute' }] } })),
      asNode(patch(`${nodes}/talk-node`, { metadata: { ownerReferences: [{ ...owner, uid }] } })),
      asNode(patch(`${nodes}/talk-node/status`, { status: { capacity: { cpu: '1' } } })),
      asNode(remove(`${nodes}/another`)),
      asNode(
        post(
          core('leases').replace('/api/v1', '/apis/coordination.k8s.io/v1'),
          object('coordination.k8s.io/v1', 'Lease', 'talk-node'),
        ),
      ),
      asNode(post(leases, object('coordination.k8s.io/v1', 'Lease', 'another'))),
      asNode(
        post(
          '/apis/storage.k8s.io/v1/csinodes',
          object('storage.k8s.io/v1', 'CSINode', 'another', { spec: { drivers: [] } }),
        ),
      ),
      asNode(post(core('persistentvolumeclaims'), object('v1', 'PersistentVolumeClaim', 'c', { spec: {} }))),
    ],
  },
  {
    name: 'a node and its pods',
    asks: [
      { ...post(pods, pod('elsewhere', { nodeName: 'another' })), unheard: true },
      { ...post(pods, pod('here', { nodeName: 'talk-node' })), unheard: true },
      asNode(post(pods, pod('no-mirror', { nodeName: 'talk-node' }))),
      asNode(post(pods, mirror('elsewhere', { nodeName: 'another' }))),
      asNode(post(pods, mirror('nobodys'))),
      asNode(
        post(
          pods,
          mirror('two', {}, { ownerReferences: [owner, { ...owner, controller: false, name: 'b' }] }),
        ),
      ),
      asNode(post(pods, mirror('of-another', {}, { ownerReferences: [{ ...owner, name: 'b' }] }))),
      asNode(post(pods, mirror('loose', {}, { ownerReferences: [{ ...owner, controller: false }] }))),
      asNode(post(pods, mirror('held', {}, { ownerReferences: [{ ...owner, blockOwnerDeletion: true }] }))),
      asNode(patch(`${pods}/here`, { metadata: { labels: { a: 'b' } } })),
      asNode(patch(`${pods}/here/status`, { metadata: { labels: { a: 'b' } } })),
      asNode(patch(`${pods}/elsewhere/status`, { status: { message: 'm' } })),
      asNode(remove(`${pods}/elsewhere`)),
      asNode(post(`${pods}/elsewhere/eviction`, object('policy/v1', 'Eviction', 'elsewhere'))),
      asNode(
        post(`${pods}/here/binding`, {
          ...object('v1', 'Binding', 'here'),
          target: { kind: 'Node', name: 'n' },
        }),
      ),
      asNode(put(`${pods}/here/ephemeralcontainers`, pod('here', { nodeName: 'talk-node' }))),
      { ...post(core('serviceaccounts'), object('v1', 'ServiceAccount', 'a')), unheard: true },
      asNode(
        post(core('serviceaccounts/a/token'), {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { audiences: [] },
        }),
      ),
      asNode(
        post(core('serviceaccounts/a/token'), {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { audiences: ['x'], boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'here' } },
        }),
      ),
      asNode(
        post(core('serviceaccounts/a/token'), {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { audiences: ['x'], boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'here', uid } },
        }),
      ),
      { ...remove(`${nodes}/talk-node`), unheard: true },
      forget('talk-nodes'),
    ],
  },
];

import type { JsonObject } from '../../../src/base/index.ts';
import {
  apps,
  batch,
  configMap,
  core,
  cronJob,
  deployment,
  object,
  patch,
  pod,
  post,
  put,
  service,
} from './asks.ts';
import type { Conversation } from './play.ts';

const maps = core('configmaps');
const kib = 1024;
const long = (length: number) => 'a'.repeat(length);

const labelled = (name: string, labels: JsonObject): JsonObject => configMap(name, { metadata: { labels } });
const annotated = (name: string, annotations: JsonObject): JsonObject =>
  configMap(name, { metadata: { annotations } });

/** What is too long or too much. */
export const sizeConversations: readonly Conversation[] = [
  {
    name: 'metadata',
    asks: [
      post(maps, configMap('a')),
      post(maps, annotated('b', { big: long(256 * kib) })),
      post(maps, annotated('b', { one: long(128 * kib), two: long(128 * kib) })),
      patch(`${maps}/a`, { metadata: { annotations: { big: long(256 * kib) } } }),
      patch(`${maps}/a?fieldManager=m`, annotated('a', { big: long(256 * kib) }), 'apply'),
      post(maps, annotated('b', { [long(64)]: 'x' })),
      post(maps, annotated('b', { [`${long(254)}/x`]: 'x' })),
      post(maps, annotated('b', { [`${long(253)}/x`]: 'x', 'a/b/c': 'x', '/x': 'x', 'x/': 'x', '': 'x' })),
      post(maps, labelled('b', { [long(64)]: 'x' })),
      post(maps, labelled('b', { a: long(64) })),
      post(maps, labelled('b', { a: long(63), [`${long(63)}.${long(63)}/x`]: '' })),
      post(maps, labelled('c', { [`${long(64)}.b/x`]: '' })),
      post(maps, labelled('c', { [long(300)]: long(300) })),
      post(maps, configMap(long(254))),
      post(maps, configMap(`${long(63)}.${long(63)}.${long(63)}.${long(61)}`)),
      post(maps, configMap(long(64))),
      post(maps, configMap('c', { metadata: { finalizers: [`${long(64)}/x`, `a.b/${long(64)}`] } })),
      post(
        maps,
        configMap('c', {
          metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: long(300), uid: 'u' }] },
        }),
      ),
      post(maps, configMap('c', { data: { [long(254)]: '' } })),
      post(maps, configMap('c', { data: { [long(253)]: '' } })),
      post(`${maps}?fieldManager=${long(129)}`, configMap('d')),
    ],
  },
  {
    name: 'data',
    asks: [
      post(maps, configMap('a')),
      post(maps, configMap('b', { data: { x: long(kib * kib + 1) } })),
      post(maps, configMap('b', { data: { x: long(kib * kib), y: 'a' } })),
      post(maps, configMap('b', { binaryData: { x: Buffer.alloc(kib * kib + 1).toString('base64') } })),
      post(maps, configMap('b', { data: { x: long(kib * kib) }, binaryData: { y: 'YQ==' } })),
      put(`${maps}/a`, configMap('a', { data: { x: long(kib * kib + 1) } })),
      patch(`${maps}/a`, { data: { x: long(kib * kib + 1) } }),
      patch(`${maps}/a`, { data: { x: long(kib * kib + 1) } }, 'strategic'),
      patch(`${maps}/a`, [{ op: 'add', path: '/data', value: { x: long(kib * kib + 1) } }], 'json'),
      patch(`${maps}/a?fieldManager=m`, configMap('a', { data: { x: long(kib * kib + 1) } }), 'apply'),
      post(core('secrets'), object('v1', 'Secret', 'b', { stringData: { x: long(kib * kib + 1) } })),
      post(
        core('secrets'),
        object('v1', 'Secret', 'b', { data: { x: Buffer.alloc(kib * kib + 1).toString('base64') } }),
      ),
      post(maps, configMap('b', { data: { x: long(3 * kib * kib) } })),
      put(`${maps}/a`, configMap('a', { data: { x: long(3 * kib * kib) } })),
      patch(`${maps}/a`, { data: { x: long(3 * kib * kib) } }),
      patch(`${maps}/a?fieldManager=m`, configMap('a', { data: { x: long(3 * kib * kib) } }), 'apply'),
      patch(
        `${maps}/a`,
        Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'ConfigMap' })),
        'json',
      ),
      patch(`${maps}/a`, [{ op: 'add', path: '/data', value: { x: 'y' } }], 'json'),
    ],
  },
  {
    name: 'names of kinds',
    asks: [
      post('/api/v1/namespaces', object('v1', 'Namespace', long(64))),
      post('/api/v1/namespaces', object('v1', 'Namespace', 'a.b')),
      post(core('services'), service(long(64))),
      post(core('services'), service('1a')),
      post(core('pods'), pod(long(254))),
      post(core('pods'), pod('p', { containers: [{ name: long(64), image: 'i' }] })),
      post(core('pods'), pod('p', { hostname: long(64), subdomain: long(64) })),
      post(core('pods'), pod('p', { volumes: [{ name: long(64), emptyDir: {} }] })),
      post(
        core('pods'),
        pod('p', { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 1, name: long(16) }] }] }),
      ),
      post(
        core('pods'),
        pod('p', { containers: [{ name: 'c', image: long(3000), env: [{ name: long(3000), value: 'x' }] }] }),
      ),
      post(core('pods'), pod('p', { nodeSelector: { [long(64)]: long(64) } })),
      post(core('serviceaccounts'), object('v1', 'ServiceAccount', long(254))),
      post(apps('deployments'), deployment(long(254))),
      post(
        apps('deployments'),
        deployment('d', {
          template: {
            metadata: { labels: { a: 'b', c: long(64) } },
            spec: { containers: [{ name: 'c', image: 'i' }] },
          },
        }),
      ),
      post(batch('cronjobs'), cronJob(long(53))),
      post(batch('cronjobs'), cronJob('c', { timeZone: long(300) })),
      post(
        '/apis/rbac.authorization.k8s.io/v1/clusterroles',
        object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'a/b'),
      ),
      post('/api/v1/nodes', object('v1', 'Node', long(254))),
    ],
  },
];

import { apps, configMap, core, deployment, get, object, patch, pod, post, put, remove } from './asks.ts';
import type { Ask, Conversation } from './play.ts';

const maps = core('configmaps');
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Every method on a path, with a body that would do. */
function everyMethod(path: string): Ask[] {
  return methods.map((method) => ({
    method,
    path,
    ...(method === 'PATCH' && { body: '{}', type: 'application/merge-patch+json' }),
    ...(method === 'POST' && { body: '{}' }),
    ...(method === 'PUT' && { body: '{}' }),
  }));
}

const accepts = [
  'text/plain',
  'text/html',
  'application/xml',
  'application/json;as=Table;g=meta.k8s.io;v=v1',
  'application/json;as=Table;g=meta.k8s.io;v=v2',
  'application/json;as=Table;g=foo;v=v1',
  'application/json;as=Foo;g=meta.k8s.io;v=v1',
  'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  'application/json;v=v1beta1;g=meta.k8s.io;as=Table',
  'application/json;stream=watch',
  'application/json;foo=bar',
  'application/json;charset=utf-8',
  'nonsense',
  '*/*',
  'application/*',
  'text/*',
  'application/json;q=0.5, text/plain',
  'text/plain, */*',
  'application/cbor',
];

/** Accepted by nobody. */
const refused = accepts.filter((_, at) => at < 3 || (at > 3 && at < 7));

/** What is there, what is not, which methods a path has, and in which forms it answers. */
export const paths: readonly Conversation[] = [
  {
    name: 'paths that lead nowhere',
    asks: [
      '/foo',
      '/api/v2',
      '/api/v2/pods',
      '/api/v1/foo',
      '/api/v1/foo/bar',
      '/api/v1/namespaces/{ns}/foo',
      '/api/v1/namespaces/{ns}/foo/bar',
      '/api/v1/namespaces/{ns}/nodes',
      '/api/v1/namespaces/{ns}/nodes/x',
      '/api/v1/pods/x',
      '/api/v1/namespaces/{ns}/configmaps/x/status',
      '/api/v1/namespaces/{ns}/configmaps/x/y/z',
      '/api/v1/namespaces/{ns}/pods/x/foo',
      '/apis/foo',
      '/apis/foo/v1',
      '/apis/foo/v1/bars',
      '/apis/apps/v2',
      '/apis/apps/v1/foo',
      '/apis/apps/v1/namespaces/{ns}/pods',
      '/apis/apps/v1beta1/deployments',
      '/apis/extensions/v1beta1/ingresses',
      '/apis/policy/v1beta1/poddisruptionbudgets',
      '/apis/batch/v1beta1/cronjobs',
      '/api/v1/namespaces/{ns}/bindings/x',
      '/api/v1/namespaces/{ns}/pods/x/binding',
      '/healthz/foo',
      '/version/foo',
      '/metrics/foo',
      '/openapi',
      '/openapi/v3/foo',
      '/openapi/v3/apis/foo/v1',
    ].map((path) => get(path)),
  },
  {
    name: 'every method on a collection, an object, their subresources and what is not there',
    asks: [
      post(maps, configMap('m')),
      post(apps('deployments'), deployment('d')),
      ...[
        `${maps}/m`,
        `${maps}/nope/status`,
        apps('deployments/d/status'),
        apps('deployments/d/scale'),
        apps('deployments/nope/scale'),
        core('pods/nope/binding'),
        core('pods/nope/eviction'),
        core('pods/nope/ephemeralcontainers'),
        core('pods/nope/log'),
        core('serviceaccounts/nope/token'),
        core('bindings'),
        '/apis/authentication.k8s.io/v1/tokenreviews',
        '/apis/authentication.k8s.io/v1/tokenreviews/x',
        '/apis/authorization.k8s.io/v1/subjectaccessreviews/x',
        '/apis/certificates.k8s.io/v1/certificatesigningrequests/nope/approval',
        '/api/v1/namespaces/nope/finalize',
        '/api/v1/foo',
        '/apis/foo/v1/bars/x',
      ].flatMap(everyMethod),
      ...everyMethod('/api/v1/configmaps').slice(1),
    ],
  },
  {
    name: 'methods on documents',
    asks: ['/api', '/apis', '/api/v1', '/apis/apps', '/apis/apps/v1', '/version', '/healthz', '/foo'].flatMap(
      (path) => everyMethod(path).slice(1),
    ),
  },
  {
    name: 'forms of an answer that there are not',
    asks: [
      post(maps, configMap('m')),
      ...accepts.map((accept) => get(`${maps}/m`, accept)),
      ...accepts.slice(0, 9).map((accept) => get(maps, accept)),
      ...accepts.slice(0, 9).map((accept) => get('/api/v1', accept)),
      ...accepts.slice(0, 4).map((accept) => get('/apis', accept)),
      ...accepts.slice(0, 4).map((accept) => get(`${maps}/nope`, accept)),
      ...refused.map((accept) => get(`${maps}?watch=1&timeoutSeconds=1&resourceVersion=9999999`, accept)),
      ...refused.map(
        (accept): Ask => ({
          ...post(
            '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
            object('authorization.k8s.io/v1', 'SelfSubjectAccessReview', '', {
              spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
            }),
          ),
          accept,
        }),
      ),
      ...accepts
        .slice(0, 9)
        .map((accept): Ask => ({ ...post(`${maps}?dryRun=All`, configMap('z')), accept })),
      ...accepts.slice(0, 9).map((accept): Ask => ({ ...remove(`${maps}/m?dryRun=All`), accept })),
    ],
  },
  {
    name: 'scales',
    asks: [
      post(apps('deployments'), deployment('d', { replicas: 2 })),
      get(apps('deployments/d/scale')),
      put(apps('deployments/d/scale'), ''),
      put(apps('deployments/d/scale'), {}),
      put(apps('deployments/d/scale'), object('autoscaling/v1', 'Scale', 'd')),
      put(apps('deployments/d/scale'), object('autoscaling/v1', 'Scale', 'e', { spec: { replicas: 3 } })),
      put(apps('deployments/d/scale'), object('autoscaling/v1', 'Scale', 'd', { spec: { replicas: 3 } })),
      put(apps('deployments/d/scale'), object('autoscaling/v1', 'Scale', 'd', { spec: { replicas: -1 } })),
      put(apps('deployments/d/scale'), object('autoscaling/v1', 'Scale', 'd', { spec: { replicas: 'x' } })),
      put(apps('deployments/d/scale'), object('autoscaling/v1', 'Scale', 'd', { spec: { foo: 1 } })),
      put(
        apps('deployments/d/scale'),
        object('autoscaling/v1', 'Scale', 'd', { metadata: { resourceVersion: '1' }, spec: { replicas: 1 } }),
      ),
      put(
        apps('deployments/d/scale'),
        object('autoscaling/v1', 'Scale', 'd', { metadata: { uid: 'x' }, spec: { replicas: 1 } }),
      ),
      put(apps('deployments/d/scale'), object('v1', 'Pod', 'd')),
      put(apps('deployments/d/scale'), deployment('d')),
      patch(apps('deployments/d/scale'), { spec: { replicas: 4 } }),
      patch(apps('deployments/d/scale'), { spec: { replicas: 4 } }, 'strategic'),
      patch(apps('deployments/d/scale'), { spec: { replicas: -4 } }),
      patch(apps('deployments/d/scale'), { spec: { replicas: 'x' } }),
      patch(apps('deployments/d/scale'), { spec: null }),
      patch(apps('deployments/d/scale'), [{ op: 'replace', path: '/spec/replicas', value: 7 }], 'json'),
      patch(apps('deployments/d/scale'), [{ op: 'test', path: '/spec/replicas', value: 1 }], 'json'),
      get(apps('deployments/nope/scale')),
      patch(apps('deployments/nope/scale'), { spec: { replicas: 4 } }),
    ],
  },
  {
    name: 'subresources of pods that are not there, and of what runs nowhere',
    asks: [
      get(core('pods/nope/log')),
      get(core('pods/nope/exec?command=ls')),
      get(core('pods/nope/attach')),
      get(core('pods/nope/portforward')),
      get(core('pods/nope/proxy')),
      get(core('services/nope/proxy')),
      get('/api/v1/nodes/nope/proxy'),
      post(core('pods'), pod('p')),
      get(core('pods/p/log')),
      get(core('pods/p/log?container=x')),
      get(core('pods/p/log?tailLines=-1')),
      get(core('pods/p/log?sinceSeconds=0')),
      get(core('pods/p/log?limitBytes=0')),
      post(core('pods/p/eviction'), object('policy/v1', 'Eviction', 'other')),
      post(core('pods/p/binding'), object('v1', 'Binding', 'p', { target: {} })),
      post(core('pods/nope/binding'), object('v1', 'Binding', 'nope', { target: { name: 'n' } })),
      post(core('pods/p/binding'), object('v1', 'Binding', 'p', { target: { kind: 'Node', name: 'n' } })),
      post(core('pods/p/binding'), object('v1', 'Binding', 'p', { target: { kind: 'Node', name: 'n' } })),
      post(core('serviceaccounts/nope/token'), object('authentication.k8s.io/v1', 'TokenRequest', '')),
    ],
  },
];

import type { JsonObject } from '../../../src/base/index.ts';
import { configMap, core, get, object, patch, pod, post, put } from './asks.ts';
import type { Conversation } from './play.ts';

/** Names that objects of JavaScript have by themselves. */
const words = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
const maps = core('configmaps');

/** Written as text: in an object literal `__proto__` is no member. */
function members(value: string): string {
  return `{${words.map((word) => `${JSON.stringify(word)}:${value}`).join(',')}}`;
}

function written(kind: string, name: string, rest: string): string {
  return `{"apiVersion":"v1","kind":"${kind}","metadata":{"name":"${name}"},${rest}}`;
}

const labelled = (name: string): string => {
  const labels = members('"x"').replace('"__proto__":"x",', '');
  return `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}","labels":${labels},"annotations":${labels}}}`;
};

const role = (name: string): JsonObject =>
  object('rbac.authorization.k8s.io/v1', 'Role', name, {
    rules: [
      { apiGroups: ['constructor'], resources: ['toString'], resourceNames: ['valueOf'], verbs: ['get'] },
    ],
  });

/** Words that mean something to JavaScript are names like all others. */
export const nameConversations: readonly Conversation[] = [
  {
    name: 'keys',
    asks: [
      post(maps, written('ConfigMap', 'a', `"data":${members('"x"')}`)),
      get(`${maps}/a`),
      get(maps),
      post(maps, written('ConfigMap', 'b', `"binaryData":${members('"eA=="')}`)),
      post(core('secrets'), written('Secret', 'a', `"stringData":${members('"x"')}`)),
      patch(`${maps}/a`, `{"data":${members('"y"')}}`),
      patch(`${maps}/a`, `{"data":${members('"z"')}}`, 'strategic'),
      patch(
        `${maps}/a`,
        `[${words.map((word) => `{"op":"add","path":"/data/${word}","value":"w"}`).join(',')}]`,
        'json',
      ),
      patch(`${maps}/a`, '[{"op":"remove","path":"/data/constructor"}]', 'json'),
      patch(`${maps}/a`, '{"data":{"__proto__":null,"toString":null}}'),
      patch(`${maps}/s?fieldManager=m`, written('ConfigMap', 's', `"data":${members('"x"')}`), 'apply'),
      patch(`${maps}/s?fieldManager=n`, written('ConfigMap', 's', `"data":${members('"y"')}`), 'apply'),
      patch(`${maps}/s?fieldManager=m`, written('ConfigMap', 's', '"data":{"valueOf":"x"}'), 'apply'),
      put(`${maps}/b`, written('ConfigMap', 'b', `"data":${members('"x"')}`)),
      patch(core('secrets/a'), `{"stringData":${members('"y"')}}`),
    ],
  },
  {
    name: 'labels and selectors',
    asks: [
      post(maps, labelled('l')),
      ...words.map((word) => get(`${maps}?labelSelector=${word}`)),
      get(`${maps}?labelSelector=constructor%3Dx,toString%20in%20(x)`),
      get(`${maps}?labelSelector=!hasOwnProperty`),
      get(`${maps}?fieldSelector=constructor%3Dx`),
      patch(`${maps}/l`, { metadata: { labels: { constructor: null } } }),
      patch(`${maps}/m?fieldManager=m`, labelled('m'), 'apply'),
      patch(`${maps}/m?fieldManager=constructor`, labelled('m'), 'apply'),
      post(core('pods'), pod('p', { nodeSelector: { constructor: 'a', valueOf: 'b' } })),
      post(
        core('services'),
        object('v1', 'Service', 's', {
          spec: { clusterIP: 'None', selector: { constructor: 'x' }, ports: [{ port: 1, name: 'valueof' }] },
        }),
      ),
    ],
  },
  {
    name: 'objects, namespaces, fields and paths',
    asks: [
      post(maps, configMap('constructor')),
      post(maps, configMap('valueof')),
      get(`${maps}/constructor`),
      get(`${maps}/toString`),
      get(`${maps}/constructor/toString`),
      get(core('pods/constructor/constructor')),
      get('/api/v1/constructor'),
      get('/apis/constructor/v1'),
      get('/apis/apps/constructor'),
      get('/apis/apps/v1/hasOwnProperty/__proto__'),
      get('/api/v1/namespaces/constructor/configmaps'),
      post(`${maps}?fieldValidation=Strict`, written('ConfigMap', 'x', members('"y"').slice(1, -1))),
      post(`${maps}?fieldValidation=Warn&dryRun=All`, written('ConfigMap', 'x', members('"y"').slice(1, -1))),
      post('/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles', role('constructor')),
      post(`${maps}?dryRun=constructor`, configMap('z')),
      post(`${maps}?fieldManager=constructor`, configMap('z', { data: { a: 'b' } })),
      post(core('pods'), pod('q', { priorityClassName: 'constructor' })),
      post(core('pods'), pod('q', { runtimeClassName: 'constructor' })),
      post(core('pods'), pod('q', { restartPolicy: 'constructor' })),
      get(core('pods/q/log?container=constructor')),
    ],
  },
];

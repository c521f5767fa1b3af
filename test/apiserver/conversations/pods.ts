import type { JsonObject } from '../../../src/base/index.ts';
import { container, core, get, object, patch, pod, post, remove } from './asks.ts';
import type { Ask, Conversation } from './play.ts';

const pods = core('pods');
const two = {
  containers: [container, { ...container, name: 'd' }],
  initContainers: [{ ...container, name: 'i' }],
};
const made = (name: string, spec: JsonObject = {}): Ask => ({
  ...post(pods, pod(name, spec)),
  unheard: true,
});
const status = (name: string, fields: JsonObject): Ask => ({
  ...patch(`${pods}/${name}/status`, { status: fields }),
  unheard: true,
});

const logOptions = [
  '',
  '?container=c',
  '?container=nope',
  '?tailLines=-1',
  '?tailLines=0',
  '?tailLines=x',
  '?limitBytes=0',
  '?limitBytes=1',
  '?sinceSeconds=0',
  '?sinceSeconds=1',
  '?sinceSeconds=5&sinceTime=2025-01-01T00:00:00Z',
  '?stream=Both',
  '?stream=Stdout',
  '?tailLines=-1&limitBytes=0&sinceSeconds=0',
];

const binding = (name: string, target: JsonObject, rest: JsonObject = {}) =>
  object('v1', 'Binding', name, { ...rest, target });

const evict = (name: string, rest: JsonObject = {}) =>
  post(`${pods}/${name}/eviction`, object('policy/v1', 'Eviction', name, rest));

const ready = (value: string): JsonObject => ({
  phase: 'Running',
  conditions: [{ type: 'Ready', status: value }],
});
const budget = (name: string, spec: JsonObject): Ask => ({
  ...post(
    '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets',
    object('policy/v1', 'PodDisruptionBudget', name, { spec }),
  ),
  unheard: true,
});
const labelled = (name: string, labels: JsonObject): Ask => ({
  ...post(pods, pod(name, {}, { metadata: { labels } })),
  unheard: true,
});
const gone: JsonObject = { deleteOptions: { gracePeriodSeconds: 0 } };

/** What is asked of a pod beside itself. */
export const podConversations: readonly Conversation[] = [
  {
    name: 'logs and streams of a pod without a node',
    asks: [
      made('a'),
      made('b', two),
      ...logOptions.map((options) => get(`${pods}/a/log${options}`)),
      get(`${pods}/b/log`),
      get(`${pods}/b/log?container=i`),
      get(`${pods}/nope/log`),
      get(`${pods}/a/exec?command=x`),
      get(`${pods}/a/exec?command=x&container=nope`),
      get(`${pods}/a/attach?dryRun=All`),
      get(`${pods}/b/attach`),
      get(`${pods}/nope/attach`),
      get(`${pods}/nope/portforward`),
      get(`${pods}/nope/proxy`),
      get('/api/v1/nodes/nope/proxy'),
      get(core('services/nope/proxy')),
      get(core('services/https:nope:443/proxy')),
    ],
  },
  {
    name: 'bindings',
    asks: [
      made('a'),
      post(`${pods}/a/binding`, binding('a', {})),
      post(`${pods}/a/binding`, binding('a', { kind: 'Pod', name: 'n' })),
      post(`${pods}/a/binding`, binding('a', { kind: 'Pod' })),
      post(`${pods}/a/binding`, binding('b', { name: 'n' })),
      post(`${pods}/nope/binding`, binding('nope', { name: 'n' })),
      get(`${pods}/a/binding`),
      post(`${pods}/a/binding?dryRun=All`, binding('a', { name: 'n' })),
      post(
        `${pods}/a/binding`,
        binding('a', { kind: 'Node', name: 'n' }, { metadata: { annotations: { x: 'y' } } }),
      ),
      post(`${pods}/a/binding`, binding('a', { name: 'm' })),
      post(core('bindings'), binding('a', { name: 'n' })),
      get(`${pods}/a`),
      { ...remove(`${pods}/a`, { gracePeriodSeconds: 30 }), unheard: true },
      post(`${pods}/a/binding`, binding('a', { name: 'm' })),
      { ...remove(`${pods}/a`, { gracePeriodSeconds: 0 }), unheard: true },
    ],
  },
  {
    name: 'evictions',
    asks: [
      evict('nope'),
      made('pending'),
      evict('pending', { deleteOptions: { dryRun: ['All'] } }),
      evict('pending', { deleteOptions: { preconditions: { uid: 'other' } } }),
      evict('pending', { deleteOptions: { preconditions: { resourceVersion: '1' } } }),
      evict('pending', { deleteOptions: { ignoreStoreReadErrorWithClusterBreakingPotential: true } }),
      evict('pending', gone),
      get(`${pods}/pending`),
      made('over', { nodeName: 'n' }),
      status('over', { phase: 'Failed' }),
      evict('over', gone),
      get(`${pods}/over`),
      labelled('guarded', { app: 'g' }),
      status('guarded', ready('True')),
      budget('g', { minAvailable: 1, selector: { matchLabels: { app: 'g' } } }),
      evict('guarded', gone),
      status('guarded', ready('False')),
      evict('guarded', gone),
      labelled('twice', { app: 't' }),
      status('twice', ready('True')),
      budget('t1', { minAvailable: 1, selector: { matchLabels: { app: 't' } } }),
      budget('t2', { minAvailable: 1, selector: { matchLabels: { app: 't' } } }),
      evict('twice', gone),
      labelled('free', { app: 'f' }),
      status('free', ready('True')),
      evict('free', gone),
      get(`${pods}/free`),
      get(`${pods}/guarded/eviction`),
      post(`${pods}/guarded/eviction`, object('policy/v1', 'Eviction', 'other')),
      { ...remove(pods, { gracePeriodSeconds: 0 }), unheard: true },
    ],
  },
];

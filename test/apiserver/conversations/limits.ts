import type { JsonObject } from '../../../src/base/index.ts';
import { core, object, patch, pod, post, remove } from './asks.ts';
import type { Conversation } from './play.ts';

const pods = core('pods');
const claims = core('persistentvolumeclaims');
const ranges = core('limitranges');

function range(name: string, ...limits: JsonObject[]) {
  return object('v1', 'LimitRange', name, { spec: { limits } });
}

function podOf(name: string, requests?: JsonObject, limits?: JsonObject, rest: JsonObject = {}) {
  const resources = { ...(requests && { requests }), ...(limits && { limits }) };
  return pod(name, { containers: [{ name: 'c', image: 'i', resources }], ...rest });
}

function claim(name: string, storage: string) {
  return object('v1', 'PersistentVolumeClaim', name, {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  });
}

const container = (name: string): JsonObject => ({ name, image: 'i' });

/** A pod that is refused as soon as the range is known: a real server takes its time. */
function known(path: string, refused: JsonObject) {
  return { ...post(`${path}?dryRun=All`, refused), until: 403 };
}

export const limitConversations: readonly Conversation[] = [
  {
    name: 'what containers get that say nothing',
    asks: [
      post(
        ranges,
        range('usual', {
          type: 'Container',
          default: { cpu: '500m', memory: '1Gi' },
          defaultRequest: { cpu: '0.1' },
          max: { cpu: '2' },
        }),
      ),
      known(pods, podOf('known', { cpu: '1' }, { cpu: '3' })),
      post(pods, podOf('nothing')),
      post(pods, podOf('some', { cpu: '200m' })),
      post(pods, podOf('limits', undefined, { cpu: '1', memory: '10M' })),
      post(
        pods,
        pod('several', {
          containers: [container('a'), container('b')],
          initContainers: [container('i'), { ...container('s'), restartPolicy: 'Always' }],
        }),
      ),
      post(pods, podOf('lower', { cpu: '700m' })),
    ],
  },
  {
    name: 'containers outside of what is allowed',
    asks: [
      post(
        ranges,
        range('bounds', {
          type: 'Container',
          min: { cpu: '100m', memory: '16Mi' },
          max: { cpu: '1', memory: '1Gi' },
          maxLimitRequestRatio: { cpu: '2' },
        }),
      ),
      known(pods, podOf('known', { cpu: '50m', memory: '64Mi' }, { cpu: '100m', memory: '64Mi' })),
      post(pods, podOf('below', { cpu: '10m', memory: '1Mi' }, { cpu: '20m', memory: '2Mi' })),
      post(pods, podOf('above', { cpu: '1', memory: '1Gi' }, { cpu: '1500m', memory: '1Gi' })),
      post(pods, podOf('ratio', { cpu: '0.3', memory: '64Mi' }, { cpu: '1', memory: '64Mi' })),
      post(pods, podOf('within', { cpu: '500m', memory: '64Mi' }, { cpu: '1', memory: '64Mi' })),
      post(pods, podOf('zero', { cpu: '0', memory: '64Mi' }, { cpu: '1', memory: '64Mi' })),
      patch(`${pods}/within`, { metadata: { labels: { a: 'b' } } }),
      patch(
        `${pods}/within/resize`,
        {
          spec: {
            containers: [{ name: 'c', resources: { limits: { cpu: '1200m' }, requests: { cpu: '600m' } } }],
          },
        },
        'strategic',
      ),
    ],
  },
  {
    name: 'pods as a whole',
    asks: [
      post(ranges, range('whole', { type: 'Pod', min: { cpu: '1' }, max: { cpu: '2', memory: '1Gi' } })),
      known(pods, podOf('known', { cpu: '1' }, { cpu: '3', memory: '1Gi' })),
      post(pods, podOf('unsaid', { memory: '1Mi' })),
      post(
        pods,
        pod('summed', {
          containers: ['a', 'b'].map((name) => ({
            name,
            image: 'i',
            resources: { requests: { cpu: '600m', memory: '1Mi' }, limits: { cpu: '900m', memory: '600Mi' } },
          })),
        }),
      ),
      post(
        pods,
        pod('initial', {
          containers: [{ name: 'a', image: 'i', resources: { limits: { cpu: '1', memory: '1Mi' } } }],
          initContainers: [
            {
              name: 's',
              image: 'i',
              restartPolicy: 'Always',
              resources: { limits: { cpu: '1', memory: '1Mi' } },
            },
            { name: 'i', image: 'i', resources: { limits: { cpu: '1500m', memory: '1Mi' } } },
          ],
        }),
      ),
      post(
        pods,
        podOf(
          'level',
          {},
          {},
          { resources: { requests: { cpu: '3' }, limits: { cpu: '3', memory: '2Gi' } } },
        ),
      ),
    ],
  },
  {
    name: 'claims',
    asks: [
      post(
        ranges,
        range('claims', { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '10Gi' } }),
      ),
      known(claims, claim('known', '11Gi')),
      post(claims, claim('small', '500Mi')),
      post(claims, claim('fits', '10Gi')),
      post(pods, podOf('unconcerned', { cpu: '100' })),
      remove(`${ranges}/claims`),
    ],
  },
];

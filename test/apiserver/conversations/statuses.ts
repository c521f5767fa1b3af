import type { JsonObject } from '../../../src/base/index.ts';
import { specimens } from '../every-kind.ts';
import { get, object, patch, post } from './asks.ts';
import type { Ask, Conversation } from './play.ts';

/** Others fill in a status by themselves, at a time of their own, or are served where another conversation changes them. */
const kinds = [
  'Pod',
  'Service',
  'ResourceQuota',
  'PersistentVolume',
  'ReplicationController',
  'DaemonSet',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'CronJob',
  'Ingress',
  'PodDisruptionBudget',
  'ResourceClaim',
  'ValidatingAdmissionPolicy',
  'VolumeAttachment',
];

const through = { metadata: { labels: { through: 'status' }, annotations: { through: 'status' } } };

function writes({ object: made, resource, namespaced }: (typeof specimens)[number]): readonly Ask[] {
  const apiVersion = String(made['apiVersion']);
  const home = `${apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`}/${namespaced ? 'namespaces/{ns}/' : ''}${resource}`;
  const path = `${home}/statuses`;
  const metadata = (made['metadata'] ?? {}) as JsonObject;
  const applied = object(apiVersion, String(made['kind']), 'statuses', {
    metadata: { labels: { applied: 'too' } },
    status: {},
  });
  return [
    post(`${home}?fieldManager=maker`, { ...made, metadata: { ...metadata, name: 'statuses' } }),
    patch(`${path}/status?fieldManager=observer`, through),
    patch(`${path}/status?fieldManager=observer`, { spec: { replicas: 5 }, ...through }),
    patch(`${path}/status?fieldManager=applier`, applied, 'apply'),
    get(path),
    { method: 'DELETE', path: `${path}?gracePeriodSeconds=0` },
    patch(path, { metadata: { finalizers: null } }),
  ];
}

/** What a write through `status` may change besides the status, and who owns it then. */
export const statusConversations: readonly Conversation[] = specimens
  .filter(({ object: { kind } }) => kinds.includes(String(kind)))
  .map((specimen) => ({
    name: `metadata of a ${specimen.object['kind']} that come with its status`,
    asks: writes(specimen),
  }));

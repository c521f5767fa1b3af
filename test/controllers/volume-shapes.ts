import assert from 'node:assert/strict';
import type { ClusterClient } from '../../src/apimachinery/client.ts';
import { eventObjects } from '../../src/controllers/kinds/core.ts';
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
} from '../../src/controllers/kinds/storage.ts';
import { eventually, eventuallyAll } from './harness.ts';

/** A claim of 1 GiB that names neither class nor volume. */
export const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { namespace: 'default', name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

export function volume(
  name: string,
  spec: Partial<PersistentVolume['spec']> = {},
  labels = {},
): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, labels },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '5Gi' },
      csi: { driver: 'disk.csi.azure.com', volumeHandle: name },
      persistentVolumeReclaimPolicy: 'Retain',
      ...spec,
    },
  };
}

export function claimFor(name: string, spec: Partial<PersistentVolumeClaim['spec']>): PersistentVolumeClaim {
  return { ...claim, metadata: { namespace: 'default', name }, spec: { ...claim.spec, ...spec } };
}

export async function volumePhase(
  client: ClusterClient,
  name: string,
  phase: string,
): Promise<PersistentVolume> {
  const found = await eventually(client, persistentVolumes, { name }, (one) => one?.status?.phase === phase);
  assert.ok(found);
  return found;
}

export async function claimPhase(
  client: ClusterClient,
  name: string,
  phase: string,
): Promise<PersistentVolumeClaim> {
  const place = { namespace: 'default', name };
  const found = await eventually(
    client,
    persistentVolumeClaims,
    place,
    (one) => one?.status?.phase === phase,
  );
  assert.ok(found);
  return found;
}

export function toldOf(client: ClusterClient, name: string, message: string): Promise<unknown> {
  const about = ({ involvedObject, message: said }: { involvedObject: { name?: string }; message: string }) =>
    involvedObject.name === name && said === message;
  return eventuallyAll(client, eventObjects, {}, (events) => events.some(about));
}

import type { ResourceRecord } from '../../../arm/index.ts';
import type { ClusterOrder } from '../../cluster-supply.ts';
import type { UpgradeSettings } from '../../container-service/managed-clusters/upgrade-settings.ts';
import {
  type UpgradeSubject,
  withProfile,
} from '../../container-service/managed-clusters/upgrade-subject.ts';
import { arcClusterIdOf } from '../../kubernetes/connected-clusters/record.ts';
import type { LoopParts } from '../../loop.ts';
import { controlPlanePool, nodeGroups, nodeNameOf, withChoices } from './record.ts';

/**
 * One machine more stands in for each node that is drained and replaced.
 * Source: https://learn.microsoft.com/azure/aks/aksarc/cluster-upgrade
 */
export const rolling: UpgradeSettings = {
  surge: 1,
  unavailable: 0,
  drainMinutes: 30,
  soakMinutes: 0,
  quarantines: false,
};

/** Clusters on Azure Local: the nodes of their control planes are replaced as those of pools are, and first. */
export function arcSubject(
  { random }: LoopParts,
  order: (record: ResourceRecord) => Promise<ClusterOrder>,
): UpgradeSubject {
  return {
    clusterIdOf: arcClusterIdOf,
    order,
    pools: nodeGroups,
    withPool(record, name, value) {
      if (name !== controlPlanePool) return withProfile(record, name, value);
      const { name: _own, ...controlPlane } = value;
      return { ...record, properties: { ...record.properties, controlPlane } };
    },
    nodeName: nodeNameOf,
    withChoices: (record) => withChoices(record, random),
    settings: () => rolling,
    isStopped: () => false,
  };
}

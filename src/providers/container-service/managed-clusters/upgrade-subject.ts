import type { ResourceRecord } from '../../../arm/index.ts';
import type { JsonObject, Random } from '../../../base/index.ts';
import type { ClusterOrder } from '../../cluster-supply.ts';
import { Fields } from '../../fields.ts';
import { nodePrefix } from './node-orders.ts';
import { nodeName } from './pool-nodes.ts';
import { powerOfPool } from './pools.ts';
import { clusterIdOf, clusterOrder } from './record.ts';
import { type UpgradeSettings, upgradeSettings } from './upgrade-settings.ts';

/** What an upgrade has to know of the kind of cluster whose nodes it replaces. */
export interface UpgradeSubject {
  clusterIdOf(record: ResourceRecord): string | undefined;
  /** What the cluster host is asked for while the record is as it is. */
  order(record: ResourceRecord): ClusterOrder | Promise<ClusterOrder>;
  /** Groups of nodes that are upgraded one after the other, each with its name and what its nodes have. */
  pools(record: ResourceRecord): readonly Fields[];
  /** The record with another value of one of them. */
  withPool(record: ResourceRecord, name: string, value: JsonObject): ResourceRecord;
  nodeName(record: ResourceRecord, pool: string, number: number): string;
  /** The record with what is chosen once for its nodes, e.g. their names. In the commit of the step that needs it. */
  withChoices(record: ResourceRecord): ResourceRecord;
  settings(pool: Fields): UpgradeSettings;
  /** A pool without nodes: it has its new version at once. */
  isStopped(pool: Fields): boolean;
}

/** Clusters of AKS. */
export function managedClusterSubject(random: Random): UpgradeSubject {
  return {
    clusterIdOf,
    order: (record) => clusterOrder(record, random).order,
    pools: (record) => new Fields(record.properties).objects('agentPoolProfiles'),
    withPool: withProfile,
    nodeName: (record, pool, number) => nodeName(nodePrefix(record, pool), number),
    withChoices: (record) => record,
    settings: upgradeSettings,
    isStopped: (pool) => powerOfPool(pool) === 'Stopped',
  };
}

/** The record with another value of the agent pool of a name. */
export function withProfile(record: ResourceRecord, name: string, value: JsonObject): ResourceRecord {
  const profiles = new Fields(record.properties).objects('agentPoolProfiles');
  const agentPoolProfiles = profiles.map((one) => (one.string('name') === name ? value : one.value));
  return { ...record, properties: { ...record.properties, agentPoolProfiles } };
}

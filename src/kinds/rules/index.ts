import type { KindRules } from '../built-in-kind.ts';
import * as cluster from './cluster.ts';
import * as configuration from './configuration.ts';
import { podRules } from './pods.ts';
import { serviceRules } from './services.ts';
import * as storage from './storage.ts';
import * as workloads from './workloads.ts';

/** Rules by `group/Kind`; kinds without an entry have metadata, stored form and defaults checked only. */
const rulesOf: Readonly<Record<string, KindRules>> = {
  '/ConfigMap': configuration.configMapRules,
  '/Endpoints': cluster.endpointsRules,
  '/Event': cluster.eventRules,
  '/LimitRange': cluster.limitRangeRules,
  '/Namespace': cluster.namespaceRules,
  '/Node': cluster.nodeRules,
  '/PersistentVolume': storage.volumeRules,
  '/PersistentVolumeClaim': storage.claimRules,
  '/Pod': podRules,
  '/PodTemplate': workloads.podTemplateRules,
  '/ReplicationController': workloads.replicationControllerRules,
  '/ResourceQuota': cluster.resourceQuotaRules,
  '/Secret': configuration.secretRules,
  '/Service': serviceRules,
  'events.k8s.io/Event': cluster.newEventRules,
};

const noRules: KindRules = {};

/** What a kind adds to the common course of a write. */
export function rulesFor(group: string, kind: string): KindRules {
  return rulesOf[`${group}/${kind}`] ?? noRules;
}

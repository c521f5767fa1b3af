import type { Cells } from '../built-in-kind.ts';
import { coreEvent } from '../versions.ts';
import * as cluster from './cluster.ts';
import * as core from './core.ts';
import * as network from './network.ts';
import { podCells } from './pods.ts';
import * as storage from './storage.ts';
import * as workloads from './workloads.ts';

/** Cells by `group/version/resource`, or `group/resource` when all versions print alike. */
const cellsOf: Readonly<Record<string, Cells>> = {
  '/componentstatuses': core.componentStatusCells,
  '/configmaps': core.configMapCells,
  '/endpoints': network.endpointsCells,
  '/events': core.eventCells,
  '/namespaces': core.namespaceCells,
  '/nodes': core.nodeCells,
  '/persistentvolumeclaims': storage.volumeClaimCells,
  '/persistentvolumes': storage.volumeCells,
  '/pods': podCells,
  '/podtemplates': workloads.podTemplateCells,
  '/replicationcontrollers': workloads.replicationControllerCells,
  '/resourcequotas': core.resourceQuotaCells,
  '/secrets': core.secretCells,
  '/serviceaccounts': core.serviceAccountCells,
  '/services': network.serviceCells,
  'events.k8s.io/events': (event) => core.eventCells(coreEvent(event)),
};

/** How objects of a resource are printed; kinds without an entry show Name and Created At. */
export function cellsFor(group: string, version: string, resource: string): Cells {
  return (
    cellsOf[`${group}/${version}/${resource}`] ??
    cellsOf[`${group}/${resource}`] ??
    cluster.nameAndCreatedCells
  );
}

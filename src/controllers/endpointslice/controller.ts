import { objectKey } from '../../apimachinery/kinds.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { pods, services } from '../kinds/core.ts';
import { endpointSlices } from '../kinds/discovery.ts';
import type { ClusterContext } from '../shared/context.ts';
import { managedBy, managerName, reconcileService, serviceNameLabel } from './reconcile.ts';

const byNamespace = 'namespace';
const byService = 'service';

/** Keeps the addresses of the pods behind each Service with a selector, as EndpointSlices and Endpoints. */
export function startEndpointSliceController(context: ClusterContext): Controller {
  const all = context.informers.of(services);
  const podInformer = context.informers.of(pods);
  const slices = context.informers.of(endpointSlices);
  all.addIndex(byNamespace, (service) => [service.metadata.namespace ?? '']);
  podInformer.addIndex(byNamespace, (pod) => [pod.metadata.namespace ?? '']);
  const serviceOf = (labels: { [key: string]: string } | undefined, namespace = '') => {
    const name = labels?.[serviceNameLabel];
    return name && labels?.[managedBy] === managerName ? `${namespace}/${name}` : undefined;
  };
  slices.addIndex(byService, ({ metadata }) => {
    const key = serviceOf(metadata.labels, metadata.namespace);
    return key ? [key] : [];
  });
  return runController({
    ...context,
    name: 'endpointslice',
    watches: [
      watchKeys(all, objectKey),
      watchKeys(podInformer, (pod) => {
        if (!pod.status?.podIP) return undefined;
        return all
          .byIndex(byNamespace, pod.metadata.namespace ?? '')
          .filter(
            ({ spec }) => spec.selector && matchesLabels({ matchLabels: spec.selector }, pod.metadata.labels),
          )
          .map(objectKey);
      }),
      // What somebody else makes of a slice does not stay.
      watchKeys(slices, ({ metadata }, previous) =>
        [metadata, previous?.metadata].flatMap((each) => serviceOf(each?.labels, metadata.namespace) ?? []),
      ),
    ],
    concurrency: 5,
    settleMs: 10,
    reconcile: (key) =>
      reconcileService(key, {
        ...context,
        services: all,
        slicesOf: (service) => slices.byIndex(byService, service),
        slices,
        podsIn: (namespace) => podInformer.byIndex(byNamespace, namespace),
      }),
  });
}

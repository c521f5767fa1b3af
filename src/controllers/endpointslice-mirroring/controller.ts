import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { services } from '../kinds/core.ts';
import { endpointSlices, endpoints } from '../kinds/discovery.ts';
import type { ClusterContext } from '../shared/context.ts';
import { mirrorName, ofMirror, reconcileMirror } from './reconcile.ts';

const byService = 'mirror';

/** Says in EndpointSlices what somebody wrote into the Endpoints of a Service without a selector. */
export function startEndpointSliceMirroring(context: ClusterContext): Controller {
  const all = context.informers.of(services);
  const written = context.informers.of(endpoints);
  const slices = context.informers.of(endpointSlices);
  slices.addIndex(byService, (slice) => {
    const key = ofMirror(slice);
    return key === undefined ? [] : [key];
  });
  return runController({
    ...context,
    name: mirrorName,
    watches: [
      watchKeys(all, objectKey),
      watchKeys(written, objectKey),
      watchKeys(slices, (slice) => ofMirror(slice)),
    ],
    concurrency: 5,
    settleMs: 10,
    reconcile: (key) =>
      reconcileMirror(key, {
        ...{ ...context, services: all, written, slices },
        slicesOf: (service) => slices.byIndex(byService, service),
      }),
  });
}

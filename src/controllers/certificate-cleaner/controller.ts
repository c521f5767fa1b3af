import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { certificateSigningRequests } from '../kinds/certificates.ts';
import type { ClusterContext } from '../shared/context.ts';
import { reconcileRequest } from './reconcile.ts';

/** Removes certificate signing requests that are done, denied, or that nobody answered. */
export function startCertificateCleaner(context: ClusterContext): Controller {
  const requests = context.informers.of(certificateSigningRequests);
  return runController({
    ...context,
    name: 'certificate-cleaner',
    watches: [watchKeys(requests, objectKey)],
    reconcile: (key) => reconcileRequest(key, { ...context, requests }),
  });
}

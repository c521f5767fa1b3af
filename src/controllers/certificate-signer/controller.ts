import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { certificateSigningRequests } from '../kinds/certificates.ts';
import type { ClusterAuthority } from '../shared/certificate-authority.ts';
import type { ClusterContext } from '../shared/context.ts';
import { reconcileApproved } from './reconcile.ts';

/** Signs what was approved and is asked of a signer of the cluster itself. */
export function startCertificateSigner(context: ClusterContext, authority: ClusterAuthority): Controller {
  const requests = context.informers.of(certificateSigningRequests);
  return runController({
    ...context,
    name: 'certificate-signer',
    watches: [watchKeys(requests, objectKey)],
    reconcile: (key) => reconcileApproved(key, { ...context, requests, authority }),
  });
}

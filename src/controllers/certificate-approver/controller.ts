import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { certificateSigningRequests } from '../kinds/certificates.ts';
import type { ClusterAuthority } from '../shared/certificate-authority.ts';
import type { ClusterContext } from '../shared/context.ts';
import { reconcileAsked } from './reconcile.ts';

/** Approves what a node asks as itself, and nodes that whoever may make them asks for. */
export function startCertificateApprover(
  context: ClusterContext,
  authority: Pick<ClusterAuthority, 'read'>,
): Controller {
  const requests = context.informers.of(certificateSigningRequests);
  return runController({
    ...context,
    name: 'certificate-approver',
    watches: [watchKeys(requests, objectKey)],
    reconcile: (key) => reconcileAsked(key, { ...context, requests, authority }),
  });
}

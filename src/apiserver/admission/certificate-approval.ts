import { type AdmissionStep, type ClusterView, refused, type Write } from '../../apimachinery/admission.ts';
import { conditionsIn } from '../../apimachinery/conditions.ts';
import { objectAt, textAt } from '../../apimachinery/read.ts';
import { jsonEqual } from '../../base/index.ts';
import { isOfCertificateRequests } from './certificate-requests.ts';

/** Approving a request for a certificate takes that right on its signer. */
export const certificateApproval: AdmissionStep = {
  name: 'CertificateApproval',
  concerns: (target) => isOfCertificateRequests(target) && target.subresource === 'approval',
  validate: (write, cluster) => demand(write, cluster, 'approve'),
};

/** Signing one, or saying anything else about it, takes that right on its signer. */
export const certificateSigning: AdmissionStep = {
  name: 'CertificateSigning',
  concerns: (target) => isOfCertificateRequests(target) && target.subresource === 'status',
  validate(write, cluster) {
    const [next, before] = [objectAt(write.object, 'status'), objectAt(write.old, 'status')];
    const isSame =
      jsonEqual(next['certificate'], before['certificate']) &&
      jsonEqual(conditionsIn(next), conditionsIn(before));
    return isSame ? undefined : demand(write, cluster, 'sign');
  },
};

/** Asked for the signer by its name, and for all signers of its domain. */
async function demand(write: Write, cluster: ClusterView, verb: 'approve' | 'sign'): Promise<void> {
  const signer = textAt(write.old, 'spec', 'signerName');
  const [domain = ''] = signer.split('/');
  for (const name of [signer, `${domain}/*`]) {
    const target = { group: 'certificates.k8s.io', version: '*', resource: 'signers', subresource: '' };
    const resource = { ...target, namespace: '', name };
    const { decision } = await cluster.decide({ user: write.user, verb, resource });
    if (decision === 'allow') return;
  }
  throw refused(write, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signer)}`);
}

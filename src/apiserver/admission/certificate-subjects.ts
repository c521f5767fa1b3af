import { type AdmissionStep, refused } from '../../apimachinery/admission.ts';
import { textAt } from '../../apimachinery/read.ts';
import { readRequest } from '../../http/certificates/request.ts';
import { isOfCertificateRequests } from './certificate-requests.ts';

const clientSigner = 'kubernetes.io/kube-apiserver-client';

/** Nobody asks for a client certificate of the masters' group. */
export const certificateSubjects: AdmissionStep = {
  name: 'CertificateSubjectRestriction',
  concerns: (target) => isOfCertificateRequests(target) && target.operation === 'CREATE',
  validate(write) {
    if (textAt(write.object, 'spec', 'signerName') !== clientSigner) return;
    const read = readRequest(textAt(write.object, 'spec', 'request'));
    if (read instanceof Error || !read.organizations.includes('system:masters')) return;
    const why = `use of ${clientSigner} signer with system:masters group is not allowed`;
    throw refused(write, why);
  },
};

import { type AdmissionStep, refused, writesOf } from '../../apimachinery/admission.ts';
import { textsAt } from '../../apimachinery/read.ts';

/** Services take no external addresses that they have not had before. */
export const denyServiceExternalIps: AdmissionStep = {
  name: 'DenyServiceExternalIPs',
  concerns: writesOf(['/services'], 'CREATE', 'UPDATE'),
  validate(write) {
    const { object, old } = write;
    const before = textsAt(old, 'spec', 'externalIPs');
    if (textsAt(object, 'spec', 'externalIPs').every((address) => before.includes(address))) return;
    throw refused(write, 'Use of external IPs is denied by admission control');
  },
};

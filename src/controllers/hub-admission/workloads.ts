import type { Write } from '../../apimachinery/admission.ts';
import type { Webhook } from './contract.ts';
import { isReserved } from './reserved.ts';

function placeless(name: string, text: (write: Write) => string): Webhook {
  return {
    name,
    operations: ['CREATE'],
    judge: (write) => (isReserved(write.namespace) || write.subresource !== '' ? undefined : text(write)),
  };
}

/** A hub runs nothing: what is to run goes to members by a placement of what makes the pods. */
export const pods = placeless(
  'fleet.pod.validating',
  ({ namespace, name }) => `Pod ${namespace}/${name} creation is disallowed in the fleet hub cluster`,
);

export const replicaSets = placeless(
  'fleet.replicaset.validating',
  ({ namespace, name }) => `ReplicaSet ${namespace}/${name} creation is disallowed in the fleet hub cluster.`,
);

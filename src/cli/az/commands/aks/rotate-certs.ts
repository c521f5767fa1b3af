import { defineCommand } from '../../declaration.ts';
import { noWait } from '../../declare/flags.ts';
import { cluster } from './noun.ts';
import { postAction } from './power.ts';

/** `az aks rotate-certs`. */
export const command = defineCommand({
  words: 'aks rotate-certs',
  summary: 'Rotate certificates and keys on a managed Kubernetes cluster.',
  detail: 'The cluster is down while it is done, and kubeconfigs of before are of no use any more.',
  flags: { ...cluster.names, noWait: noWait() },
  confirmation:
    'Kubernetes will be unavailable during certificate rotation process.\nAre you sure you want to perform this operation?',
  run: (call) => postAction('rotateClusterCertificates', call),
});

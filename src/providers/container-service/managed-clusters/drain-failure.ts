import type { BlockingBudget, StayingPod } from '../../cluster-supply.ts';

/** Pods that a message names at most. */
const podsNamed = 10;

/**
 * Why a node could not be drained in its time.
 * Source: https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/create-upgrade-delete/error-code-poddrainfailure
 */
export function drainFailure(
  node: string,
  pods: {
    readonly staying: readonly StayingPod[];
    /** Of the first one that was refused. */
    readonly budgets: readonly BlockingBudget[];
    readonly minutes: number;
  },
): { readonly code: string; readonly message: string } {
  const { staying, budgets, minutes } = pods;
  const refused = staying.find((pod) => pod.refusal);
  if (!refused) {
    const names = staying.slice(0, podsNamed).map(({ namespace, name }) => `${namespace}/${name}`);
    const message = `Drain of ${node} did not complete pods [${names.join(' ')}]: Pods did not complete deletion within ${minutes}m.`;
    return { code: 'PodDrainFailure', message };
  }
  const pod = `${refused.namespace}/${refused.name}`;
  const debug = budgets
    .map(({ name, unreadyPods }) => {
      const named = unreadyPods.slice(0, podsNamed).join(' ');
      return `${pod} blocked by pdb ${name} with ${unreadyPods.length} unready pods${named && `: [${named}]`}`;
    })
    .join(', ');
  return {
    code: 'UpgradeFailed',
    message:
      `Drain node ${node} failed when evicting pod ${refused.name} failed with Too Many Requests error. ` +
      'This is often caused by a restrictive Pod Disruption Budget (PDB) policy. See http://aka.ms/aks/debugdrainfailures. ' +
      `Original error: ${refused.refusal}. PDB debug info: ${debug}.`,
  };
}

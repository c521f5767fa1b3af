import type { Informer } from '../../reconcile/index.ts';
import type { ValidatingAdmissionPolicy } from '../kinds/admissionregistration.ts';
import type { ClusterContext } from '../shared/context.ts';
import { commitStatus } from '../shared/status.ts';

/** What is wrong with the expressions of a policy, as whoever knows all schemas says. */
export type PolicyWarnings = (
  policy: ValidatingAdmissionPolicy,
) => readonly { readonly fieldRef: string; readonly warning: string }[];

/** One pass over a policy: checked once for each generation. */
export async function reconcilePolicy(
  key: string,
  context: ClusterContext & {
    readonly policies: Informer<ValidatingAdmissionPolicy>;
    readonly warningsOf: PolicyWarnings;
  },
): Promise<undefined> {
  const { client, policies: informer, warningsOf } = context;
  const policy = informer.get(key);
  if (!policy) return undefined;
  const { generation = 0 } = policy.metadata;
  if (generation <= (policy.status?.observedGeneration ?? 0)) return undefined;
  const warnings = warningsOf(policy);
  const status = {
    ...policy.status,
    observedGeneration: generation,
    typeChecking: warnings.length === 0 ? {} : { expressionWarnings: [...warnings] },
  };
  await commitStatus(policy, status, { client, informer });
  return undefined;
}

import type { KubeObject } from '../../apimachinery/client.ts';
import { findCondition, isCurrent, withCondition } from '../../apimachinery/conditions.ts';
import type { FullCondition } from '../../apimachinery/meta.ts';
import type { Informer } from '../../reconcile/index.ts';
import { notBuiltReason } from '../fleet-kinds/not-built.ts';
import type { ClusterContext } from '../shared/context.ts';
import { commitStatus } from '../shared/status.ts';

/** An object that asks for something to be done once. */
export interface Asked extends KubeObject {
  status?: { conditions?: FullCondition[] };
}

/** The condition that says that it is not done. */
export interface Verdict {
  readonly type: string;
  readonly message: string;
}

export async function sayNotBuilt(
  asked: Asked | undefined,
  { type, message }: Verdict,
  context: ClusterContext & { readonly informer: Informer<Asked> },
): Promise<undefined> {
  if (!asked || asked.metadata.deletionTimestamp) return undefined;
  const { generation = 0 } = asked.metadata;
  const known = asked.status?.conditions ?? [];
  const said = findCondition(known, type);
  if (isCurrent(said, generation, 'False') && said?.message === message) return undefined;
  const condition = {
    type,
    status: 'False',
    reason: notBuiltReason,
    message,
    observedGeneration: generation,
  } as const;
  const conditions = withCondition(known, condition, context.clock.now());
  await commitStatus(asked, { ...asked.status, conditions }, context);
  return undefined;
}

import type { Reconciled } from '../../reconcile/index.ts';
import { type Deployment, deployments } from '../kinds/apps.ts';
import { claim, ownedBy } from '../shared/owners.ts';
import { cleanUpRevisions } from './history.ts';
import { currentSet } from './revision.ts';
import { type DeploymentContext, type Rollout, see } from './rollout.ts';
import { isScalingEvent, scaleAlong, scaleSet } from './scale.ts';
import { writePausedCondition, writeStatus } from './status.ts';
import { rollOver } from './strategy.ts';

/** One pass over a Deployment. */
export async function reconcileDeployment(
  key: string,
  context: DeploymentContext,
): Promise<Reconciled | undefined> {
  const listed = context.deployments.get(key);
  if (!listed) return undefined;
  await claim({
    client: context.client,
    informer: context.sets,
    owner: listed,
    ownerKind: deployments,
    selector: listed.spec.selector,
  });
  if (listed.metadata.deletionTimestamp) return writeStatus(see(listed, context));
  const deployment = await writePausedCondition(listed, context);
  if (!deployment) return undefined;
  if (deployment.spec.paused || isScalingEvent(see(deployment, context))) return follow(deployment, context);
  return rollOut(deployment, context);
}

/** Paused, or only the number of replicas changed: no set is made, those that are share the number. */
async function follow(deployment: Deployment, context: DeploymentContext): Promise<Reconciled | undefined> {
  if (see(deployment, context).newSet) await currentSet(see(deployment, context), { create: false });
  await scaleAlong(see(deployment, context));
  if (deployment.spec.paused) await cleanUpRevisions(see(deployment, context));
  return writeStatus(see(latest(deployment, context), context));
}

async function rollOut(deployment: Deployment, context: DeploymentContext): Promise<Reconciled | undefined> {
  const recreate = deployment.spec.strategy?.type === 'Recreate';
  if (recreate) {
    const old = see(deployment, context).oldSets.filter((set) => (set.spec.replicas ?? 0) > 0);
    for (const set of old) await scaleSet(set, 0, see(deployment, context));
    if (old.length > 0 || oldPodsRun(see(deployment, context))) {
      return writeStatus(see(latest(deployment, context), context));
    }
  }
  const created = await currentSet(see(deployment, context), { create: true });
  if (recreate) await scaleSet(created, deployment.spec.replicas ?? 1, see(deployment, context));
  else await rollOver(see(deployment, context));
  const rollout = see(latest(deployment, context), context);
  const again = await writeStatus(rollout);
  await cleanUpRevisions(see(latest(deployment, context), context));
  return again;
}

/** This pass may have written the deployment's annotations. */
function latest(deployment: Deployment, context: DeploymentContext): Deployment {
  const { namespace = '', name = '', uid } = deployment.metadata;
  const current = context.deployments.get(`${namespace}/${name}`);
  return current?.metadata.uid === uid && current ? current : deployment;
}

function oldPodsRun({ oldSets, context }: Rollout): boolean {
  return oldSets.some((set) =>
    ownedBy(context.pods, set).some(
      (pod) => pod.status?.phase !== 'Failed' && pod.status?.phase !== 'Succeeded',
    ),
  );
}

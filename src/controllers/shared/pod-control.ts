import type { KubeObject } from '../../apimachinery/client.ts';
import { isNotFound, refOf } from '../../apimachinery/kinds.ts';
import { errorMessage, rfc3339Seconds } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import { type Pod, pods } from '../kinds/core.ts';
import type { ClusterContext } from './context.ts';

/** Makes and removes pods for an owner and tells of it in events on the owner. */
export interface PodControl {
  readonly context: ClusterContext;
  readonly informer: Informer<Pod>;
  readonly owner: KubeObject;
  readonly component: string;
}

export async function createPod(pod: Pod, control: PodControl): Promise<Pod> {
  const { context, informer, owner, component } = control;
  try {
    const created = await context.client.create(pods, pod);
    informer.observe(created);
    const message = `Created pod: ${created.metadata.name}`;
    context.events.record(owner, { type: 'Normal', reason: 'SuccessfulCreate', message, component });
    return created;
  } catch (thrown) {
    const message = `Error creating: ${errorMessage(thrown)}`;
    context.events.record(owner, { type: 'Warning', reason: 'FailedCreate', message, component });
    throw thrown;
  }
}

export async function deletePod(pod: Pod, control: PodControl): Promise<void> {
  const { context, informer, owner, component } = control;
  const { uid = '', name = '' } = pod.metadata;
  try {
    await context.client.delete(pods, refOf(pod), { preconditions: { uid } });
  } catch (thrown) {
    if (!isNotFound(thrown)) throw thrown;
    return;
  }
  informer.observeDelete(pod, rfc3339Seconds(context.clock.now()));
  const message = `Deleted pod: ${name}`;
  context.events.record(owner, { type: 'Normal', reason: 'SuccessfulDelete', message, component });
}

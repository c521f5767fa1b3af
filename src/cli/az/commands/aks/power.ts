import type { Call, Flags } from '../../declaration.ts';
import { pathOf } from '../../declare/verbs.ts';
import { cluster } from './noun.ts';

/** Starts or stops the cluster and waits for it, unless told not to. Prints nothing. */
export async function changePower(action: 'start' | 'stop', call: Call<Flags>): Promise<undefined> {
  await call.session.arm.long({
    method: 'POST',
    path: `${pathOf(cluster, call)}/${action}`,
    apiVersion: cluster.apiVersion,
    noWait: call.flags['noWait'] === true,
  });
  return undefined;
}

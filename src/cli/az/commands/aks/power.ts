import type { Call, Flags } from '../../declaration.ts';
import { pathOf } from '../../declare/verbs.ts';
import { cluster } from './noun.ts';

/** Asks for an action on the cluster and waits for its end, unless told not to. Prints nothing. */
export async function postAction(action: string, call: Call<Flags>): Promise<undefined> {
  await call.session.arm.long({
    method: 'POST',
    path: `${pathOf(cluster, call)}/${action}`,
    apiVersion: cluster.apiVersion,
    noWait: call.flags['noWait'] === true,
  });
  return undefined;
}

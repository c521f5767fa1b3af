import { isObject, type Json } from '../../../../../base/index.ts';
import type { Call, Flags } from '../../../declaration.ts';
import { pathOf } from '../../../declare/verbs.ts';
import { updateRun } from '../update-nouns.ts';

/** Does something to a run, and presents the run after it. */
export async function postToRun(call: Call<Flags>, action: string, body?: Json): Promise<Json | undefined> {
  const answer = await call.session.arm.long({
    method: 'POST',
    path: `${pathOf(updateRun, call)}/${action}`,
    apiVersion: updateRun.apiVersion,
    ...(body === undefined ? {} : { body }),
    noWait: call.flags['noWait'] === true,
  });
  return isObject(answer) ? updateRun.present(answer) : undefined;
}

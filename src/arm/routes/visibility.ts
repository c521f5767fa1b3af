import { demand } from '../access/demand.ts';
import type { Caller, ResourceRecord, RouteCall } from '../contract.ts';
import type { Services } from '../services.ts';

/** The caller of a route that is not anonymous. */
export function callerOf(call: RouteCall): Caller {
  if (call.caller) return call.caller;
  throw new TypeError('an anonymous route asked for its caller');
}

/** Lets pass who may do `action` at `scope` and who holds any role below it; others get AuthorizationFailed. */
export async function demandVisible(
  services: Services,
  call: RouteCall,
  at: { readonly action: string; readonly scope: string },
): Promise<void> {
  const caller = callerOf(call);
  if (await services.access.hasRoleBelow(caller.objectId, at.scope)) return;
  await demand(services.access, caller, at);
}

/** The records that the caller may read, each by the permission of its own type. */
export async function readableRecords(
  services: Services,
  call: RouteCall,
  about: { readonly scope: string; readonly records: readonly ResourceRecord[] },
): Promise<ResourceRecord[]> {
  const caller = callerOf(call);
  const wholeTypes = new Map<string, boolean>();
  const readable: ResourceRecord[] = [];
  for (const record of about.records) {
    let all = wholeTypes.get(record.type);
    if (all === undefined) {
      all = await services.access.can(caller, `${record.type}/read`, about.scope);
      wholeTypes.set(record.type, all);
    }
    if (all || (await services.access.can(caller, `${record.type}/read`, record.id))) readable.push(record);
  }
  return readable;
}

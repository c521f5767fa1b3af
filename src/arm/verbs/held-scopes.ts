import type { ResourceRecord } from '../contract.ts';
import { refusals } from '../errors.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import { permissionBase } from '../registry.ts';
import type { Services } from '../services.ts';

/** Throws LinkedAuthorizationFailed unless the caller may do the same wherever the stored record counts. */
export async function demandHeldScopes(
  { type, caller, target }: Exchange,
  { access }: Services,
  about: { readonly stored: ResourceRecord; readonly verb: 'write' | 'delete' },
): Promise<void> {
  const action = `${permissionBase(type)}/${about.verb}`;
  const lacking: string[] = [];
  for (const scope of type.holdsAt?.(about.stored) ?? []) {
    if (!(await access.can(caller, action, scope))) lacking.push(scope);
  }
  if (lacking.length === 0) return;
  throw refusals.linkedAuthorizationFailed(caller, {
    action,
    scope: target.id,
    linkedAction: lacking.map(() => action).join(','),
    linkedScope: lacking.join(','),
  });
}

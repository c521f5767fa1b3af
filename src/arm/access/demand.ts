import type { Caller, LinkedDemand } from '../contract.ts';
import { refusals } from '../errors.ts';
import type { Access } from './access.ts';

/** Throws AuthorizationFailed, or the deny assignment's refusal, unless the caller may do `action` at `scope`. */
export async function demand(
  access: Access,
  caller: Caller,
  at: { readonly action: string; readonly scope: string },
): Promise<void> {
  const { granted, deniedBy } = await access.decide(caller.objectId, at.action, at.scope);
  if (granted) return;
  throw deniedBy
    ? refusals.denied(caller, at, deniedBy)
    : refusals.authorizationFailed(caller, at.action, at.scope);
}

/** Throws LinkedAuthorizationFailed unless the caller may do the linked action at the linked scope. */
export async function demandLinked(access: Access, caller: Caller, linked: LinkedDemand): Promise<void> {
  if (await access.can(caller, linked.linkedAction, linked.linkedScope)) return;
  throw refusals.linkedAuthorizationFailed(caller, linked);
}

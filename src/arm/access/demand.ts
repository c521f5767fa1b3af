import type { Caller } from '../contract.ts';
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

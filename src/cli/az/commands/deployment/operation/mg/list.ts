import { scopes } from '../../scopes.ts';
import { listOperations } from '../../verbs.ts';

/** `az deployment operation mg list`. */
export const command = listOperations(scopes.mg);

import { scopes } from '../../scopes.ts';
import { listOperations } from '../../verbs.ts';

/** `az deployment operation tenant list`. */
export const command = listOperations(scopes.tenant);

import { scopes } from '../../scopes.ts';
import { listOperations } from '../../verbs.ts';

/** `az deployment operation sub list`. */
export const command = listOperations(scopes.sub);

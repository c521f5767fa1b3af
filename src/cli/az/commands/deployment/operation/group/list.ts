import { scopes } from '../../scopes.ts';
import { listOperations } from '../../verbs.ts';

/** `az deployment operation group list`. */
export const command = listOperations(scopes.group);

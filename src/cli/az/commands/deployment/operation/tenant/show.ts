import { scopes } from '../../scopes.ts';
import { showOperation } from '../../verbs.ts';

/** `az deployment operation tenant show`. */
export const command = showOperation(scopes.tenant);

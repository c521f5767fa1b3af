import { scopes } from '../../scopes.ts';
import { showOperation } from '../../verbs.ts';

/** `az deployment operation mg show`. */
export const command = showOperation(scopes.mg);

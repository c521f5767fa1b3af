import { scopes } from '../../scopes.ts';
import { showOperation } from '../../verbs.ts';

/** `az deployment operation group show`. */
export const command = showOperation(scopes.group);

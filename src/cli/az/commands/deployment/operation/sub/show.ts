import { scopes } from '../../scopes.ts';
import { showOperation } from '../../verbs.ts';

/** `az deployment operation sub show`. */
export const command = showOperation(scopes.sub);

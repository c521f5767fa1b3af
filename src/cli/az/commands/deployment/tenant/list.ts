import { scopes } from '../scopes.ts';
import { listDeployments } from '../verbs.ts';

/** `az deployment tenant list`. */
export const command = listDeployments(scopes.tenant);

import { scopes } from '../scopes.ts';
import { listDeployments } from '../verbs.ts';

/** `az deployment sub list`. */
export const command = listDeployments(scopes.sub);

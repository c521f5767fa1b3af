import { scopes } from '../scopes.ts';
import { listDeployments } from '../verbs.ts';

/** `az deployment mg list`. */
export const command = listDeployments(scopes.mg);

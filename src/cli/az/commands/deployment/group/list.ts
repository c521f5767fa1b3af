import { scopes } from '../scopes.ts';
import { listDeployments } from '../verbs.ts';

/** `az deployment group list`. */
export const command = listDeployments(scopes.group);

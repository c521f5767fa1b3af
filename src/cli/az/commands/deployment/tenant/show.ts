import { scopes } from '../scopes.ts';
import { showDeployment } from '../verbs.ts';

/** `az deployment tenant show`. */
export const command = showDeployment(scopes.tenant);

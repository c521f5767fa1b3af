import { scopes } from '../scopes.ts';
import { showDeployment } from '../verbs.ts';

/** `az deployment mg show`. */
export const command = showDeployment(scopes.mg);

import { scopes } from '../scopes.ts';
import { showDeployment } from '../verbs.ts';

/** `az deployment sub show`. */
export const command = showDeployment(scopes.sub);

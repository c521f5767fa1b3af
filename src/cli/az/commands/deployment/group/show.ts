import { scopes } from '../scopes.ts';
import { showDeployment } from '../verbs.ts';

/** `az deployment group show`. */
export const command = showDeployment(scopes.group);

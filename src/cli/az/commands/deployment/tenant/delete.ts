import { scopes } from '../scopes.ts';
import { deleteDeployment } from '../verbs.ts';

/** `az deployment tenant delete`. */
export const command = deleteDeployment(scopes.tenant);

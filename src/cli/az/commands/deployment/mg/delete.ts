import { scopes } from '../scopes.ts';
import { deleteDeployment } from '../verbs.ts';

/** `az deployment mg delete`. */
export const command = deleteDeployment(scopes.mg);

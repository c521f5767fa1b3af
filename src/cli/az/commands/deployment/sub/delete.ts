import { scopes } from '../scopes.ts';
import { deleteDeployment } from '../verbs.ts';

/** `az deployment sub delete`. */
export const command = deleteDeployment(scopes.sub);

import { scopes } from '../scopes.ts';
import { deleteDeployment } from '../verbs.ts';

/** `az deployment group delete`. */
export const command = deleteDeployment(scopes.group);

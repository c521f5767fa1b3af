import { scopes } from '../scopes.ts';
import { waitDeployment } from '../verbs.ts';

/** `az deployment tenant wait`. */
export const command = waitDeployment(scopes.tenant);

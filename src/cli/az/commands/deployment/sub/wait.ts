import { scopes } from '../scopes.ts';
import { waitDeployment } from '../verbs.ts';

/** `az deployment sub wait`. */
export const command = waitDeployment(scopes.sub);

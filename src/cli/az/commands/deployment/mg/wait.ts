import { scopes } from '../scopes.ts';
import { waitDeployment } from '../verbs.ts';

/** `az deployment mg wait`. */
export const command = waitDeployment(scopes.mg);

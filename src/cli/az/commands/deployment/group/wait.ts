import { scopes } from '../scopes.ts';
import { waitDeployment } from '../verbs.ts';

/** `az deployment group wait`. */
export const command = waitDeployment(scopes.group);

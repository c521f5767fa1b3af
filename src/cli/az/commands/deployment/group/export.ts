import { scopes } from '../scopes.ts';
import { exportCommand } from '../verbs.ts';

/** `az deployment group export`. */
export const command = exportCommand(scopes.group);

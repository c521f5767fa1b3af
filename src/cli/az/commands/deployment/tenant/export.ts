import { scopes } from '../scopes.ts';
import { exportCommand } from '../verbs.ts';

/** `az deployment tenant export`. */
export const command = exportCommand(scopes.tenant);

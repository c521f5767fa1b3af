import { scopes } from '../scopes.ts';
import { exportCommand } from '../verbs.ts';

/** `az deployment sub export`. */
export const command = exportCommand(scopes.sub);

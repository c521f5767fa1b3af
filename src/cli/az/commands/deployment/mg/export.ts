import { scopes } from '../scopes.ts';
import { exportCommand } from '../verbs.ts';

/** `az deployment mg export`. */
export const command = exportCommand(scopes.mg);

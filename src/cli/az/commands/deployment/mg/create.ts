import { scopes } from '../scopes.ts';
import { createCommand } from '../verbs.ts';

/** `az deployment mg create`. */
export const command = createCommand(scopes.mg);

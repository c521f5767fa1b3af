import { scopes } from '../scopes.ts';
import { cancelCommand } from '../verbs.ts';

/** `az deployment mg cancel`. */
export const command = cancelCommand(scopes.mg);

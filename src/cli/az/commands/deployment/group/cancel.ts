import { scopes } from '../scopes.ts';
import { cancelCommand } from '../verbs.ts';

/** `az deployment group cancel`. */
export const command = cancelCommand(scopes.group);

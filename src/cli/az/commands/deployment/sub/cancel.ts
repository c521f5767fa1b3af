import { scopes } from '../scopes.ts';
import { cancelCommand } from '../verbs.ts';

/** `az deployment sub cancel`. */
export const command = cancelCommand(scopes.sub);

import { scopes } from '../scopes.ts';
import { whatIfCommand } from '../verbs.ts';

/** `az deployment tenant what-if`. */
export const command = whatIfCommand(scopes.tenant);

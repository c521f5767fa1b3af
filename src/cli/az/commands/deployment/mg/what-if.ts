import { scopes } from '../scopes.ts';
import { whatIfCommand } from '../verbs.ts';

/** `az deployment mg what-if`. */
export const command = whatIfCommand(scopes.mg);

import { scopes } from '../scopes.ts';
import { whatIfCommand } from '../verbs.ts';

/** `az deployment group what-if`. */
export const command = whatIfCommand(scopes.group);

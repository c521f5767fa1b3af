import { scopes } from '../scopes.ts';
import { validateCommand } from '../verbs.ts';

/** `az deployment group validate`. */
export const command = validateCommand(scopes.group);

import { scopes } from '../scopes.ts';
import { validateCommand } from '../verbs.ts';

/** `az deployment tenant validate`. */
export const command = validateCommand(scopes.tenant);

import { scopes } from '../scopes.ts';
import { validateCommand } from '../verbs.ts';

/** `az deployment sub validate`. */
export const command = validateCommand(scopes.sub);

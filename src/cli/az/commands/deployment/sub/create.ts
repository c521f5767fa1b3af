import { scopes } from '../scopes.ts';
import { createCommand } from '../verbs.ts';

/** `az deployment sub create`. */
export const command = createCommand(scopes.sub);

import { scopes } from '../scopes.ts';
import { createCommand } from '../verbs.ts';

/** `az deployment tenant create`. */
export const command = createCommand(scopes.tenant);

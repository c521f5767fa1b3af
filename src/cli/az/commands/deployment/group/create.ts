import { scopes } from '../scopes.ts';
import { createCommand } from '../verbs.ts';

/** `az deployment group create`. */
export const command = createCommand(scopes.group);

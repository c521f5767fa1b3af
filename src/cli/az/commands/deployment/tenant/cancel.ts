import { scopes } from '../scopes.ts';
import { cancelCommand } from '../verbs.ts';

/** `az deployment tenant cancel`. */
export const command = cancelCommand(scopes.tenant);

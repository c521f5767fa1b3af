import { scopes } from '../scopes.ts';
import { validateCommand } from '../verbs.ts';

/** `az deployment mg validate`. */
export const command = validateCommand(scopes.mg);

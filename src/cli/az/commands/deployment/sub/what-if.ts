import { scopes } from '../scopes.ts';
import { whatIfCommand } from '../verbs.ts';

/** `az deployment sub what-if`. */
export const command = whatIfCommand(scopes.sub);

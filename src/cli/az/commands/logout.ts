import { defineCommand } from '../declaration.ts';
import { text } from '../declare/flags.ts';
import { AzError } from '../errors.ts';

/** `az logout`. */
export const command = defineCommand({
  words: 'logout',
  summary: 'Sign out: forget an account, its subscriptions and its tokens.',
  flags: { username: text('--username', 'Account to sign out; the active one if missing.') },
  examples: [{ text: 'Sign out.', command: 'az logout' }],
  async run({ flags, session }) {
    const active = session.profile.subscriptions.find((one) => one.isDefault);
    const name = flags.username ?? active?.user.name;
    if (name === undefined) throw new AzError('There are no active accounts.');
    session.profile.removeUser(name);
    session.tokens.forget(name);
    return undefined;
  },
});

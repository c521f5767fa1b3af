import { defineCommand } from '../../declaration.ts';

/** `az account clear`. */
export const command = defineCommand({
  words: 'account clear',
  summary:
    "Forget all accounts and their subscriptions. To sign out of the active account only, use 'az logout'.",
  flags: {},
  async run({ session }) {
    session.profile.clear();
    session.tokens.forget();
    return undefined;
  },
});
